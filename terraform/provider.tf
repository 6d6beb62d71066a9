provider "google" {
  project = var.project_id
  region  = var.region

  # Some services (such as budgets) bill calls to a project and must be given one.
  user_project_override = true
  billing_project       = var.project_id

  default_labels = {
    application = "activation-manager"
    environment = var.environment
  }
}

data "google_project" "this" {
  project_id = var.project_id
}

# The account with which Cloud Storage acts for this project; reading this creates it. Its name is written by hand, since
# what is read again in an apply, after an API was added, is unknown in its plan: the right to the bucket's key would be
# taken away and given again.
locals {
  storage_agent = "serviceAccount:service-${data.google_project.this.number}@gs-project-accounts.iam.gserviceaccount.com"
}

data "google_storage_project_service_account" "agent" {
  project    = var.project_id
  depends_on = [time_sleep.apis]
}
