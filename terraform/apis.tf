# The services of Google, and the waits for what Google does not do immediately.

locals {
  services = [
    "artifactregistry", "bigquery", "bigqueryconnection", "bigquerydatatransfer", "cloudbuild", "cloudkms",
    "cloudresourcemanager", "cloudscheduler", "compute", "iam", "iamcredentials", "logging", "monitoring", "run",
    "secretmanager", "storage",
  ]
  optional_services = concat(
    var.budget == null ? [] : ["billingbudgets"],
    var.delivery.workload_identity == null ? [] : ["sts"],
  )
}

resource "google_project_service" "enabled" {
  for_each = toset(concat(local.services, local.optional_services))

  service = "${each.key}.googleapis.com"
  # Others in the project may use it too.
  disable_on_destroy = false
}

# An API answers "has not been used before" for a while after it was enabled. Every resource comes after this wait.
resource "time_sleep" "apis" {
  create_duration = "60s"
  triggers        = { for name, service in google_project_service.enabled : name => service.id }
}

# A right holds within two minutes as a rule, within seven at worst: https://cloud.google.com/iam/docs/access-change-propagation
# Until then Cloud Storage refuses a bucket with the key, and Cloud Run a service with the secret.
resource "time_sleep" "key_right" {
  create_duration = "120s"
  triggers        = { key = google_kms_crypto_key_iam_member.bucket.id }
}

resource "time_sleep" "salt_rights" {
  create_duration = "120s"
  triggers        = { for name, right in google_secret_manager_secret_iam_member.user_hash_salt : name => right.id }
}

# BigQuery reads the bucket when it creates an external table, and an apply that it refuses cannot tell why.
resource "time_sleep" "lake_rights" {
  create_duration = "420s"
  triggers = {
    lists = google_storage_bucket_iam_member.lake_lists.id
    reads = google_storage_bucket_iam_member.lake_reads.id
  }
}
