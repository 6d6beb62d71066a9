# The delivery account and its permissions: push an image, create revisions, move traffic, run smoke tests, read metrics.
# None on the bucket of the records, the keys or IAM.

resource "google_artifact_registry_repository" "images" {
  repository_id = "activation-manager"
  location      = var.region
  format        = "DOCKER"
  description   = "One image with every function"

  # A tag is a build, for ever: nobody puts another image under the name of one that was tested.
  docker_config {
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = var.delivery.images_kept
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "2592000s" # 30 days
    }
  }

  depends_on = [time_sleep.apis]
}

# The lock of the running rollout, and the bills of materials: apart from the records, so that delivery needs no permission
# there.
resource "google_storage_bucket" "delivery" {
  name                        = "${google_storage_bucket.data.name}-delivery"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 30
      matches_prefix = ["builds/", "locks/", "source/"]
    }
  }

  depends_on = [time_sleep.apis]
}

# What people on call run without a checkout: infra/docs/runbooks/bad-deploy.md and bucket-restored.md.
resource "google_storage_bucket_object" "scripts" {
  for_each = toset(["rollback.sh", "writers.sh"])

  bucket       = google_storage_bucket.delivery.name
  name         = each.key
  source       = "${path.module}/../infra/deliver/scripts/${each.key}"
  content_type = "text/x-shellscript"
}

resource "google_service_account" "delivery" {
  account_id   = "am-delivery"
  display_name = "Delivers revisions"

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_iam_member" "delivery" {
  bucket = google_storage_bucket.delivery.name
  role   = "roles/storage.objectUser"
  member = google_service_account.delivery.member
}

resource "google_artifact_registry_repository_iam_member" "delivery" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.delivery.member
}

# New revisions and traffic of these services; not their IAM, which roles/run.admin would give.
resource "google_cloud_run_v2_service_iam_member" "delivery" {
  for_each = local.functions

  name     = google_cloud_run_v2_service.function[each.key].name
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.delivery.member
}

# A revision runs as its function's account, so the delivery account must be allowed to use that account.
resource "google_service_account_iam_member" "delivery_uses" {
  for_each = google_service_account.function

  service_account_id = each.value.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.delivery.member
}

# Identity tokens of the smoke user, for smoke tests and gates; no access tokens.
resource "google_service_account_iam_member" "delivery_smokes" {
  service_account_id = google_service_account.smoke.name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = google_service_account.delivery.member
}

# The smoke test verifies the object that it saved, in the folder of its own user.
resource "google_storage_bucket_iam_member" "delivery_smokes" {
  bucket = google_storage_bucket.data.name
  role   = google_project_iam_custom_role.object_reader.id
  member = google_service_account.delivery.member

  condition {
    title       = "the smoke user's audiences"
    description = "Objects of the smoke user alone"
    expression  = "resource.name.startsWith('${local.bucket_objects}${local.smoke_folder}')"
  }
}

locals {
  smoke_user = "${local.google_prefix}${google_service_account.smoke.unique_id}"
  # Spelled as in object names: a colon is escaped.
  smoke_folder = "audiences/user_id=${replace(local.smoke_user, ":", "%3A")}/"
}

# Builds write logs, gates read metrics. At its end a rollout has Cloud Scheduler call maintenance, and reads in the log what
# was answered.
resource "google_project_iam_member" "delivery" {
  for_each = toset(["roles/cloudscheduler.jobRunner", "roles/logging.logWriter", "roles/logging.viewer", "roles/monitoring.viewer"])

  project = var.project_id
  role    = each.key
  member  = google_service_account.delivery.member
}

# Deliveries by hand: deployers submit a build, which runs as the delivery account, or act as that account themselves.
locals {
  deployer_roles = {
    # Submits and cancels builds.
    builds = "roles/cloudbuild.builds.editor"
    # gcloud builds submit counts its uploads against the project.
    services = "roles/serviceusage.serviceUsageConsumer"
    # The output of a build is in Cloud Logging.
    logs = "roles/logging.viewer"
  }
}

resource "google_project_iam_member" "deployer" {
  for_each = { for pair in setproduct(keys(local.deployer_roles), var.deployers) : "${pair[0]} ${pair[1]}" => { role = local.deployer_roles[pair[0]], member = pair[1] } }

  project = var.project_id
  role    = each.value.role
  member  = each.value.member

  depends_on = [time_sleep.apis]
}

resource "google_service_account_iam_member" "deployer" {
  for_each = { for pair in setproduct(["roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator"], var.deployers) : "${pair[0]} ${pair[1]}" => { role = pair[0], member = pair[1] } }

  service_account_id = google_service_account.delivery.name
  role               = each.value.role
  member             = each.value.member
}

resource "google_project_iam_custom_role" "source_uploader" {
  role_id     = "activationSourceUploader"
  title       = "Activation: uploads sources"
  description = "Puts the sources of a build into the delivery bucket; gcloud looks at the bucket first."
  permissions = ["storage.buckets.get", "storage.objects.create"]

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_iam_member" "deployer" {
  for_each = toset(var.deployers)

  bucket = google_storage_bucket.delivery.name
  role   = google_project_iam_custom_role.source_uploader.id
  member = each.key
}

resource "google_cloudbuild_trigger" "delivery" {
  count = var.delivery.trigger == null ? 0 : 1

  name            = "activation"
  location        = var.region
  description     = "Test, build, candidate, smoke, 10, 50 and 100 %"
  service_account = google_service_account.delivery.id
  filename        = "cloudbuild.yaml"

  repository_event_config {
    repository = var.delivery.trigger.repository
    push {
      branch = var.delivery.trigger.branch
    }
  }

  substitutions = local.build_substitutions
}

locals {
  # The environment, for cloudbuild.yaml.
  build_substitutions = {
    _ENV    = var.environment
    _REGION = var.region
  }
}

resource "google_iam_workload_identity_pool" "delivery" {
  count = var.delivery.workload_identity == null ? 0 : 1

  workload_identity_pool_id = "delivery"
  display_name              = "Delivery"

  depends_on = [time_sleep.apis]
}

resource "google_iam_workload_identity_pool_provider" "delivery" {
  count = var.delivery.workload_identity == null ? 0 : 1

  workload_identity_pool_id          = google_iam_workload_identity_pool.delivery[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "jobs"
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  attribute_condition                = var.delivery.workload_identity.condition

  oidc {
    issuer_uri = var.delivery.workload_identity.issuer
  }
}

resource "google_service_account_iam_member" "delivery_federated" {
  count = var.delivery.workload_identity == null ? 0 : 1

  service_account_id = google_service_account.delivery.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.delivery[0].name}/subject/${var.delivery.workload_identity.subject}"
}
