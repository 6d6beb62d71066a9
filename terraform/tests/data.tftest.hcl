mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

run "the_bucket_is_closed_and_forgets_nothing_at_once" {
  command = plan

  assert {
    condition     = google_storage_bucket.data.public_access_prevention == "enforced" && google_storage_bucket.data.uniform_bucket_level_access
    error_message = "The bucket could be made public."
  }

  assert {
    condition     = google_storage_bucket.delivery.public_access_prevention == "enforced" && google_storage_bucket.delivery.uniform_bucket_level_access
    error_message = "The delivery bucket could be made public."
  }

  assert {
    condition     = google_storage_bucket.data.versioning[0].enabled && !google_storage_bucket.data.force_destroy
    error_message = "Overwritten objects could not be had back."
  }

  assert {
    condition     = google_storage_bucket.data.soft_delete_policy[0].retention_duration_seconds == 14 * 86400
    error_message = "Deleted objects could not be had back."
  }

  assert {
    condition = anytrue([
      for rule in google_storage_bucket.data.lifecycle_rule :
      one(rule.action).type == "Delete" && one(rule.condition).days_since_noncurrent_time == 30 && one(rule.condition).with_state == "ARCHIVED"
    ])
    error_message = "Old generations would be kept for ever."
  }

  assert {
    condition     = alltrue([for rule in google_storage_bucket.data.lifecycle_rule : one(rule.action).type != "Delete" || one(rule.condition).with_state == "ARCHIVED"])
    error_message = "A lifecycle rule would delete live objects."
  }
}

run "objects_are_encrypted_with_a_key_of_their_own" {
  command = plan

  assert {
    condition     = google_kms_crypto_key.bucket.name != google_kms_crypto_key.credentials.name
    error_message = "Bucket and credentials share a key."
  }

  assert {
    condition     = length(google_storage_bucket.data.encryption) == 1
    error_message = "The bucket has no key."
  }

  assert {
    condition     = google_kms_crypto_key_iam_member.bucket.role == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    error_message = "Cloud Storage could not use the bucket's key."
  }
}

run "keys_rotate_and_are_not_destroyed_at_once" {
  command = plan

  assert {
    condition     = google_kms_crypto_key.credentials.rotation_period == "${90 * 86400}s"
    error_message = "The credentials key rotates each 90 days."
  }

  assert {
    condition     = alltrue([for key in [google_kms_crypto_key.credentials, google_kms_crypto_key.bucket] : key.destroy_scheduled_duration == "${30 * 86400}s"])
    error_message = "There must be time to notice that a key version was destroyed."
  }
}

run "a_bucket_in_a_multi_region_has_its_key_there" {
  command = plan

  variables {
    bucket   = { location = "EU" }
    bigquery = { location = "EU" }
  }

  assert {
    condition     = keys(google_kms_key_ring.activation) == ["europe", "europe-west1"]
    error_message = "Each key lies where what it encrypts is."
  }
}

run "each_function_reaches_its_folders_and_no_other" {
  command = plan

  assert {
    condition = {
      for title, member in google_storage_bucket_iam_member.function : title => one(member.condition).description
      } == {
      "audiences reads"      = "distributions/, platforms/, indexes/"
      "audiences writes"     = "audiences/"
      "platforms reads"      = "distributions/, indexes/"
      "platforms writes"     = "platforms/"
      "distributions reads"  = "audiences/, indexes/"
      "distributions writes" = "distributions/, platforms/"
      "insights reads"       = "audiences/, platforms/, distributions/"
      "sync reads"           = "indexes/"
      "sync writes"          = "audiences/, platforms/, distributions/, migrations/"
      "flags reads"          = "config/"
      "maintenance reads"    = "indexes/"
      "maintenance writes"   = "audiences/, platforms/, distributions/, maintenance/"
    }
    error_message = "A function's folders changed: say so here too, on purpose."
  }

  assert {
    condition = alltrue([
      for title, member in google_storage_bucket_iam_member.function :
      one(member.condition).expression == join(" || ", [for folder in split(", ", one(member.condition).description) : "resource.name.startsWith('projects/_/buckets/example-activation-activation-dev/objects/${folder}')"])
    ])
    error_message = "A condition does not say what its description says."
  }

  assert {
    condition     = alltrue([for title, member in google_storage_bucket_iam_member.function : member.member == google_service_account.function[split(" ", title)[0]].member])
    error_message = "A right to folders goes to another function."
  }

  assert {
    condition     = [for title, member in google_storage_bucket_iam_member.function : title if strcontains(one(member.condition).description, "migrations/")] == ["sync writes"]
    error_message = "What became of guests' data is written by sync, and read by operators."
  }

  # https://cloud.google.com/iam/docs/conditions-overview#expressions
  assert {
    condition     = alltrue([for title, member in google_storage_bucket_iam_member.function : length(split("||", one(member.condition).expression)) <= 13])
    error_message = "A condition may have 12 logical operators."
  }
}

run "roles_hold_what_functions_do_and_no_more" {
  command = plan

  assert {
    condition     = google_project_iam_custom_role.object_reader.permissions == toset(["storage.objects.get"])
    error_message = "Reading takes one permission."
  }

  assert {
    condition     = google_project_iam_custom_role.object_lister.permissions == toset(["storage.objects.list"])
    error_message = "Listing takes one permission."
  }

  assert {
    condition     = google_project_iam_custom_role.object_writer.permissions == toset(["storage.objects.create", "storage.objects.delete", "storage.objects.get"])
    error_message = "Writing takes three permissions."
  }
}

run "who_operates_acts_as_an_account_of_its_own" {
  command = plan

  variables {
    operators = ["group:operators@example.com"]
  }

  # Without a condition: config/, too, which no function may write.
  assert {
    condition = alltrue([
      length(google_storage_bucket_iam_member.operator["writes"].condition) == 0,
      !anytrue([for title, member in google_storage_bucket_iam_member.function : strcontains(one(member.condition).expression, "/objects/config/") if endswith(title, " writes")]),
    ])
    error_message = "Only the operator account may set flags."
  }

  assert {
    condition     = google_service_account_iam_member.operator["group:operators@example.com"].role == "roles/iam.serviceAccountTokenCreator"
    error_message = "Operators could not act as the operator account."
  }
}
