# Audit logs of the bucket and the keys. The functions' own reads and writes are in their log lines already, one per
# request and one per commit; every use of a key is recorded, including theirs.

resource "google_project_iam_audit_config" "storage" {
  project = var.project_id
  service = "storage.googleapis.com"

  audit_log_config {
    log_type         = "DATA_READ"
    exempted_members = [for _, account in google_service_account.function : account.member]
  }

  audit_log_config {
    log_type         = "DATA_WRITE"
    exempted_members = [for _, account in google_service_account.function : account.member]
  }
}

resource "google_project_iam_audit_config" "keys" {
  project = var.project_id
  service = "cloudkms.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }

  depends_on = [time_sleep.apis]
}

# The functions' log lines, kept longer than the project's default and open to SQL.
resource "google_logging_project_bucket_config" "functions" {
  project          = var.project_id
  location         = lower(local.bigquery_location)
  bucket_id        = "activation"
  description      = "Log lines of the functions"
  retention_days   = 90
  enable_analytics = true
  depends_on       = [time_sleep.apis]
}

resource "google_logging_project_sink" "functions" {
  name                   = "activation"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.functions.id}"
  filter                 = local.watched.source
  unique_writer_identity = true
}

resource "google_logging_linked_dataset" "functions" {
  link_id     = "activation_manager_logs"
  bucket      = google_logging_project_bucket_config.functions.id
  description = "Log lines of the functions, for SQL"
}
