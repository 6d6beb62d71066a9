mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

run "without_a_load_balancer_functions_are_called_at_their_own_urls" {
  command = plan

  assert {
    condition     = output.app_configuration.origin == null && output.app_configuration.functions.audiences == "https://am-audiences-123456789012.europe-west1.run.app"
    error_message = "The app would not find the functions."
  }

  assert {
    condition     = alltrue([for _, service in google_cloud_run_v2_service.function : one([for env in service.template[0].containers[0].env : env.value if env.name == "ALLOWED_ORIGINS"]) == "https://app.example.com,https://am-web-123456789012.europe-west1.run.app"])
    error_message = "The app's origin, or that of another page, is not allowed."
  }

  assert {
    condition     = length(google_compute_url_map.https) == 0 && length(google_compute_backend_service.function) == 0 && length(output.dns_records) == 0
    error_message = "There is a load balancer that nobody asked for."
  }
}

run "with_a_load_balancer_all_share_one_origin" {
  command = plan

  variables {
    edge = { load_balancer = { domain = "activation.example.com" } }
  }

  assert {
    condition     = output.app_configuration.origin == "https://activation.example.com" && alltrue([for _, url in output.app_configuration.functions : url == "https://activation.example.com"])
    error_message = "The app would not find the functions."
  }

  assert {
    condition     = alltrue([for _, service in google_cloud_run_v2_service.function : one([for env in service.template[0].containers[0].env : env.value if env.name == "ALLOWED_ORIGINS"]) == ""])
    error_message = "One origin needs no CORS."
  }

  assert {
    condition = {
      for rule in google_compute_url_map.https["lb"].path_matcher[0].path_rule : join(" ", sort(rule.paths)) => rule.service
      } == {
      for name, function in jsondecode(file("functions.json")) :
      join(" ", sort(flatten([for prefix in function.path_prefixes : prefix == "/" ? ["/"] : [prefix, "${prefix}/*"]]))) => google_compute_backend_service.function[name].id
    }
    error_message = "The path table is not the contract's."
  }

  assert {
    condition     = alltrue([for default in [google_compute_url_map.https["lb"].default_service, google_compute_url_map.https["lb"].path_matcher[0].default_service] : default == google_compute_backend_service.function["web"].id])
    error_message = "Every other path is the app's."
  }

  assert {
    condition     = alltrue([for name, backend in google_compute_backend_service.function : backend.enable_cdn == (name == "web")]) && google_compute_backend_service.function["web"].cdn_policy[0].cache_mode == "USE_ORIGIN_HEADERS"
    error_message = "Only what the app's function calls public may be cached."
  }

  assert {
    condition     = google_compute_ssl_policy.modern["lb"].min_tls_version == "TLS_1_2" && google_compute_target_https_proxy.lb["lb"].ssl_policy == google_compute_ssl_policy.modern["lb"].id
    error_message = "Old TLS would be accepted."
  }

  assert {
    condition     = one(google_compute_url_map.https["lb"].header_action[0].response_headers_to_add).header_name == "Strict-Transport-Security"
    error_message = "There is no HSTS."
  }

  assert {
    condition     = google_compute_url_map.redirect["lb"].default_url_redirect[0].https_redirect && google_compute_global_forwarding_rule.redirect["lb"].port_range == "80"
    error_message = "HTTP must lead to HTTPS."
  }

  assert {
    condition     = alltrue([for _, backend in google_compute_backend_service.function : backend.security_policy == google_compute_security_policy.throttle["lb"].id])
    error_message = "A function is not throttled."
  }

  assert {
    condition     = anytrue([for rule in google_compute_security_policy.throttle["lb"].rule : try(rule.rate_limit_options[0].rate_limit_threshold[0].count, 0) == 600 && rule.action == "throttle"])
    error_message = "Nothing is throttled."
  }

  assert {
    condition     = google_compute_managed_ssl_certificate.lb["lb"].managed[0].domains == tolist(["activation.example.com"]) && output.dns_records[0].name == "activation.example.com."
    error_message = "Certificate and DNS record are not for the domain."
  }
}
