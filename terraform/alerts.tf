# Alerts: recipients, conditions, and what somebody reads who is woken by one.

locals {
  alerts = jsondecode(file("${path.module}/watching/alerts.json"))
  # Alerts on single lines: of the functions, of audit logs, of Google's services.
  line_alerts = merge(
    {
      for name, alert in local.alerts : name => merge(alert, {
        filter = "${local.watched.source} AND (${local.metrics[alert.line].filter})"
        says   = merge({ function = "EXTRACT(resource.labels.service_name)" }, alert.says)
      }) if can(alert.line)
    },
    jsondecode(file("${path.module}/watching/audited.json")),
    jsondecode(file("${path.module}/watching/lines.json")),
  )

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
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(concat(var.alerting.critical.emails, var.alerting.warning.emails))

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }
  depends_on   = [time_sleep.apis]
}

# An alert that only sends mail wakes nobody. It is a warning, since an environment may well be run in office hours.
check "somebody_is_woken" {
  assert {
    condition     = var.environment != "prod" || length(var.alerting.critical.channels) > 0
    error_message = "Critical alerts of prod go to mailboxes only, which wake nobody: name a channel that pages (PagerDuty, SMS, the Cloud app) in alerting.critical.channels, or answer within office hours (infra/docs/guides/escalation.md)."
  }
}

# --- what an alert says: who and what, the log lines, one command, the runbook

locals {
  # The log lines to look at first.
  looks_at = merge(
    { for name, alert in local.line_alerts : name => alert.filter },
    {
      for name, alert in local.alerts : name => "${local.watched.source} AND (${local.metrics[try(alert.ratio.metric, alert.count, alert.percentile_95)].filter})"
      if !can(alert.line)
    },
    { for name, alert in local.platform_alerts : name => alert.looks_at },
  )
  # Labels of the line or of the time series.
  who_and_what = merge(
    { for name, alert in local.line_alerts : name => join(", ", [for label in keys(alert.says) : "${label} `$${log.extracted_label.${label}}`"]) },
    { for name in concat([for name, alert in local.alerts : name if !can(alert.line)], keys(local.platform_alerts)) : name => "$${metric_or_resource.labels}" },
  )
  runbooks = merge(
    { for name, alert in local.alerts : name => alert.runbook },
    { for name, alert in local.line_alerts : name => alert.runbook },
    { for name, alert in local.platform_alerts : name => alert.runbook },
  )

  documentation = {
    for name, runbook in local.runbooks : name => join("\n\n", [
      "**Who and what:** ${local.who_and_what[name]}",
      "**Look:** [log lines](https://console.cloud.google.com/logs/query;query=${replace(urlencode(local.looks_at[name]), "+", "%20")};duration=PT1H?project=${var.project_id}) · [dashboards](https://console.cloud.google.com/monitoring/dashboards?project=${var.project_id}), or",
      "`gcloud logging read '${local.looks_at[name]}' --project=${var.project_id} --freshness=1h --limit=20`",
      "**What to do:** [${runbook}](${var.runbook_base_url}/${runbook}.md)",
    ])
  }
}

# --- on single lines

resource "google_monitoring_alert_policy" "line" {
  for_each = local.line_alerts

  display_name          = "${each.value.title} (${var.environment})"
  combiner              = "OR"
  severity              = upper(each.value.severity)
  notification_channels = local.channels_of[each.value.severity]

  conditions {
    display_name = each.value.title

    # Each combination of labels is an incident of its own: labels have few values.
    condition_matched_log {
      filter           = each.value.filter
      label_extractors = each.value.says
    }
  }

  alert_strategy {
    auto_close = "86400s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    content   = local.documentation[each.key]
    mime_type = "text/markdown"
  }

  depends_on = [time_sleep.apis]
}

# --- on metrics, in PromQL: a ratio alone would page for two failures at night

locals {
  # https://cloud.google.com/monitoring/promql/promql-mapping
  series     = { for name, _ in local.metrics : name => "logging_googleapis_com:user_activation_${name}" }
  of_service = "{monitored_resource=\"cloud_run_revision\"}"

  # Of each alert: what is counted, how, and over how long.
  increases = {
    for name, alert in local.alerts : name => {
      counted = "increase(${local.series[try(alert.ratio.metric, alert.count, alert.percentile_95)]}${can(alert.percentile_95) ? "_bucket" : ""}${local.of_service}[${alert.window_s}s])"
      total   = "increase(${local.series[try(alert.ratio.total, alert.count, alert.percentile_95)]}${can(alert.percentile_95) ? "_count" : ""}${local.of_service}[${alert.window_s}s])"
    } if !can(alert.line)
  }

  measured_queries = {
    for name, alert in local.alerts : name => (
      can(alert.ratio) ? join(" ", [
        "sum by (${alert.ratio.by}) (${local.increases[name].counted})",
        "/ sum by (${alert.ratio.by}) (${local.increases[name].total}) > ${alert.above}",
        "and sum by (${alert.ratio.by}) (${local.increases[name].counted}) > ${alert.more_than}",
      ])
      : can(alert.percentile_95) ? join(" ", [
        "histogram_quantile(0.95, sum by (le) (${local.increases[name].counted})) > ${var.objectives[alert.above_objective]}",
        "and on () sum(${local.increases[name].total}) > ${alert.more_than}",
      ])
      : "sum(${local.increases[name].counted}) > ${alert.above}"
    ) if !can(alert.line)
  }

  measured_alerts = merge(
    {
      for name, alert in local.alerts : name => {
        title = alert.title, severity = alert.severity, query = local.measured_queries[name], duration_s = alert.duration_s
      } if !can(alert.line)
    },
    { for name, alert in local.platform_alerts : name => alert if can(alert.query) },
  )
}

resource "google_monitoring_alert_policy" "measured" {
  for_each = local.measured_alerts

  display_name          = "${each.value.title} (${var.environment})"
  combiner              = "OR"
  severity              = upper(each.value.severity)
  notification_channels = local.channels_of[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "${each.value.duration_s}s"
      evaluation_interval = "60s"
      # A metric exists from its first line on, which an environment may not see for months.
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content   = local.documentation[each.key]
    mime_type = "text/markdown"
  }

  depends_on = [google_logging_metric.function]
}

# --- on Google's own metrics

locals {
  requests = "run_googleapis_com:request_count"
  ours     = "monitored_resource=\"cloud_run_revision\",service_name=~\"am-.*\""
  bucket   = "storage_googleapis_com:storage_total_bytes{monitored_resource=\"gcs_bucket\",bucket_name=\"${google_storage_bucket.data.name}\"}"

  # Share of the failures that the month allows, used up in a time; the floor keeps two failures at night silent.
  burn = {
    for name, window in { fast-burn = { s = 3600, times = 14.4, more_than = 10 }, slow-burn = { s = 21600, times = 6, more_than = 20 } } : name => join(" ", [
      "sum(increase(${local.requests}{${local.ours},response_code_class=\"5xx\"}[${window.s}s]))",
      "/ sum(increase(${local.requests}{${local.ours}}[${window.s}s])) > ${format("%.4f", window.times * (1 - var.objectives.availability))}",
      "and sum(increase(${local.requests}{${local.ours},response_code_class=\"5xx\"}[${window.s}s])) > ${window.more_than}",
    ])
  }

  # The schedule of the copies is an interval (variable bigquery); three of them without any run are silence.
  copy_every = regex("^every (?P<count>[0-9]+) (?P<unit>minutes|hours|days)$", var.bigquery.copy_schedule)
  copies_s   = max(7200, 3 * tonumber(local.copy_every.count) * { minutes = 60, hours = 3600, days = 86400 }[local.copy_every.unit])

  errors = "${local.watched.source} AND severity>=ERROR"

  platform_alerts = merge({
    unreachable = { title = "A function does not answer", severity = "critical", runbook = "bad-deploy", looks_at = local.errors }
    quota       = { title = "A quota of the project was exceeded", severity = "warning", runbook = "slowness", looks_at = "protoPayload.status.code=8" }
    fast-burn = {
      title    = "The month's allowance of failures is used up within two days", severity = "critical", runbook = "bad-deploy"
      looks_at = local.errors, query = local.burn.fast-burn, duration_s = 0
    }
    slow-burn = {
      title    = "The month's allowance of failures is used up within five days", severity = "warning", runbook = "bad-deploy"
      looks_at = local.errors, query = local.burn.slow-burn, duration_s = 0
    }
    # A bucket of the first weeks doubles every day, and is still small.
    storage-growth = {
      title    = "The bucket grew fast in a day", severity = "warning", runbook = "slowness"
      looks_at = "jsonPayload.event=\"commit\"", duration_s = 0
      query = join(" ", [
        "sum(last_over_time(${local.bucket}[1h])) > ${var.objectives.storage_growth_factor} * sum(last_over_time(${local.bucket}[1h] offset 1d))",
        "and sum(last_over_time(${local.bucket}[1h])) - sum(last_over_time(${local.bucket}[1h] offset 1d)) > ${var.objectives.storage_growth_gib * pow(2, 30)}",
      ])
    }
    # Uptime checks are requests, too: from the first delivery on there are always some. Before it nothing is silent.
    dispatch-silent = {
      title    = "The schedule is silent: no dispatch succeeded for ten minutes", severity = "critical", runbook = "failed-distributions"
      looks_at = "jsonPayload.route=\"/api/maintenance/dispatch\"", duration_s = 300
      query = join(" ", [
        "sum(increase(${local.series.requests}${local.of_service}[600s])) > 0",
        "unless sum(increase(${local.series.requests}{monitored_resource=\"cloud_run_revision\",route=\"/api/maintenance/dispatch\",status=\"200\"}[600s])) > 0",
      ])
    }
    # A rollout ends within 70 minutes: no pair of revisions serves both now and two hours ago, unless one was left behind.
    traffic-split = {
      title    = "Traffic has been split between two releases for two hours", severity = "warning", runbook = "bad-deploy"
      looks_at = "protoPayload.serviceName=\"run.googleapis.com\"", duration_s = 0
      query = join(" ", [
        "count by (service_name) (sum by (service_name, revision_name) (increase(${local.requests}{${local.ours}}[1800s])) > 0",
        "and sum by (service_name, revision_name) (increase(${local.requests}{${local.ours}}[1800s] offset 2h)) > 0) > 1",
      ])
    }
    }, local.copies_s > 86400 ? {} : {
    # Failures have an alert of their own; this one notices copies that nobody resumed.
    copies-silent = {
      title    = "The schedule of BigQuery's copies is silent", severity = "warning", runbook = "stale-copies"
      looks_at = "resource.type=\"bigquery_dts_config\"", duration_s = 600
      query = join(" ", [
        "sum(increase(${local.series.requests}${local.of_service}[600s])) > 0",
        "unless sum(increase(bigquerydatatransfer_googleapis_com:transfer_config_completed_runs{monitored_resource=\"bigquery_dts_config\"}[${local.copies_s}s])) > 0",
      ])
    }
  })

  threshold_conditions = {
    unreachable = {
      # From more than one location: a single one that cannot reach us proves nothing.
      filter   = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\""
      above    = 1
      duration = "300s"
      aligner  = "ALIGN_NEXT_OLDER"
      reducer  = "REDUCE_COUNT_FALSE"
      group_by = ["metric.label.check_id", "resource.label.host"]
    }
    quota = {
      filter   = "resource.type=\"consumer_quota\" AND metric.type=\"serviceruntime.googleapis.com/quota/exceeded\""
      above    = 0
      duration = "0s"
      aligner  = "ALIGN_COUNT_TRUE"
      reducer  = "REDUCE_SUM"
      group_by = ["metric.label.quota_metric"]
    }
  }
}

resource "google_monitoring_alert_policy" "platform" {
  for_each = local.threshold_conditions

  display_name          = "${local.platform_alerts[each.key].title} (${var.environment})"
  combiner              = "OR"
  severity              = upper(local.platform_alerts[each.key].severity)
  notification_channels = local.channels_of[local.platform_alerts[each.key].severity]

  conditions {
    display_name = local.platform_alerts[each.key].title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.duration

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.group_by
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content   = local.documentation[each.key]
    mime_type = "text/markdown"
  }

  depends_on = [google_monitoring_uptime_check_config.function]
}
