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

# The service agents with which Google's services act for this project.
data "google_storage_project_service_account" "agent" {
  project    = var.project_id
  depends_on = [google_project_service.enabled]
}
