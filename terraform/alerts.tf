# Alerts: recipients, conditions and runbooks.

locals {
  alerts  = jsondecode(file("${path.module}/watching/alerts.json"))
  audited = jsondecode(file("${path.module}/watching/audited.json"))

  channels = {
    for severity, receivers in var.alerting : severity => concat(
      receivers.channels,
      [for email in receivers.emails : google_monitoring_notification_channel.email[email].id],
    )
  }
  # Without recipients of their own, warnings go to the recipients of critical alerts.
  channels_of = {
    critical = local.channels.critical
    warning  = length(local.channels.warning) > 0 ? local.channels.warning : local.channels.critical
  }

  # Every alert, wherever its condition is written, with its runbook.
  runbooks = merge(
    { for name, alert in local.alerts : name => alert.runbook },
    { for name, alert in local.audited : name => alert.runbook },
    { for name, alert in local.platform_alerts : name => alert.runbook },
  )
  documentation = { for name, runbook in local.runbooks : name => "What to do: [${runbook}](${var.runbook_base_url}/${runbook}.md)" }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(concat(var.alerting.critical.emails, var.alerting.warning.emails))

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }
  depends_on   = [time_sleep.apis]
}

# --- on metrics from the functions' log lines

resource "google_monitoring_alert_policy" "function" {
  for_each = local.alerts

  display_name          = "${each.value.title} (${var.environment})"
  combiner              = "OR"
  severity              = upper(each.value.severity)
  notification_channels = local.channels_of[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter = join(" AND ", [
        "resource.type=\"cloud_run_revision\"",
        "metric.type=\"${local.metric_type[try(each.value.count, each.value.percentile_95, each.value.ratio.metric)]}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = can(each.value.above_objective) ? var.objectives[each.value.above_objective] : each.value.above
      duration        = "${each.value.duration_s}s"

      aggregations {
        alignment_period     = "${each.value.window_s}s"
        per_series_aligner   = can(each.value.ratio) ? "ALIGN_RATE" : "ALIGN_DELTA"
        cross_series_reducer = can(each.value.percentile_95) ? "REDUCE_PERCENTILE_95" : "REDUCE_SUM"
        group_by_fields      = can(each.value.ratio) ? [each.value.ratio.by] : []
      }

      denominator_filter = can(each.value.ratio) ? join(" AND ", [
        "resource.type=\"cloud_run_revision\"",
        "metric.type=\"${local.metric_type[each.value.ratio.total]}\"",
      ]) : null

      dynamic "denominator_aggregations" {
        for_each = can(each.value.ratio) ? ["total"] : []
        content {
          alignment_period     = "${each.value.window_s}s"
          per_series_aligner   = "ALIGN_RATE"
          cross_series_reducer = "REDUCE_SUM"
          group_by_fields      = [each.value.ratio.by]
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content = local.documentation[each.key]
  }
}

# --- on audit logs: changes to the bucket and the keys from outside the functions

resource "google_monitoring_alert_policy" "audited" {
  for_each = local.audited

  display_name          = "${each.value.title} (${var.environment})"
  combiner              = "OR"
  severity              = upper(each.value.severity)
  notification_channels = local.channels_of[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter = each.value.filter
    }
  }

  alert_strategy {
    auto_close = "86400s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    content = local.documentation[each.key]
  }

  depends_on = [time_sleep.apis]
}

# --- on Google's own metrics

locals {
  platform_alerts = {
    unreachable    = { title = "A function does not answer", severity = "critical", runbook = "bad-deploy" }
    fast-burn      = { title = "The month's allowance of failures is used up within two days", severity = "critical", runbook = "bad-deploy" }
    slow-burn      = { title = "The month's allowance of failures is used up within five days", severity = "warning", runbook = "bad-deploy" }
    storage-growth = { title = "The bucket grew fast in a day", severity = "warning", runbook = "slowness" }
    quota          = { title = "A quota of the project was exceeded", severity = "warning", runbook = "slowness" }
  }

  platform_conditions = {
    unreachable = {
      # From more than one location: a single one that cannot reach us proves nothing.
      filter    = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\""
      above     = 1
      duration  = "300s"
      alignment = "300s"
      aligner   = "ALIGN_NEXT_OLDER"
      reducer   = "REDUCE_COUNT_FALSE"
      group_by  = ["metric.label.check_id"]
    }
    fast-burn = {
      filter    = "select_slo_burn_rate(\"${google_monitoring_slo.availability.id}\", \"3600s\")"
      above     = 14.4
      duration  = "0s"
      alignment = null
    }
    slow-burn = {
      filter    = "select_slo_burn_rate(\"${google_monitoring_slo.availability.id}\", \"21600s\")"
      above     = 6
      duration  = "0s"
      alignment = null
    }
    storage-growth = {
      filter    = "resource.type=\"gcs_bucket\" AND resource.labels.bucket_name=\"${google_storage_bucket.data.name}\" AND metric.type=\"storage.googleapis.com/storage/total_bytes\""
      above     = (var.objectives.storage_growth_factor - 1) * 100
      duration  = "0s"
      alignment = "86400s"
      aligner   = "ALIGN_PERCENT_CHANGE"
      reducer   = "REDUCE_MAX"
      group_by  = []
    }
    quota = {
      filter    = "resource.type=\"consumer_quota\" AND metric.type=\"serviceruntime.googleapis.com/quota/exceeded\""
      above     = 0
      duration  = "0s"
      alignment = "300s"
      aligner   = "ALIGN_COUNT_TRUE"
      reducer   = "REDUCE_SUM"
      group_by  = ["metric.label.quota_metric"]
    }
  }
}

resource "google_monitoring_alert_policy" "platform" {
  for_each = local.platform_alerts

  display_name          = "${each.value.title} (${var.environment})"
  combiner              = "OR"
  severity              = upper(each.value.severity)
  notification_channels = local.channels_of[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = local.platform_conditions[each.key].filter
      comparison      = "COMPARISON_GT"
      threshold_value = local.platform_conditions[each.key].above
      duration        = local.platform_conditions[each.key].duration

      dynamic "aggregations" {
        for_each = local.platform_conditions[each.key].alignment == null ? [] : [local.platform_conditions[each.key]]
        content {
          alignment_period     = aggregations.value.alignment
          per_series_aligner   = aggregations.value.aligner
          cross_series_reducer = aggregations.value.reducer
          group_by_fields      = aggregations.value.group_by
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content = local.documentation[each.key]
  }

  depends_on = [google_monitoring_uptime_check_config.function]
}
