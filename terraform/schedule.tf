# The schedule of maintenance. A task without a route in the contract gets no job.

locals {
  # Dispatch each minute. The others run once a day (metrics, retention) or a week (purge, integrity, re-encryption), in as
  # many calls as needed: each call continues the run of its period, and a call with nothing due costs one read. Calls are
  # not retried, since the next one comes soon enough.
  schedules = {
    dispatch  = "* * * * *"
    metrics   = "*/15 * * * *"
    retention = "3-59/15 * * * *"
    purge     = "6-59/15 * * * *"
    integrity = "9-59/15 * * * *"
    reencrypt = "12-59/15 * * * *"
  }

  operator_routes = toset(flatten([for function in local.contract : function.operator_routes]))
  jobs            = { for task, schedule in local.schedules : task => schedule if contains(local.operator_routes, "/api/maintenance/${task}") }
}

resource "google_cloud_scheduler_job" "maintenance" {
  for_each = local.jobs

  name             = "maintenance-${each.key}"
  region           = var.region
  schedule         = each.value
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

  depends_on = [time_sleep.apis, google_cloud_run_v2_service.function]
}
