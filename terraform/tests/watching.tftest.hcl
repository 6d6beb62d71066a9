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

run "thresholds_are_what_was_promised" {
  command = plan

  assert {
    condition     = google_monitoring_alert_policy.function["server-errors"].conditions[0].condition_threshold[0].threshold_value == 0.05
    error_message = "More than 5 % of failing requests raise an alert."
  }

  assert {
    condition     = google_monitoring_alert_policy.function["sync-failures"].conditions[0].condition_threshold[0].threshold_value == 0.1
    error_message = "More than 10 % of failing syncs raise an alert."
  }

  assert {
    condition     = google_monitoring_alert_policy.function["client-errors"].conditions[0].condition_threshold[0].threshold_value == 0.05
    error_message = "More than 5 % of pulls and pushes with errors of the app raise an alert."
  }

  assert {
    condition     = alltrue([for name in ["migration-failed", "corrupt-object", "distributions-failed", "keys-unusable"] : google_monitoring_alert_policy.function[name].conditions[0].condition_threshold[0].threshold_value == 0])
    error_message = "A single one of these raises an alert."
  }

  assert {
    condition     = google_monitoring_alert_policy.function["slow-requests"].conditions[0].condition_threshold[0].threshold_value == 3000
    error_message = "The p95 has its objective."
  }

  assert {
    condition     = alltrue([for _, policy in google_monitoring_alert_policy.function : policy.conditions[0].condition_threshold[0].comparison == "COMPARISON_GT"])
    error_message = "Alerts are on more than the threshold."
  }
}

run "ratios_divide_by_all_requests_of_the_same_function" {
  command = plan

  assert {
    condition = alltrue([
      for name in ["server-errors", "sync-failures", "client-errors", "refusals"] : (
        google_monitoring_alert_policy.function[name].conditions[0].condition_threshold[0].denominator_filter != null
        && google_monitoring_alert_policy.function[name].conditions[0].condition_threshold[0].aggregations[0].group_by_fields == google_monitoring_alert_policy.function[name].conditions[0].condition_threshold[0].denominator_aggregations[0].group_by_fields
      )
    ])
    error_message = "A ratio compares different things."
  }
}

run "every_alert_tells_somebody_what_to_do" {
  command = plan

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.function), values(google_monitoring_alert_policy.audited), values(google_monitoring_alert_policy.platform)) :
      length(regexall("\\(https://example.com/runbooks/[a-z-]+\\.md\\)$", policy.documentation[0].content)) == 1
    ])
    error_message = "An alert links no runbook."
  }

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.function), values(google_monitoring_alert_policy.audited), values(google_monitoring_alert_policy.platform)) :
      contains(policy.notification_channels, "projects/example-activation/notificationChannels/1") && length(policy.notification_channels) == 2
    ])
    error_message = "An alert tells nobody."
  }
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
    condition     = google_monitoring_alert_policy.function["slow-requests"].notification_channels == tolist(["projects/example-activation/notificationChannels/2"]) && google_monitoring_alert_policy.function["corrupt-object"].notification_channels == tolist(["projects/example-activation/notificationChannels/1"])
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
    condition     = alltrue([for config in google_project_iam_audit_config.keys.audit_log_config : config.exempted_members == null || try(length(config.exempted_members) == 0, true)])
    error_message = "Every use of a key is recorded."
  }
}

run "every_function_is_watched_from_outside" {
  command = plan

  assert {
    condition     = alltrue([for name, _ in google_cloud_run_v2_service.function : google_monitoring_uptime_check_config.function[name].http_check[0].path == "/api/${name}/health"])
    error_message = "A function's health is not looked at."
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
