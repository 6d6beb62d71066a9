# The dashboard: usage, errors, latency, and the load on the store.

locals {
  # Lines over time, in the order of the page. rate: per second; sum: per alignment period; p95: of a distribution.
  charts = [
    { title = "Requests per route", metric = "requests", show = "rate", by = ["metric.label.route"] },
    { title = "Failed requests, share per route", metric = "server_errors", total = "requests", show = "ratio", by = ["metric.label.route"] },
    { title = "Requests told to come back later (503), share per route", metric = "unavailable", total = "requests", show = "ratio", by = ["metric.label.route"] },
    { title = "p95 per route (ms)", metric = "request_ms", show = "p95", by = ["metric.label.route"] },
    { title = "Refused requests per function", metric = "refusals", show = "rate", by = ["metric.label.function"] },
    { title = "Reads of the bucket per request: what the cache leaves", metric = "store_reads", show = "mean", by = ["metric.label.route"] },
    { title = "Objects per request that the cache had", metric = "cache_hits", show = "mean", by = ["metric.label.function"] },
    { title = "Objects per request that had to be fetched", metric = "cache_misses", show = "mean", by = ["metric.label.function"] },
    { title = "Attempts per commit, p95", metric = "commit_attempts", show = "p95", by = ["metric.label.table"] },
    { title = "Audiences created per day", metric = "audiences_created", show = "daily", by = [] },
    { title = "Connection tests per platform and outcome, daily", metric = "connection_tests", show = "daily", by = ["metric.label.platform_type", "metric.label.code"] },
    { title = "Completed distributions per platform, daily", metric = "distributions_completed", show = "daily", by = ["metric.label.platform_type"] },
    { title = "Failed distributions per platform, daily", metric = "distributions_failed", show = "daily", by = ["metric.label.platform_type"] },
    { title = "Syncs that succeed, share per route and flag", metric = "sync_successes", total = "sync_requests", show = "ratio", by = ["metric.label.route", "metric.label.flag"] },
    { title = "Failed or deferred syncs, share per route", metric = "sync_failures", total = "sync_requests", show = "ratio", by = ["metric.label.route"] },
    { title = "Syncs that tell of errors in the app, share per flag", metric = "client_errors", total = "sync_requests", show = "ratio", by = ["metric.label.flag"] },
    { title = "Changes waiting in clients, p95 per flag", metric = "outbox_pending", show = "p95", by = ["metric.label.flag"] },
    { title = "Refused changes set aside in clients, p95 per flag", metric = "outbox_invalid", show = "p95", by = ["metric.label.flag"] },
    { title = "Page load, p95 per flag (ms)", metric = "page_load_ms", show = "p95", by = ["metric.label.flag"] },
    { title = "Instances that could not read the flags or the notice, daily", metric = "config_unreadable", show = "daily", by = ["metric.label.object"] },
    { title = "Guest migrations per outcome, daily", metric = "migrations", show = "daily", by = ["metric.label.state"] },
  ]

  aggregation_of = {
    rate  = { alignmentPeriod = "60s", perSeriesAligner = "ALIGN_RATE", crossSeriesReducer = "REDUCE_SUM" }
    ratio = { alignmentPeriod = "300s", perSeriesAligner = "ALIGN_RATE", crossSeriesReducer = "REDUCE_SUM" }
    p95   = { alignmentPeriod = "300s", perSeriesAligner = "ALIGN_DELTA", crossSeriesReducer = "REDUCE_PERCENTILE_95" }
    mean  = { alignmentPeriod = "300s", perSeriesAligner = "ALIGN_DELTA", crossSeriesReducer = "REDUCE_MEAN" }
    daily = { alignmentPeriod = "86400s", perSeriesAligner = "ALIGN_DELTA", crossSeriesReducer = "REDUCE_SUM" }
  }

  metric_charts = [
    for chart in local.charts : {
      title = chart.title
      query = chart.show == "ratio" ? {
        timeSeriesFilterRatio = jsonencode({
          numerator   = { filter = "metric.type=\"${local.metric_type[chart.metric]}\"", aggregation = merge(local.aggregation_of.ratio, { groupByFields = chart.by }) }
          denominator = { filter = "metric.type=\"${local.metric_type[chart.total]}\"", aggregation = merge(local.aggregation_of.ratio, { groupByFields = chart.by }) }
        })
        } : {
        timeSeriesFilter = jsonencode({
          filter      = "metric.type=\"${local.metric_type[chart.metric]}\""
          aggregation = merge(local.aggregation_of[chart.show], { groupByFields = chart.by })
        })
      }
    }
  ]

  # Metrics of Cloud Run and Cloud Storage.
  platform_charts = [
    for chart in [
      { title = "Instances per function", filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/instance_count\"", aligner = "ALIGN_MAX", by = ["resource.label.service_name"] },
      { title = "Memory per function, p95", filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/memory/utilizations\"", aligner = "ALIGN_PERCENTILE_95", by = ["resource.label.service_name"] },
      { title = "Requests at the load balancer per cache result of the CDN", filter = "resource.type=\"https_lb_rule\" AND metric.type=\"loadbalancing.googleapis.com/https/request_count\"", aligner = "ALIGN_RATE", by = ["metric.label.cache_result"] },
      { title = "Bytes in the bucket", filter = "resource.type=\"gcs_bucket\" AND resource.labels.bucket_name=\"${google_storage_bucket.data.name}\" AND metric.type=\"storage.googleapis.com/storage/total_bytes\"", aligner = "ALIGN_MEAN", by = [] },
    ] :
    {
      title = chart.title
      query = {
        timeSeriesFilter = jsonencode({
          filter      = chart.filter
          aggregation = { alignmentPeriod = "300s", perSeriesAligner = chart.aligner, crossSeriesReducer = "REDUCE_SUM", groupByFields = chart.by }
        })
      }
    }
  ]

  returning_users = templatefile("${path.module}/sql/returning_users.sql", {
    logs = "${var.project_id}.${google_logging_project_bucket_config.default.location}.${google_logging_project_bucket_config.default.bucket_id}._AllLogs"
  })

  widgets = concat(
    [
      for chart in concat(local.metric_charts, local.platform_charts) : {
        title   = chart.title
        xyChart = jsonencode({ dataSets = [{ plotType = "LINE", timeSeriesQuery = { for kind, query in chart.query : kind => jsondecode(query) } }] })
      }
    ],
    [
      {
        title = "Users per week: new ones, and those who came back"
        # A chart of SQL shows nothing until it is told which column is which.
        xyChart = jsonencode({
          dataSets = [
            for column in ["returning_users", "new_users"] : {
              plotType        = "STACKED_BAR"
              timeSeriesQuery = { opsAnalyticsQuery = { sql = local.returning_users } }
              dimensions      = [{ column = "week", columnType = "TIMESTAMP", sortOrder = "SORT_ORDER_ASCENDING" }]
              measures        = [{ column = column, aggregationFunction = { type = "sum" } }]
            }
          ]
        })
      },
    ],
  )
}

resource "google_monitoring_dashboard" "activation" {
  dashboard_json = jsonencode({
    displayName = "Activation Manager (${var.environment})"
    mosaicLayout = {
      columns = 12
      tiles = [
        for at, widget in local.widgets : {
          width  = 6
          height = 4
          xPos   = at % 2 * 6
          yPos   = floor(at / 2) * 4
          widget = { title = widget.title, xyChart = jsondecode(widget.xyChart) }
        }
      ]
    }
  })

  depends_on = [time_sleep.apis]
}
