# Metrics from log lines. The filters are data, in watching/metrics.json, so that a test can run them on lines that the
# functions really write.

locals {
  watched     = jsondecode(file("${path.module}/watching/metrics.json"))
  metrics     = local.watched.metrics
  metric_type = { for name, _ in local.metrics : name => "logging.googleapis.com/user/${google_logging_metric.function[name].name}" }
}

resource "google_logging_metric" "function" {
  for_each = local.metrics

  name             = "activation/${each.key}"
  description      = each.value.description
  filter           = "${local.watched.source} AND (${each.value.filter})"
  label_extractors = try(each.value.labels, null)
  value_extractor  = try(each.value.value, null)

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = can(each.value.value) ? "DISTRIBUTION" : "INT64"
    unit        = try(each.value.unit, "1")

    dynamic "labels" {
      for_each = try(each.value.labels, {})
      content {
        key        = labels.key
        value_type = "STRING"
      }
    }
  }

  dynamic "bucket_options" {
    for_each = can(each.value.value) ? ["exponential"] : []
    content {
      exponential_buckets {
        num_finite_buckets = 40
        growth_factor      = 1.5
        scale              = 1
      }
    }
  }

  depends_on = [time_sleep.apis]
}
