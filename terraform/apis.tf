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
