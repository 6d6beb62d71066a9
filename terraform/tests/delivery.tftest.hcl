mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

variables {
  delivery = {
    trigger           = { repository = "projects/example-activation/locations/europe-west1/connections/code/repositories/activation-manager" }
    workload_identity = { issuer = "https://token.actions.githubusercontent.com", condition = "assertion.repository == 'example/activation-manager'", subject = "repo:example/activation-manager:ref:refs/heads/main" }
  }
}

run "delivery_makes_revisions_and_nothing_else" {
  command = plan

  assert {
    condition     = alltrue([for name, member in google_cloud_run_v2_service_iam_member.delivery : member.role == "roles/run.developer" && member.name == google_cloud_run_v2_service.function[name].name])
    error_message = "Delivery changes revisions and traffic, not who may call."
  }

  assert {
    condition     = keys(google_project_iam_member.delivery) == ["roles/cloudscheduler.jobRunner", "roles/logging.logWriter", "roles/logging.viewer", "roles/monitoring.viewer"]
    error_message = "Delivery runs jobs of the schedule, writes and reads logs, and reads metrics of the project, no more."
  }

  assert {
    condition     = keys(google_service_account_iam_member.delivery_uses) == keys(google_cloud_run_v2_service.function)
    error_message = "Delivery may act as the functions' accounts, and must."
  }

  assert {
    condition     = google_service_account_iam_member.delivery_smokes.role == "roles/iam.serviceAccountOpenIdTokenCreator"
    error_message = "Delivery needs identity tokens of the smoke user, not access tokens."
  }

  assert {
    condition     = endswith(google_storage_bucket_iam_member.delivery_smokes.condition[0].expression, "/objects/audiences/user_id=google%3A${google_service_account.smoke.unique_id}/')")
    error_message = "Delivery may look at the smoke user's audiences only."
  }
}

run "who_may_deliver_by_hand_is_named" {
  command = plan

  variables {
    deployers = ["group:developers@example.com"]
  }

  assert {
    condition     = toset([for grant in google_service_account_iam_member.deployer : grant.role]) == toset(["roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator"]) && alltrue([for grant in google_service_account_iam_member.deployer : grant.service_account_id == google_service_account.delivery.name])
    error_message = "Deployers submit builds that run as the delivery account, or act as it, and as no other."
  }

  assert {
    condition     = contains([for grant in google_project_iam_member.deployer : grant.role], "roles/cloudbuild.builds.editor")
    error_message = "Deployers could not submit a build."
  }

  assert {
    condition     = toset(google_project_iam_custom_role.source_uploader.permissions) == toset(["storage.buckets.get", "storage.objects.create"]) && google_storage_bucket_iam_member.deployer["group:developers@example.com"].bucket == google_storage_bucket.delivery.name
    error_message = "The sources of a build go into the delivery bucket, and nobody replaces them there."
  }
}

run "nobody_delivers_by_hand_unless_named" {
  command = plan

  assert {
    condition     = length(google_project_iam_member.deployer) + length(google_service_account_iam_member.deployer) + length(google_storage_bucket_iam_member.deployer) == 0
    error_message = "Somebody else could deliver."
  }
}

run "the_trigger_builds_as_the_delivery_account" {
  command = plan

  assert {
    condition     = google_cloudbuild_trigger.delivery[0].service_account == google_service_account.delivery.id && google_cloudbuild_trigger.delivery[0].filename == "cloudbuild.yaml"
    error_message = "The trigger would build as another account."
  }

  assert {
    condition     = google_cloudbuild_trigger.delivery[0].repository_event_config[0].push[0].branch == "^main$"
    error_message = "The trigger builds another branch."
  }
}

run "only_one_subject_is_federated" {
  command = plan

  assert {
    condition     = endswith(google_service_account_iam_member.delivery_federated[0].member, "/subject/repo:example/activation-manager:ref:refs/heads/main")
    error_message = "Others could deliver."
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.delivery[0].attribute_condition != ""
    error_message = "Every token of the issuer would count."
  }
}

run "people_on_call_need_no_checkout" {
  command = plan

  assert {
    condition     = alltrue([for name, script in google_storage_bucket_object.scripts : script.bucket == google_storage_bucket.delivery.name && script.name == name]) && keys(google_storage_bucket_object.scripts) == ["rollback.sh", "writers.sh"]
    error_message = "The runbooks read these scripts from the delivery bucket."
  }

  assert {
    condition     = alltrue([for rule in google_storage_bucket.delivery.lifecycle_rule : toset(one(rule.condition).matches_prefix) == toset(["builds/", "locks/", "source/"])])
    error_message = "The lifecycle of the delivery bucket would delete the scripts."
  }
}

run "images_are_kept_for_a_rollback_and_not_for_ever" {
  command = plan

  assert {
    condition     = one(google_artifact_registry_repository.images.docker_config).immutable_tags
    error_message = "Another image could be pushed under the tag of a tested one."
  }

  assert {
    condition     = [for policy in google_artifact_registry_repository.images.cleanup_policies : policy.action] == ["DELETE", "KEEP"] || [for policy in google_artifact_registry_repository.images.cleanup_policies : policy.action] == ["KEEP", "DELETE"]
    error_message = "Images must be kept for a while, then deleted."
  }
}

run "at_night_the_schedule_starts_a_build_that_may_do_nothing_but_write_its_log" {
  command = plan

  variables {
    delivery = {
      nightly = { repository = "projects/example-activation/locations/europe-west1/connections/code/repositories/activation-manager" }
    }
  }

  assert {
    condition     = google_cloudbuild_trigger.nightly[0].service_account == google_service_account.nightly[0].id && google_project_iam_member.nightly[0].role == "roles/logging.logWriter"
    error_message = "The nightly build would run as another account, or with more rights."
  }

  assert {
    condition     = google_cloudbuild_trigger.nightly[0].git_file_source[0].path == ".ci/nightly.yaml" && google_cloudbuild_trigger.nightly[0].source_to_build[0].ref == "refs/heads/main" && google_cloudbuild_trigger.nightly[0].git_file_source[0].revision == "refs/heads/main"
    error_message = "The nightly build would test something else."
  }

  assert {
    condition     = google_cloud_scheduler_job.nightly[0].schedule == "0 1 * * *" && google_cloud_scheduler_job.nightly[0].http_target[0].oauth_token[0].service_account_email == google_service_account.scheduler.email
    error_message = "Nobody would start the nightly build."
  }

  assert {
    condition     = google_project_iam_custom_role.build_starter[0].permissions == toset(["cloudbuild.builds.create"]) && google_service_account_iam_member.nightly_starts[0].service_account_id == google_service_account.nightly[0].name
    error_message = "The schedule could start builds as somebody else."
  }
}

run "by_hand_there_is_neither_trigger_nor_federation_nor_night" {
  command = plan

  variables {
    delivery = {}
  }

  assert {
    condition     = length(google_cloudbuild_trigger.delivery) + length(google_cloudbuild_trigger.nightly) + length(google_cloud_scheduler_job.nightly) == 0 && length(google_iam_workload_identity_pool.delivery) == 0
    error_message = "Somebody else could deliver."
  }
}
