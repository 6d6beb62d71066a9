# What people on call may do at three in the morning, without an owner: everything in infra/docs/runbooks. They look, stop
# what writes, go back a release, restore, and do the rest as the operator account.

locals {
  on_call_roles = {
    # Audit logs of the bucket and the keys, too.
    logs    = "roles/logging.privateLogViewer"
    metrics = "roles/monitoring.viewer"
    # Fires the alert of the drill.
    drill = "roles/logging.logWriter"
    # gcloud and npm run count their calls against the project.
    services = "roles/serviceusage.serviceUsageConsumer"
    runbooks = google_project_iam_custom_role.on_call.id
  }
}

resource "google_project_iam_custom_role" "on_call" {
  role_id     = "activationOnCall"
  title       = "Activation: on call"
  description = "The steps of the runbooks. It gives no IAM, deletes nothing and cannot destroy a version of a key."
  permissions = [
    # Pauses the copies of BigQuery, which lie where the dataset lies.
    "bigquery.datasets.get",
    "bigquery.transfers.get",
    "bigquery.transfers.update",
    # Stops a delivery.
    "cloudbuild.builds.get",
    "cloudbuild.builds.list",
    "cloudbuild.builds.update",
    # Brings a version of a key back.
    "cloudkms.cryptoKeyVersions.get",
    "cloudkms.cryptoKeyVersions.list",
    "cloudkms.cryptoKeyVersions.restore",
    "cloudkms.cryptoKeyVersions.update",
    # Pauses maintenance, and calls it.
    "cloudscheduler.jobs.enable",
    "cloudscheduler.jobs.get",
    "cloudscheduler.jobs.list",
    "cloudscheduler.jobs.pause",
    "cloudscheduler.jobs.run",
    # Silences an alert while its cause is being mended.
    "monitoring.snoozes.create",
    "monitoring.snoozes.update",
    # Doctor looks whether the load balancer's certificate is active.
    "compute.sslCertificates.list",
    # Moves traffic back, and closes the doors.
    "run.revisions.get",
    "run.revisions.list",
    "run.services.get",
    "run.services.list",
    "run.services.update",
    # Brings the bucket and its objects back, and looks how far that has come.
    "storage.bucketOperations.get",
    "storage.bucketOperations.list",
    "storage.buckets.get",
    "storage.buckets.list",
    "storage.buckets.restore",
    "storage.objects.create",
    "storage.objects.list",
    "storage.objects.restore",
  ]

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "on_call" {
  for_each = { for pair in setproduct(keys(local.on_call_roles), var.on_call) : "${pair[0]} ${pair[1]}" => { role = local.on_call_roles[pair[0]], member = pair[1] } }

  project = var.project_id
  role    = each.value.role
  member  = each.value.member

  depends_on = [time_sleep.apis]
}

# The commands of the runbooks run as the operator account, whose rights are on records.
resource "google_service_account_iam_member" "on_call_operates" {
  for_each = toset(var.on_call)

  service_account_id = google_service_account.operator.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.key
}

# Cloud Run lets nobody change a service who may not act as its account.
resource "google_service_account_iam_member" "on_call_rolls_back" {
  for_each = { for pair in setproduct(keys(local.functions), var.on_call) : "${pair[0]} ${pair[1]}" => { function = pair[0], member = pair[1] } }

  service_account_id = google_service_account.function[each.value.function].name
  role               = "roles/iam.serviceAccountUser"
  member             = each.value.member
}

# BigQuery lets nobody change a scheduled query who may not act as its account.
resource "google_service_account_iam_member" "on_call_pauses" {
  for_each = toset(var.on_call)

  service_account_id = google_service_account.copier.name
  role               = "roles/iam.serviceAccountUser"
  member             = each.key
}

# The lock of the rollouts, and the scripts of the runbooks.
resource "google_storage_bucket_iam_member" "on_call_locks" {
  for_each = toset(var.on_call)

  bucket = google_storage_bucket.delivery.name
  role   = "roles/storage.objectUser"
  member = each.key
}
