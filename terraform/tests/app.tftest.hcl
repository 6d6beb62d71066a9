mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

run "the_app_is_told_where_each_function_is" {
  command = plan

  variables {
    app = { support_contact = "help@example.com", feedback_contact = "https://forms.example.com/activation" }
  }

  assert {
    condition = {
      for env in google_cloud_run_v2_service.function["web"].template[0].containers[0].env : env.name => env.value
      if contains(["ASSETS_BUCKET", "GOOGLE_CLIENT_ID", "SUGGESTION_URL", "SIZE_URL", "SUPPORT_CONTACT", "FEEDBACK_CONTACT"], env.name)
      } == {
      ASSETS_BUCKET    = "example-activation-activation-dev-assets"
      GOOGLE_CLIENT_ID = ""
      SUGGESTION_URL   = ""
      SIZE_URL         = ""
      SUPPORT_CONTACT  = "help@example.com"
      FEEDBACK_CONTACT = "https://forms.example.com/activation"
    }
    error_message = "The app is told something else than what was set."
  }

  assert {
    condition = jsondecode(one([for env in google_cloud_run_v2_service.function["web"].template[0].containers[0].env : env.value if env.name == "API_ORIGINS"])) == {
      for name in ["audiences", "platforms", "distributions", "insights", "sync", "flags"] : name => "https://am-${name}-123456789012.europe-west1.run.app"
    }
    error_message = "The app would not find the functions."
  }

  assert {
    condition     = output.app_url == "https://am-web-123456789012.europe-west1.run.app"
    error_message = "Users would not find the app."
  }

  assert {
    condition     = alltrue([for name, service in google_cloud_run_v2_service.function : name == "web" || !contains(service.template[0].containers[0].env[*].name, "ASSETS_BUCKET")])
    error_message = "Only web has a use for the settings of the app."
  }

  # Nobody but the local runtime gives out tokens for a demo account.
  assert {
    condition     = !contains(google_cloud_run_v2_service.function["web"].template[0].containers[0].env[*].name, "DEMO_TOKEN_URL")
    error_message = "There is no demo account on the cloud."
  }
}

run "behind_a_load_balancer_the_app_calls_its_own_origin" {
  command = plan

  variables {
    edge         = { load_balancer = { domain = "activation.example.com" } }
    oidc_issuers = [{ issuer = "https://accounts.google.com", audiences = ["app.apps.googleusercontent.com"] }]
    app          = { google_client_id = "app.apps.googleusercontent.com" }
  }

  assert {
    condition = {
      for env in google_cloud_run_v2_service.function["web"].template[0].containers[0].env : env.name => env.value
      if contains(["API_ORIGINS", "GOOGLE_CLIENT_ID"], env.name)
    } == { API_ORIGINS = "", GOOGLE_CLIENT_ID = "app.apps.googleusercontent.com" }
    error_message = "One origin needs no map of origins."
  }

  assert {
    condition     = output.app_url == "https://activation.example.com"
    error_message = "Users would not find the app."
  }
}

run "assets_are_private_and_go_sixty_days_after_their_release" {
  command = plan

  assert {
    condition     = google_storage_bucket.assets.public_access_prevention == "enforced" && google_storage_bucket.assets.uniform_bucket_level_access
    error_message = "The assets could be made public past the function that serves them."
  }

  assert {
    condition     = [for rule in google_storage_bucket.assets.lifecycle_rule : "${one(rule.action).type} ${one(rule.condition).days_since_custom_time}"] == ["Delete 60"]
    error_message = "Only assets that a release has left are deleted."
  }

  assert {
    condition     = keys(google_storage_bucket_iam_member.assets_reads) == ["web"] && keys(google_storage_bucket_iam_member.assets_lists) == ["web"] && alltrue([for member in [google_storage_bucket_iam_member.assets_reads["web"], google_storage_bucket_iam_member.assets_lists["web"]] : member.member == google_service_account.function["web"].member])
    error_message = "Web alone reads the assets."
  }

  assert {
    condition     = google_storage_bucket_iam_member.assets_delivery.member == google_service_account.delivery.member && google_storage_bucket_iam_member.assets_delivery.role == "roles/storage.objectUser"
    error_message = "Delivery uploads and dates assets."
  }

  assert {
    condition     = !contains(keys(google_storage_bucket_iam_member.lists), "web")
    error_message = "Web has nothing to look for among the records."
  }
}
