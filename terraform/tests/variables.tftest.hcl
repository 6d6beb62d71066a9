# What is refused, before anything is made.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

run "a_project_number" {
  command = plan
  variables {
    project_id = "123456789012"
  }
  expect_failures = [var.project_id]
}

run "another_environment" {
  command = plan
  variables {
    environment = "production"
  }
  expect_failures = [var.environment]
}

run "a_multi_region_for_functions" {
  command = plan
  variables {
    region = "EU"
  }
  expect_failures = [var.region]
}

run "a_concurrency_of_one" {
  command = plan
  variables {
    function_limits = { audiences = { concurrency = 1 } }
  }
  expect_failures = [var.function_limits]
}

run "limits_of_a_function_that_there_is_not" {
  command = plan
  variables {
    function_limits = { audience = { concurrency = 80 } }
  }
  expect_failures = [var.function_limits]
}

run "too_little_memory" {
  command = plan
  variables {
    function_limits = { audiences = { memory_mib = 256 } }
  }
  expect_failures = [var.function_limits]
}

run "two_primary_issuers" {
  command = plan
  variables {
    oidc_issuers = [
      { issuer = "https://one.example.com", audiences = ["app"] },
      { issuer = "https://two.example.com", audiences = ["app"] },
    ]
  }
  expect_failures = [var.oidc_issuers]
}

run "an_issuer_without_audience" {
  command = plan
  variables {
    oidc_issuers = [{ issuer = "https://one.example.com", audiences = [] }]
  }
  expect_failures = [var.oidc_issuers]
}

run "an_issuer_without_https" {
  command = plan
  variables {
    oidc_issuers = [{ issuer = "http://one.example.com", audiences = ["app"] }]
  }
  expect_failures = [var.oidc_issuers]
}

run "every_origin" {
  command = plan
  variables {
    edge = { allowed_origins = ["*"] }
  }
  expect_failures = [var.edge]
}

run "an_origin_with_a_path" {
  command = plan
  variables {
    edge = { allowed_origins = ["https://app.example.com/"] }
  }
  expect_failures = [var.edge]
}

run "a_google_client_whose_tokens_nobody_accepts" {
  command = plan
  variables {
    app = { google_client_id = "app.apps.googleusercontent.com" }
  }
  expect_failures = [var.app]
}

run "a_support_contact_that_is_a_script" {
  command = plan
  variables {
    app = { support_contact = "javascript:alert(1)" }
  }
  expect_failures = [var.app]
}

run "a_feedback_contact_that_is_a_script" {
  command = plan
  variables {
    app = { feedback_contact = "javascript:alert(1)" }
  }
  expect_failures = [var.app]
}

run "a_service_without_https" {
  command = plan
  variables {
    app = { size_url = "http://size.example.com/segments" }
  }
  expect_failures = [var.app]
}

run "a_domain_with_a_scheme" {
  command = plan
  variables {
    edge = { load_balancer = { domain = "https://activation.example.com" } }
  }
  expect_failures = [var.edge]
}

run "everybody_as_operator" {
  command = plan
  variables {
    operators = ["allUsers"]
  }
  expect_failures = [var.operators]
}

run "a_log_without_commits" {
  command = plan
  variables {
    log_level = "WARNING"
  }
  expect_failures = [var.log_level]
}

run "no_history" {
  command = plan
  variables {
    bucket = { history_days = 1 }
  }
  expect_failures = [var.bucket]
}

run "no_soft_delete" {
  command = plan
  variables {
    bucket = { soft_delete_days = 0 }
  }
  expect_failures = [var.bucket]
}

run "an_environment_that_tells_nobody" {
  command = plan
  variables {
    alerting = {}
  }
  expect_failures = [var.alerting]
}

run "a_promise_without_any_failure" {
  command = plan
  variables {
    objectives = { availability = 1 }
  }
  expect_failures = [var.objectives]
}

run "federation_with_everybody" {
  command = plan
  variables {
    delivery = { workload_identity = { issuer = "https://token.actions.githubusercontent.com", condition = "", subject = "repo:example/activation-manager:ref:refs/heads/main" } }
  }
  expect_failures = [var.delivery]
}

run "a_trigger_without_connection" {
  command = plan
  variables {
    delivery = { trigger = { repository = "example/activation-manager" } }
  }
  expect_failures = [var.delivery]
}

run "no_image_to_roll_back_to" {
  command = plan
  variables {
    delivery = { images_kept = 1 }
  }
  expect_failures = [var.delivery]
}

run "everybody_on_call" {
  command = plan
  variables {
    on_call = ["allUsers"]
  }
  expect_failures = [var.on_call]
}

run "an_analyst_who_is_everybody" {
  command = plan
  variables {
    bigquery = { analysts = [{ member = "allAuthenticatedUsers" }] }
  }
  expect_failures = [var.bigquery]
}

run "a_copy_each_second" {
  command = plan
  variables {
    bigquery = { copy_schedule = "every 1 seconds" }
  }
  expect_failures = [var.bigquery]
}

run "a_budget_without_billing_account" {
  command = plan
  variables {
    budget = { billing_account = "my account", amount = 100 }
  }
  expect_failures = [var.budget]
}

run "runbooks_nowhere" {
  command = plan
  variables {
    runbook_base_url = "infra/docs/runbooks"
  }
  expect_failures = [var.runbook_base_url]
}
