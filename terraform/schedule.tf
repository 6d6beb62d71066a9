# What maintenance does by itself. A task whose route the contract does not have yet gets no job.

locals {
  schedules = {
    dispatch  = { cron = "* * * * *", retries = 0 } # The next minute comes soon enough.
    metrics   = { cron = "10 2 * * *", retries = 3 }
    retention = { cron = "30 2 * * *", retries = 3 }
    purge     = { cron = "0 3 * * 0", retries = 3 }
    integrity = { cron = "0 4 * * 0", retries = 3 }
  }

  operator_routes = toset(flatten([for function in local.contract : function.operator_routes]))
  jobs            = { for task, schedule in local.schedules : task => schedule if contains(local.operator_routes, "/api/maintenance/${task}") }
}

resource "google_cloud_scheduler_job" "maintenance" {
  for_each = local.jobs

  name             = "maintenance-${each.key}"
  region           = var.region
  schedule         = each.value.cron
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.functions["maintenance"].timeout_s + 20}s"

  http_target {
    http_method = "POST"
    uri         = "${local.functions["maintenance"].url}/api/maintenance/${each.key}"

    # The function accepts a token for its own URL from an account on its list, and no other.
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = local.functions["maintenance"].url
    }
  }

  retry_config {
    retry_count          = each.value.retries
    min_backoff_duration = "30s"
  }

  depends_on = [google_project_service.enabled, google_cloud_run_v2_service_iam_member.public]
}
