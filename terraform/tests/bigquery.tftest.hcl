mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  bigquery = {
    analysts = [
      { member = "group:analysts@example.com" },
      { member = "group:agency@example.com", rows = "user_id = 'agency'" },
    ]
  }
}

run "external_tables_read_the_objects_as_they_lie" {
  command = plan

  assert {
    condition     = google_bigquery_table.lake["audiences"].external_data_configuration[0].hive_partitioning_options[0].source_uri_prefix == "gs://example-activation-activation-dev/audiences/{user_id:STRING}/{year:INTEGER}/{month:STRING}"
    error_message = "Audiences are partitioned by user, year and month."
  }

  assert {
    condition     = google_bigquery_table.lake["platforms"].external_data_configuration[0].hive_partitioning_options[0].source_uri_prefix == "gs://example-activation-activation-dev/platforms/{user_id:STRING}"
    error_message = "Platforms are partitioned by user."
  }

  assert {
    condition     = alltrue([for _, table in google_bigquery_table.lake : table.external_data_configuration[0].hive_partitioning_options[0].mode == "CUSTOM" && table.external_data_configuration[0].metadata_cache_mode == "AUTOMATIC"])
    error_message = "Partition keys have their types, and metadata is cached."
  }

  assert {
    condition     = google_bigquery_table.lake["audiences"].external_data_configuration[0].hive_partitioning_options[0].require_partition_filter
    error_message = "A query over all months must be refused."
  }

  # BigQuery refuses a file column that is a partition key too.
  assert {
    condition     = alltrue([for _, table in google_bigquery_table.lake : length(setintersection(jsondecode(table.external_data_configuration[0].schema)[*].name, ["user_id", "year", "month"])) == 0])
    error_message = "A column repeats a partition key."
  }
}

run "nobody_reads_ciphertext" {
  command = plan

  assert {
    condition     = !strcontains(join("", [for _, table in google_bigquery_table.lake : table.external_data_configuration[0].schema]), "sealed")
    error_message = "The ciphertext of credentials is a column."
  }

  assert {
    condition     = !strcontains(join("", concat([for _, view in google_bigquery_table.live : view.view[0].query], [for _, copy in google_bigquery_data_transfer_config.copy : copy.params.query])), "sealed")
    error_message = "A statement reads the ciphertext of credentials."
  }

  assert {
    condition     = alltrue([for member in google_bigquery_dataset_iam_member.analyst : member.dataset_id == "activation_manager"])
    error_message = "Analysts must not reach the external tables."
  }

  assert {
    condition     = alltrue([for _, access in google_bigquery_dataset_access.live : access.dataset_id == "activation_manager_lake" && length(access.view) == 1])
    error_message = "The views could not read the external tables."
  }
}

run "views_hide_what_is_deleted" {
  command = plan

  assert {
    condition     = alltrue([for name, view in google_bigquery_table.live : view.table_id == "${name}_live" && strcontains(view.view[0].query, "deleted IS NOT TRUE") && !view.view[0].use_legacy_sql])
    error_message = "A view shows tombstones."
  }
}

run "native_copies_are_partitioned_and_clustered" {
  command = plan

  assert {
    condition     = alltrue([for _, table in google_bigquery_table.native : table.time_partitioning[0].type == "DAY" && table.time_partitioning[0].field == "created_at" && table.clustering == tolist(["user_id", "status"])])
    error_message = "Native tables are PARTITION BY DATE(created_at) CLUSTER BY user_id, status."
  }

  assert {
    condition     = alltrue([for name, copy in google_bigquery_data_transfer_config.copy : strcontains(copy.params.query, "MERGE `example-activation.activation_manager.${name}_native`") && copy.schedule == "every 1 hours"])
    error_message = "A copy is not merged on schedule."
  }
}

run "some_analysts_see_some_rows" {
  command = plan

  assert {
    condition     = keys(google_bigquery_dataset_iam_member.analyst) == ["group:analysts@example.com"]
    error_message = "Who may see some rows must not query the views."
  }

  assert {
    condition     = google_bigquery_row_access_policy.restricted["audiences group:agency@example.com"].filter_predicate == "user_id = 'agency'"
    error_message = "The rows are not limited."
  }

  assert {
    condition     = google_bigquery_row_access_policy.everything["audiences"].grantees == tolist([google_service_account.copier.member, "group:analysts@example.com"])
    error_message = "With row policies, whoever may see everything must be named."
  }
}
