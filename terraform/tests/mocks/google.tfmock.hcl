# What Google would answer: ids that look like ids.

mock_data "google_project" {
  defaults = {
    number = "123456789012"
  }
}

mock_data "google_storage_project_service_account" {
  defaults = {
    email_address = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com"
    member        = "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com"
  }
}

mock_resource "google_kms_crypto_key" {
  defaults = {
    id = "projects/example-activation/locations/europe-west1/keyRings/activation/cryptoKeys/mocked"
  }
}

# Only types that are named here have their ids known in the plan, where tests compare them.
mock_resource "google_service_account" {
  defaults = {}
}

mock_resource "google_compute_backend_service" {
  defaults = {}
}

mock_resource "google_compute_security_policy" {
  defaults = {}
}

mock_resource "google_compute_ssl_policy" {
  defaults = {}
}

mock_resource "google_iam_workload_identity_pool" {
  defaults = {}
}

mock_resource "google_monitoring_notification_channel" {
  defaults = {}
}

mock_resource "google_monitoring_slo" {
  defaults = {}
}

mock_resource "google_project_iam_custom_role" {
  defaults = {}
}
