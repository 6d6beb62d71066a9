# Each environment of this folder can be planned:
# terraform test -test-directory=envs -var-file=envs/prod.tfvars. Here are no variables that would stand in for its own.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

# Functions look at what these are: a list of email addresses.
override_resource {
  target          = google_service_account.scheduler
  override_during = plan
  values          = { email = "am-scheduler@example.iam.gserviceaccount.com" }
}

override_resource {
  target          = google_service_account.operator
  override_during = plan
  values          = { email = "am-operator@example.iam.gserviceaccount.com" }
}

override_resource {
  target          = google_service_account.smoke
  override_during = plan
  values          = { email = "am-smoke@example.iam.gserviceaccount.com" }
}

# Who may use which of the two keys is compared.
override_resource {
  target          = google_kms_crypto_key.credentials
  override_during = plan
  values          = { id = "projects/example-activation/locations/europe-west1/keyRings/activation/cryptoKeys/credentials" }
}

override_resource {
  target          = google_kms_crypto_key.bucket
  override_during = plan
  values          = { id = "projects/example-activation/locations/europe-west1/keyRings/activation/cryptoKeys/bucket" }
}

run "an_environment_can_be_planned" {
  command = plan

  assert {
    condition     = output.bucket == "${var.project_id}-activation-${var.environment}"
    error_message = "The bucket is not this environment's."
  }
}
