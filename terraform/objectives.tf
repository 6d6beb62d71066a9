# Service level objectives, measured by Cloud Run, which also sees failures that no function could log.

resource "google_monitoring_custom_service" "activation" {
  service_id   = "activation"
  display_name = "Activation Manager (${var.environment})"
  depends_on   = [time_sleep.apis]
}

resource "google_monitoring_slo" "availability" {
  service             = google_monitoring_custom_service.activation.service_id
  slo_id              = "availability"
  display_name        = "Requests that succeed"
  goal                = var.objectives.availability
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      total_service_filter = local.request_counts
      bad_service_filter   = "${local.request_counts} AND metric.labels.response_code_class=\"5xx\""
    }
  }
}

locals {
  request_counts = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=starts_with(\"am-\") AND metric.type=\"run.googleapis.com/request_count\""
}

# Uptime checks from outside, at the addresses that browsers use.
resource "google_monitoring_uptime_check_config" "function" {
  for_each = local.functions

  display_name = "Function ${each.key}"
  period       = "300s"
  timeout      = "10s"

  http_check {
    path         = "/api/${each.key}/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  # Only a function says this: the placeholder's page would be green, too.
  content_matchers {
    content = "\"storage_backend\""
    matcher = "CONTAINS_STRING"
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project_id
      host       = local.load_balancer == null ? trimprefix(each.value.url, "https://") : local.load_balancer.domain
    }
  }

  depends_on = [time_sleep.apis]
}

resource "google_billing_budget" "project" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = "Activation Manager (${var.environment})"

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(var.budget.amount)
    }
  }

  threshold_rules {
    threshold_percent = 0.8
  }

  threshold_rules {
    threshold_percent = 1
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = local.channels_of.warning
  }

  depends_on = [time_sleep.apis]
}
