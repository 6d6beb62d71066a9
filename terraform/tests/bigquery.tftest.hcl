mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "time" {}

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
    condition     = alltrue([for _, table in google_bigquery_table.lake : length(setintersection(jsondecode(table.schema)[*].name, ["user_id", "year", "month"])) == 0])
    error_message = "A column repeats a partition key."
  }
}

# Google refuses JSON as the type of a Parquet column, and a schema inside the configuration of a table with a connection.
run "external_tables_have_a_schema_that_google_takes" {
  command = plan

  assert {
    condition     = alltrue([for _, table in google_bigquery_table.lake : !contains(jsondecode(table.schema)[*].type, "JSON") && contains(jsondecode(table.schema)[*].type, "BYTES")])
    error_message = "JSON of a Parquet object is read as bytes."
  }

  assert {
    condition     = alltrue([for name, object in google_storage_bucket_object.empty : startswith(object.name, "${name}/user_id=nobody/") && endswith(object.source, "/empty/${name}.parquet")])
    error_message = "A table over a folder without objects is not made."
  }

  assert {
    condition     = alltrue([for _, table in google_bigquery_table.native : contains(jsondecode(table.schema)[*].type, "JSON")])
    error_message = "Analysts query JSON."
  }
}

run "nobody_reads_ciphertext" {
  command = plan

  assert {
    condition     = length(setintersection(flatten([for table in concat(values(google_bigquery_table.lake), values(google_bigquery_table.native)) : jsondecode(table.schema)[*].name]), ["sealed_credentials", "credentials"])) == 0
    error_message = "Credentials, or what is known of them, are a column."
  }

  assert {
    condition     = !strcontains(join("", concat([for _, view in google_bigquery_table.live : view.view[0].query], [for _, copy in google_bigquery_data_transfer_config.copy : copy.params.query])), "credentials")
    error_message = "A statement reads credentials, or what is known of them."
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
    condition     = alltrue([for name, copy in google_bigquery_data_transfer_config.copy : strcontains(copy.params.query, "MERGE INTO `example-activation.activation_manager.${name}_native`") && copy.schedule == "every 1 hours"])
    error_message = "A copy is not merged on schedule."
  }
}

run "operators_load_once" {
  command = plan

  assert {
    condition     = toset([for member in google_bigquery_dataset_iam_member.operator_loads : "${member.dataset_id} ${member.role}"]) == toset(["activation_manager roles/bigquery.dataEditor", "activation_manager_lake roles/bigquery.dataEditor"]) && google_project_iam_member.operator_runs.role == "roles/bigquery.jobUser"
    error_message = "npm run bigquery:load must be allowed to whoever acts as the operator."
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
    condition     = google_bigquery_table_iam_member.restricted["audiences group:agency@example.com"].role == "roles/bigquery.dataViewer" && google_bigquery_table_iam_member.restricted["audiences group:agency@example.com"].table_id == "audiences_native"
    error_message = "Who may see some rows must be able to query them."
  }

  assert {
    condition     = google_bigquery_row_access_policy.everything["audiences"].grantees == tolist([google_service_account.copier.member, google_service_account.operator.member, "group:analysts@example.com"])
    error_message = "With row policies, whoever may see everything must be named."
  }
}
