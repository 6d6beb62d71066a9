# Audit logs of the bucket and the keys, and where all logs are kept.

locals {
  # They read and write by the thousand and have logs of their own: functions a line per request and per commit, BigQuery one
  # per query (the hourly copies read every object).
  exempted_from_storage = concat(
    [for _, account in google_service_account.function : account.member],
    ["serviceAccount:${google_bigquery_connection.lake.cloud_resource[0].service_account_id}"],
  )
}

resource "google_project_iam_audit_config" "storage" {
  project = var.project_id
  service = "storage.googleapis.com"

  audit_log_config {
    log_type         = "DATA_READ"
    exempted_members = local.exempted_from_storage
  }

  audit_log_config {
    log_type         = "DATA_WRITE"
    exempted_members = local.exempted_from_storage
  }

  depends_on = [time_sleep.apis]
}

# Every use of the credentials key is recorded, those of the functions, too. Cloud Storage's account may use the bucket's key
# alone, and does with each object.
resource "google_project_iam_audit_config" "keys" {
  project = var.project_id
  service = "cloudkms.googleapis.com"

  audit_log_config {
    log_type         = "DATA_READ"
    exempted_members = [local.storage_agent]
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }

  depends_on = [time_sleep.apis]
}

# The project's own bucket of logs, which exists from the start: kept longer than its 30 days, and open to SQL. A second one
# for the functions would be billed for each line once more.
resource "google_logging_project_bucket_config" "default" {
  project          = var.project_id
  location         = var.logs.location
  bucket_id        = "_Default"
  retention_days   = var.logs.retention_days
  enable_analytics = true
  depends_on       = [time_sleep.apis]
}
