# What takes too long for each submission, at night: the schedule starts a build, which tests and delivers nothing.

# Runs code of the repository, so it may write its own log and do nothing else.
resource "google_service_account" "nightly" {
  count = var.delivery.nightly == null ? 0 : 1

  account_id   = "am-nightly"
  display_name = "Runs the nightly tests"

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "nightly" {
  count = var.delivery.nightly == null ? 0 : 1

  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.nightly[0].member
}

resource "google_cloudbuild_trigger" "nightly" {
  count = var.delivery.nightly == null ? 0 : 1

  name            = "activation-nightly"
  location        = var.region
  description     = ".ci/nightly, started by Cloud Scheduler"
  service_account = google_service_account.nightly[0].id

  source_to_build {
    repository = var.delivery.nightly.repository
    ref        = "refs/heads/${var.delivery.nightly.branch}"
    repo_type  = "UNKNOWN" # The connection knows it.
  }

  git_file_source {
    path       = ".ci/nightly.yaml"
    repository = var.delivery.nightly.repository
    revision   = "refs/heads/${var.delivery.nightly.branch}"
    repo_type  = "UNKNOWN"
  }
}

# To run a trigger is to create a build, as the account of the trigger.
resource "google_project_iam_custom_role" "build_starter" {
  count = var.delivery.nightly == null ? 0 : 1

  role_id     = "activationBuildStarter"
  title       = "Activation: starts builds"
  description = "Starts builds, as the accounts that its holder may use."
  permissions = ["cloudbuild.builds.create"]

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "nightly_starts" {
  count = var.delivery.nightly == null ? 0 : 1

  project = var.project_id
  role    = google_project_iam_custom_role.build_starter[0].id
  member  = google_service_account.scheduler.member
}

resource "google_service_account_iam_member" "nightly_starts" {
  count = var.delivery.nightly == null ? 0 : 1

  service_account_id = google_service_account.nightly[0].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.scheduler.member
}

resource "google_cloud_scheduler_job" "nightly" {
  count = var.delivery.nightly == null ? 0 : 1

  name      = "nightly"
  region    = var.region
  schedule  = var.delivery.nightly.schedule
  time_zone = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://cloudbuild.googleapis.com/v1/projects/${var.project_id}/locations/${var.region}/triggers/${google_cloudbuild_trigger.nightly[0].trigger_id}:run"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode("{}")

    oauth_token {
      service_account_email = google_service_account.scheduler.email
    }
  }

  depends_on = [google_project_iam_member.nightly_starts, google_service_account_iam_member.nightly_starts]
}
