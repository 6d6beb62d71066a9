# One origin for app and API: an HTTPS load balancer with the path table of the contract. Without it browsers call each
# function at its own URL, from the app's own and the allowed origins.

locals {
  load_balancer = var.edge.load_balancer
  # Every resource of the load balancer exists once or not at all.
  balanced           = local.load_balancer == null ? toset([]) : toset(["lb"])
  balanced_functions = local.load_balancer == null ? {} : local.functions

  # The function with the path / gets all paths that are no other's: pages and files of the app, and 404.
  default_function = one([for name, function in local.functions : name if contains(function.path_prefixes, "/")])

  origin = local.load_balancer == null ? null : "https://${local.load_balancer.domain}"
}

resource "google_compute_global_address" "lb" {
  for_each = local.balanced

  name       = "activation"
  depends_on = [time_sleep.apis]
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.balanced_functions

  name                  = each.key
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.function[each.key].name
  }
}

resource "google_compute_security_policy" "throttle" {
  for_each = local.balanced

  name        = "activation"
  description = "Throttles each client address"

  rule {
    priority    = 1000
    description = "More than the limit: 429"
    action      = "throttle"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = local.load_balancer.requests_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2147483647
    description = "Everything else"
    action      = "allow"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_backend_service" "function" {
  for_each = local.balanced_functions

  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.throttle["lb"].id
  # The app's assets state how long they may be cached; the API answers no-cache, so it gets no cache.
  enable_cdn = contains(each.value.path_prefixes, "/")

  dynamic "cdn_policy" {
    for_each = contains(each.value.path_prefixes, "/") ? ["assets"] : []
    content {
      cache_mode = "USE_ORIGIN_HEADERS"
    }
  }

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  log_config {
    enable      = true
    sample_rate = 0.1 # Functions log every request themselves; these show what never reached one.
  }
}

resource "google_compute_url_map" "https" {
  for_each = local.balanced

  name            = "activation"
  default_service = google_compute_backend_service.function[local.default_function].id

  host_rule {
    hosts        = [local.load_balancer.domain]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.function[local.default_function].id

    dynamic "path_rule" {
      for_each = local.balanced_functions
      content {
        paths   = flatten([for prefix in path_rule.value.path_prefixes : prefix == "/" ? ["/"] : [prefix, "${prefix}/*"]])
        service = google_compute_backend_service.function[path_rule.key].id
      }
    }
  }

  header_action {
    response_headers_to_add {
      header_name  = "Strict-Transport-Security"
      header_value = "max-age=${local.load_balancer.hsts_max_age_s}; includeSubDomains"
      replace      = true
    }
  }
}

resource "google_compute_managed_ssl_certificate" "lb" {
  for_each = local.balanced

  # A new domain needs a new certificate, which must exist before the old one is deleted.
  name = "activation-${substr(sha256(local.load_balancer.domain), 0, 8)}"

  managed {
    domains = [local.load_balancer.domain]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_ssl_policy" "modern" {
  for_each = local.balanced

  name            = "activation"
  min_tls_version = "TLS_1_2"
  profile         = "MODERN"
  depends_on      = [time_sleep.apis]
}

resource "google_compute_target_https_proxy" "lb" {
  for_each = local.balanced

  name             = "activation"
  url_map          = google_compute_url_map.https["lb"].id
  ssl_certificates = [google_compute_managed_ssl_certificate.lb["lb"].id]
  ssl_policy       = google_compute_ssl_policy.modern["lb"].id
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.balanced

  name                  = "activation-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.lb["lb"].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.lb["lb"].id
}

# HTTP only redirects to HTTPS.
resource "google_compute_url_map" "redirect" {
  for_each = local.balanced

  name = "activation-redirect"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_target_http_proxy" "redirect" {
  for_each = local.balanced

  name    = "activation-redirect"
  url_map = google_compute_url_map.redirect["lb"].id
}

resource "google_compute_global_forwarding_rule" "redirect" {
  for_each = local.balanced

  name                  = "activation-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.lb["lb"].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.redirect["lb"].id
}
