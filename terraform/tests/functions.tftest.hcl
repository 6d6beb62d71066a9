mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

run "every_function_of_the_contract_is_a_service" {
  command = plan

  assert {
    condition     = keys(google_cloud_run_v2_service.function) == keys(jsondecode(file("functions.json"))) && length(google_cloud_run_v2_service.function) >= 5
    error_message = "The services are not the functions of functions.json."
  }

  assert {
    condition     = alltrue([for name, service in google_cloud_run_v2_service.function : service.name == "am-${name}"])
    error_message = "A service is not named after its function."
  }

  assert {
    condition     = alltrue([for name, service in google_cloud_run_v2_service.function : one([for env in service.template[0].containers[0].env : env.value if env.name == "FUNCTION_TARGET"]) == name])
    error_message = "FUNCTION_TARGET does not choose the function."
  }
}

run "an_instance_takes_many_requests" {
  command = plan

  assert {
    condition     = alltrue([for _, service in google_cloud_run_v2_service.function : service.template[0].max_instance_request_concurrency >= 8])
    error_message = "Concurrency must not be 1, the default of functions: saves could not share a commit."
  }

  assert {
    condition     = alltrue([for _, service in google_cloud_run_v2_service.function : service.template[0].scaling[0].max_instance_count <= 100])
    error_message = "Instances must have a limit."
  }
}

run "limits_can_be_set_per_function" {
  command = plan

  variables {
    function_limits = { audiences = { concurrency = 200, instances_min = 2, memory_mib = 1024 } }
  }

  assert {
    condition     = google_cloud_run_v2_service.function["audiences"].template[0].max_instance_request_concurrency == 200
    error_message = "The concurrency is not the one that was set."
  }

  assert {
    condition     = google_cloud_run_v2_service.function["audiences"].scaling[0].min_instance_count == 2
    error_message = "The least number of instances is not the one that was set."
  }

  assert {
    condition     = one([for env in google_cloud_run_v2_service.function["audiences"].template[0].containers[0].env : env.value if env.name == "CACHE_BYTES"]) == "268435456"
    error_message = "The cache does not follow the memory."
  }

  assert {
    condition     = google_cloud_run_v2_service.function["platforms"].scaling[0].min_instance_count == 0
    error_message = "Other functions changed too."
  }
}

run "each_function_has_an_account_of_its_own" {
  command = plan

  assert {
    condition     = alltrue([for name, service in google_cloud_run_v2_service.function : service.template[0].service_account == google_service_account.function[name].email])
    error_message = "A service runs as another account than its own."
  }

  assert {
    condition     = length(distinct([for _, account in google_service_account.function : account.account_id])) == length(google_cloud_run_v2_service.function)
    error_message = "Two functions share an account."
  }
}

run "only_functions_with_credentials_reach_the_key" {
  command = plan

  assert {
    condition     = contains(keys(google_kms_crypto_key_iam_member.credentials), "platforms") && length(setsubtract(keys(google_kms_crypto_key_iam_member.credentials), ["platforms", "maintenance"])) == 0
    error_message = "The credentials key is for platforms and maintenance only."
  }

  # It writes the objects of platforms, with what others have sealed in them; it can neither open nor seal.
  assert {
    condition     = !contains(keys(google_kms_crypto_key_iam_member.credentials), "sync") && !contains(google_cloud_run_v2_service.function["sync"].template[0].containers[0].env[*].name, "KMS_KEY")
    error_message = "Credentials never travel: sync has no use for their key."
  }

  assert {
    condition     = alltrue([for name, member in google_kms_crypto_key_iam_member.credentials : member.member == google_service_account.function[name].member && member.crypto_key_id == google_kms_crypto_key.credentials.id])
    error_message = "A right to the credentials key goes elsewhere."
  }

  assert {
    condition = alltrue([
      for name, service in google_cloud_run_v2_service.function :
      contains(service.template[0].containers[0].env[*].name, "KMS_KEY") == contains(keys(google_kms_crypto_key_iam_member.credentials), name)
    ])
    error_message = "KMS_KEY and the right to it must go together."
  }

  assert {
    condition     = google_project_iam_custom_role.credential_keeper.permissions == toset(["cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.get"])
    error_message = "Keeping credentials takes these three permissions."
  }

  assert {
    condition     = !contains(google_project_iam_custom_role.credential_sealer.permissions, "cloudkms.cryptoKeyVersions.useToDecrypt")
    error_message = "The import must not be able to open credentials."
  }
}

run "a_revision_without_traffic_keeps_no_instance_warm" {
  command = plan

  variables {
    function_limits = { audiences = { instances_min = 1 } }
  }

  assert {
    condition     = alltrue([for _, service in google_cloud_run_v2_service.function : service.template[0].scaling[0].min_instance_count == null])
    error_message = "Instances that a revision keeps are paid for after its traffic has left."
  }
}

run "functions_are_public_and_check_tokens_themselves" {
  command = plan

  assert {
    condition     = alltrue([for _, service in google_cloud_run_v2_service.function : service.invoker_iam_disabled])
    error_message = "A browser's preflight could not reach a function."
  }
}

run "the_salt_of_user_hashes_is_kept_by_secret_manager_alone" {
  command = plan

  assert {
    condition = alltrue([
      for _, service in google_cloud_run_v2_service.function :
      one([for env in service.template[0].containers[0].env : env.value_source[0].secret_key_ref[0].secret if env.name == "USER_HASH_SALT"]) == "am-user-hash-salt"
    ])
    error_message = "A function does not get its salt from Secret Manager."
  }

  assert {
    condition     = google_secret_manager_secret_version.user_hash_salt.secret_data == null
    error_message = "The salt would be in the state."
  }

  assert {
    condition     = alltrue([for name, _ in google_cloud_run_v2_service.function : google_secret_manager_secret_iam_member.user_hash_salt[name].member == google_service_account.function[name].member])
    error_message = "A function may not read the salt, and would not start."
  }
}

run "google_is_an_issuer_for_the_scheduler_and_smoke_tests" {
  command = plan

  assert {
    condition = anytrue([
      for issuer in jsondecode(one([for env in google_cloud_run_v2_service.function["maintenance"].template[0].containers[0].env : env.value if env.name == "OIDC_ISSUERS"])) :
      issuer.issuer == "https://accounts.google.com" && lookup(issuer, "alias", "") == "google" && contains(issuer.audiences, "activation-smoke")
    ])
    error_message = "Tokens of Google would not be accepted."
  }
}

run "google_as_the_primary_issuer_is_named_once" {
  command = plan

  variables {
    oidc_issuers = [{ issuer = "https://accounts.google.com", audiences = ["app.apps.googleusercontent.com"] }]
  }

  assert {
    condition     = jsondecode(one([for env in google_cloud_run_v2_service.function["audiences"].template[0].containers[0].env : env.value if env.name == "OIDC_ISSUERS"])) == [{ issuer = "https://accounts.google.com", audiences = ["app.apps.googleusercontent.com", "activation-smoke"] }]
    error_message = "Google must stay the one issuer without alias."
  }

  assert {
    condition     = !strcontains(google_storage_bucket_iam_member.delivery_smokes.condition[0].expression, "google%3A")
    error_message = "The smoke user of the primary issuer has no alias."
  }
}

run "google_as_the_primary_issuer_is_named_once_without_https" {
  command = plan

  variables {
    oidc_issuers = [{ issuer = "accounts.google.com", audiences = ["app.apps.googleusercontent.com"] }]
  }

  assert {
    condition     = jsondecode(one([for env in google_cloud_run_v2_service.function["audiences"].template[0].containers[0].env : env.value if env.name == "OIDC_ISSUERS"])) == [{ issuer = "accounts.google.com", audiences = ["app.apps.googleusercontent.com", "activation-smoke"] }]
    error_message = "Google must stay the one issuer without alias."
  }

  assert {
    condition     = !strcontains(google_storage_bucket_iam_member.delivery_smokes.condition[0].expression, "google%3A")
    error_message = "The smoke user of the primary issuer has no alias."
  }
}

run "the_scheduler_calls_maintenance_as_itself" {
  command = plan

  assert {
    condition     = google_cloud_scheduler_job.maintenance["dispatch"].schedule == "* * * * *"
    error_message = "Dispatch runs each minute."
  }

  assert {
    condition = alltrue([
      for _, job in google_cloud_scheduler_job.maintenance :
      job.http_target[0].oidc_token[0].audience == one([for env in google_cloud_run_v2_service.function["maintenance"].template[0].containers[0].env : env.value if env.name == "FUNCTION_URL"])
      && startswith(job.http_target[0].uri, job.http_target[0].oidc_token[0].audience)
      && job.http_target[0].oidc_token[0].service_account_email == google_service_account.scheduler.email
    ])
    error_message = "The function would refuse the scheduler's token."
  }

  assert {
    condition = contains(
      split(",", one([for env in google_cloud_run_v2_service.function["maintenance"].template[0].containers[0].env : env.value if env.name == "OPERATOR_ACCOUNTS"])),
      "google:${google_service_account.scheduler.email}",
    )
    error_message = "The scheduler is no operator: Google vouches for it, under its alias."
  }

  assert {
    condition     = length(setsubtract([for route in jsondecode(file("functions.json")).maintenance.operator_routes : basename(route)], keys(google_cloud_scheduler_job.maintenance))) == 0
    error_message = "A maintenance route is never called."
  }
}
