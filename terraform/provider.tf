provider "google" {
  project = var.project_id
  region  = var.region

  # Some services (budgets, for one) count calls against a project and must be told which.
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

# The agents through which services of Google act for this project.
data "google_storage_project_service_account" "agent" {
  project    = var.project_id
  depends_on = [google_project_service.enabled]
}
