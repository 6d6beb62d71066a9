mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

variables {
  alerting = {
    critical = { emails = ["on-call@example.com"], channels = ["projects/example-activation/notificationChannels/1"] }
  }
}

run "ratios_need_some_failures_and_are_of_one_function" {
  command = plan

  assert {
    condition = google_monitoring_alert_policy.measured["server-errors"].conditions[0].condition_prometheus_query_language[0].query == join(" ", [
      "sum by (service_name) (increase(logging_googleapis_com:user_activation_server_errors{monitored_resource=\"cloud_run_revision\"}[300s]))",
      "/ sum by (service_name) (increase(logging_googleapis_com:user_activation_requests{monitored_resource=\"cloud_run_revision\"}[300s])) > 0.05",
      "and sum by (service_name) (increase(logging_googleapis_com:user_activation_server_errors{monitored_resource=\"cloud_run_revision\"}[300s])) > 5",
    ])
    error_message = "More than 5 % of failing requests, and more than 5 of them, raise an alert."
  }

  assert {
    condition = alltrue([
      for name, threshold in { sync-failures = "0.1", client-errors = "0.05", refusals = "0.5", unavailable = "0.2" } :
      strcontains(google_monitoring_alert_policy.measured[name].conditions[0].condition_prometheus_query_language[0].query, " > ${threshold} and sum by (service_name) ")
    ])
    error_message = "A threshold is not the one that was promised, or has no floor."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.measured["slow-requests"].conditions[0].condition_prometheus_query_language[0].query, " > 3000 and ")
    error_message = "The p95 has its objective."
  }

  # Without this an alert on a metric that has no line yet is refused.
  assert {
    condition     = alltrue([for _, policy in google_monitoring_alert_policy.measured : policy.conditions[0].condition_prometheus_query_language[0].disable_metric_validation])
    error_message = "An alert asks whether its metric exists already."
  }
}

run "a_single_line_raises_an_alert_that_says_who_and_what" {
  command = plan

  assert {
    condition     = alltrue([for name in ["migration-failed", "corrupt-object", "distributions-failed", "keys-unusable", "process-ended", "traffic-not-restored", "copy-failed", "drill"] : contains(keys(google_monitoring_alert_policy.line), name)])
    error_message = "A single one of these raises an alert."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.line["objects-deleted"].documentation[0].content, "principal `$${log.extracted_label.principal}`")
    error_message = "An audit alert does not say who did it."
  }

  assert {
    condition     = alltrue([for name, policy in google_monitoring_alert_policy.line : length(policy.conditions[0].condition_matched_log[0].label_extractors) > 0])
    error_message = "An alert does not say what it is about."
  }
}

run "copies_that_are_made_twice_a_week_have_no_alert_on_silence" {
  command = plan

  variables {
    bigquery = { copy_schedule = "every 3 days" }
  }

  assert {
    condition     = !contains(keys(google_monitoring_alert_policy.measured), "copies-silent") && contains(keys(google_monitoring_alert_policy.measured), "dispatch-silent")
    error_message = "No query looks back further than a day."
  }
}

run "every_alert_tells_somebody_what_to_do" {
  command = plan

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.line), values(google_monitoring_alert_policy.measured), values(google_monitoring_alert_policy.platform)) :
      length(regexall("`gcloud logging read '[^']+' --project=example-activation --freshness=1h --limit=20`\n\n\\*\\*What to do:\\*\\* \\[[A-Za-z-]+\\]\\(https://example.com/runbooks/[A-Za-z-]+\\.md\\)$", policy.documentation[0].content)) == 1
    ])
    error_message = "An alert has no command for the first minute, or links no runbook."
  }

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.line), values(google_monitoring_alert_policy.measured), values(google_monitoring_alert_policy.platform)) :
      contains(policy.notification_channels, "projects/example-activation/notificationChannels/1") && length(policy.notification_channels) == 2
    ])
    error_message = "An alert tells nobody."
  }
}

run "prod_is_warned_when_alerts_wake_nobody" {
  command = plan

  variables {
    environment = "prod"
    alerting    = { critical = { emails = ["on-call@example.com"] } }
  }

  expect_failures = [check.somebody_is_woken]
}

run "warnings_can_go_to_others" {
  command = plan

  variables {
    alerting = {
      critical = { channels = ["projects/example-activation/notificationChannels/1"] }
      warning  = { channels = ["projects/example-activation/notificationChannels/2"] }
    }
  }

  assert {
    condition     = google_monitoring_alert_policy.measured["slow-requests"].notification_channels == tolist(["projects/example-activation/notificationChannels/2"]) && google_monitoring_alert_policy.line["corrupt-object"].notification_channels == tolist(["projects/example-activation/notificationChannels/1"])
    error_message = "Severities are mixed up."
  }
}

run "each_metric_counts_lines_of_our_services_only" {
  command = plan

  assert {
    condition     = alltrue([for _, metric in google_logging_metric.function : startswith(metric.filter, "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^am-\" AND (")])
    error_message = "A metric would count lines of other services."
  }

  assert {
    condition     = alltrue([for _, metric in google_logging_metric.function : (metric.value_extractor == null) == (metric.metric_descriptor[0].value_type == "INT64")])
    error_message = "A metric with values is a distribution, one without a count."
  }

  # Cardinality: a metric has at most some thousand series. Users and records are never labels.
  assert {
    condition     = alltrue(flatten([for _, metric in google_logging_metric.function : [for label in metric.metric_descriptor[0].labels : !contains(["user_hash", "record_id", "request_id"], label.key)]]))
    error_message = "A label has a value per user or record."
  }
}

run "reads_and_writes_of_bucket_and_keys_are_audited" {
  command = plan

  assert {
    condition     = alltrue([for config in [google_project_iam_audit_config.storage, google_project_iam_audit_config.keys] : toset(config.audit_log_config[*].log_type) == toset(["DATA_READ", "DATA_WRITE"])])
    error_message = "Data Access audit logs are off."
  }

  assert {
    condition     = toset(flatten([for config in google_project_iam_audit_config.keys.audit_log_config : coalesce(config.exempted_members, [])])) == toset(["serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com"])
    error_message = "Every use of the credentials key is recorded; only Cloud Storage's own use of the bucket's key is not."
  }
}

run "a_log_line_is_billed_once" {
  command = plan

  assert {
    condition     = google_logging_project_bucket_config.default.bucket_id == "_Default" && google_logging_project_bucket_config.default.enable_analytics
    error_message = "Lines are kept where the project keeps them anyway, and SQL reads them there."
  }

  # The chart needs to be told which columns it shows.
  assert {
    condition = [
      for tile in jsondecode(google_monitoring_dashboard.activation.dashboard_json).mosaicLayout.tiles :
      [for set in tile.widget.xyChart.dataSets : [set.dimensions[0].column, set.measures[0].column]]
      if strcontains(jsonencode(tile.widget.xyChart), "opsAnalyticsQuery")
    ] == [[["week", "returning_users"], ["week", "new_users"]]]
    error_message = "The chart of returning users shows nothing."
  }

  assert {
    condition     = strcontains(jsondecode(google_monitoring_dashboard.activation.dashboard_json).mosaicLayout.tiles[length(jsondecode(google_monitoring_dashboard.activation.dashboard_json).mosaicLayout.tiles) - 1].widget.xyChart.dataSets[0].timeSeriesQuery.opsAnalyticsQuery.sql, "`example-activation.global._Default._AllLogs`")
    error_message = "The query reads another log."
  }
}

# The copies read every object each hour: their reads would be the most expensive lines of all.
run "reads_by_functions_and_by_bigquery_are_not_audited" {
  command = plan

  assert {
    condition     = length(local.exempted_from_storage) == length(google_service_account.function) + 1
    error_message = "Each function and BigQuery's connection are exempted from the bucket's audit logs."
  }
}

run "every_function_is_watched_from_outside" {
  command = plan

  assert {
    condition     = alltrue([for name, _ in google_cloud_run_v2_service.function : google_monitoring_uptime_check_config.function[name].http_check[0].path == "/api/${name}/health"])
    error_message = "A function's health is not looked at."
  }

  assert {
    condition     = alltrue([for _, check in google_monitoring_uptime_check_config.function : check.content_matchers[0].content == "\"storage_backend\""])
    error_message = "The placeholder would pass for the function."
  }

  assert {
    condition     = google_monitoring_slo.availability.goal == 0.995 && google_monitoring_slo.availability.rolling_period_days == 28
    error_message = "The objective is not the one that was promised."
  }
}

run "the_dashboard_can_be_read" {
  command = plan

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.activation.dashboard_json).mosaicLayout.tiles) >= 15
    error_message = "Charts are missing."
  }

  # Whether sync works with the flag on as it does with it off is what a rollout of the flag is judged by.
  assert {
    condition = length([
      for tile in jsondecode(google_monitoring_dashboard.activation.dashboard_json).mosaicLayout.tiles :
      tile if strcontains(jsonencode(tile.widget.xyChart), "metric.label.flag")
    ]) == 5
    error_message = "A chart does not tell sync with the flag from sync without."
  }
}
