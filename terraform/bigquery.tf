# Analysis of all users' records: BigQuery reads the Parquet objects directly.
#
#   dataset activation_manager_lake   external BigLake tables over the objects; no person may query it
#   dataset activation_manager        the views <table>_live without tombstones, and the native copies <table>_native,
#                                     partitioned by day and clustered; what analysts query

locals {
  # Generated from the record kinds: npm run generate. Columns that are never shown are left out, so neither dataset
  # contains credentials.
  tables = jsondecode(file("${path.module}/tables.json"))

  bigquery_location = coalesce(var.bigquery.location, local.bucket_location)

  unrestricted_analysts = toset([for analyst in var.bigquery.analysts : analyst.member if analyst.rows == null])
  restricted_analysts   = { for analyst in var.bigquery.analysts : analyst.member => analyst.rows if analyst.rows != null }

  # The values that are filled into the statements in sql/.
  statement_values = {
    for name, table in local.tables : name => merge(table.statement, {
      lake   = "${var.project_id}.${google_bigquery_dataset.lake.dataset_id}.${name}"
      native = "${var.project_id}.${google_bigquery_dataset.activation.dataset_id}.${name}_native"
    })
  }
}

resource "google_bigquery_dataset" "activation" {
  dataset_id  = "activation_manager"
  location    = local.bigquery_location
  description = "Audiences, platforms and distributions of all users: query the views ending in _live"

  delete_contents_on_destroy = false
  depends_on                 = [time_sleep.apis]
}

resource "google_bigquery_dataset" "lake" {
  dataset_id  = "activation_manager_lake"
  location    = local.bigquery_location
  description = "External tables over the bucket; read through the views of activation_manager"

  delete_contents_on_destroy = true
  depends_on                 = [time_sleep.apis]
}

# --- external tables

resource "google_bigquery_connection" "lake" {
  connection_id = "activation-lake"
  location      = local.bigquery_location
  description   = "Reads the bucket for external tables"

  cloud_resource {}

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_iam_member" "lake_lists" {
  bucket = google_storage_bucket.data.name
  role   = google_project_iam_custom_role.object_lister.id
  member = "serviceAccount:${google_bigquery_connection.lake.cloud_resource[0].service_account_id}"
}

resource "google_storage_bucket_iam_member" "lake_reads" {
  bucket = google_storage_bucket.data.name
  role   = google_project_iam_custom_role.object_reader.id
  member = "serviceAccount:${google_bigquery_connection.lake.cloud_resource[0].service_account_id}"

  condition {
    title       = "tables"
    description = "Folders of the tables"
    expression  = join(" || ", [for name in keys(local.tables) : "resource.name.startsWith('${local.bucket_objects}${name}/')"])
  }
}

# BigQuery refuses to create a partitioned table over a folder without objects. This one has the functions' layout and no
# records; the functions may replace it.
resource "google_storage_bucket_object" "empty" {
  for_each = local.tables

  bucket       = google_storage_bucket.data.name
  name         = each.value.empty_object
  source       = "${path.module}/empty/${each.key}.parquet"
  content_type = "application/vnd.apache.parquet"

  lifecycle {
    ignore_changes = all
  }
}

resource "google_bigquery_table" "lake" {
  for_each = local.tables

  dataset_id          = google_bigquery_dataset.lake.dataset_id
  table_id            = each.key
  description         = "Objects of ${each.key}/, including tombstones"
  deletion_protection = false
  max_staleness       = "0-0 0 ${var.bigquery.staleness_hours}:0:0"

  # With a connection the schema belongs here. Google adds the partition keys to it; that is not a change.
  schema                       = jsonencode(each.value.lake_columns)
  ignore_auto_generated_schema = true

  external_data_configuration {
    source_format       = "PARQUET"
    autodetect          = false
    connection_id       = google_bigquery_connection.lake.name
    metadata_cache_mode = "AUTOMATIC"
    source_uris         = ["gs://${google_storage_bucket.data.name}/${each.key}/*.parquet"]

    hive_partitioning_options {
      mode                     = "CUSTOM"
      source_uri_prefix        = "gs://${google_storage_bucket.data.name}/${each.key}/${each.value.partition_keys}"
      require_partition_filter = each.value.require_partition_filter
    }

    parquet_options {
      # Lists are lists, not records with a member called list.
      enable_list_inference = true
    }
  }

  depends_on = [time_sleep.lake_rights, google_storage_bucket_object.empty]
}

# --- views

resource "google_bigquery_table" "live" {
  for_each = local.tables

  dataset_id          = google_bigquery_dataset.activation.dataset_id
  table_id            = "${each.key}_live"
  description         = "Every ${each.key} record that is not deleted, at most ${var.bigquery.staleness_hours} h old"
  deletion_protection = false

  view {
    query          = templatefile("${path.module}/sql/live.sql", local.statement_values[each.key])
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.lake]
}

# The views may read the external tables; those who query the views may not.
resource "google_bigquery_dataset_access" "live" {
  for_each = google_bigquery_table.live

  dataset_id = google_bigquery_dataset.lake.dataset_id

  view {
    project_id = var.project_id
    dataset_id = each.value.dataset_id
    table_id   = each.value.table_id
  }
}

# --- native copies

resource "google_bigquery_table" "native" {
  for_each = local.tables

  dataset_id          = google_bigquery_dataset.activation.dataset_id
  table_id            = "${each.key}_native"
  description         = "Copy of ${each.key}_live, updated ${var.bigquery.copy_schedule}; fingerprint identifies changed rows"
  deletion_protection = false
  clustering          = ["user_id", "status"]
  schema              = jsonencode(each.value.native_columns)

  time_partitioning {
    type  = "DAY"
    field = "created_at"
  }
}

resource "google_service_account" "copier" {
  account_id   = "am-bigquery-copier"
  display_name = "Fills the native copies"

  depends_on = [time_sleep.apis]
}

resource "google_bigquery_dataset_iam_member" "copier_writes" {
  dataset_id = google_bigquery_dataset.activation.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.copier.member
}

resource "google_bigquery_dataset_iam_member" "copier_reads" {
  dataset_id = google_bigquery_dataset.lake.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.copier.member
}

resource "google_project_iam_member" "copier_runs" {
  project = var.project_id
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.copier.member
}

resource "google_bigquery_connection_iam_member" "copier" {
  connection_id = google_bigquery_connection.lake.connection_id
  location      = local.bigquery_location
  role          = "roles/bigquery.connectionUser"
  member        = google_service_account.copier.member
}

# The one-off load (npm run bigquery:load) loads into the lake's dataset and merges as the copier does.
resource "google_bigquery_dataset_iam_member" "operator_loads" {
  for_each = toset([google_bigquery_dataset.activation.dataset_id, google_bigquery_dataset.lake.dataset_id])

  dataset_id = each.key
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.operator.member
}

resource "google_project_iam_member" "operator_runs" {
  project = var.project_id
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.operator.member
}

# The account that applies this creates queries that run as the copier; the transfer service requests tokens of the copier.
resource "google_bigquery_data_transfer_config" "copy" {
  for_each = local.tables

  display_name         = "activation: ${each.key}_native"
  location             = local.bigquery_location
  data_source_id       = "scheduled_query"
  schedule             = var.bigquery.copy_schedule
  service_account_name = google_service_account.copier.email

  params = {
    query = templatefile("${path.module}/sql/copy.sql", local.statement_values[each.key])
  }

  depends_on = [
    google_bigquery_table.native,
    google_bigquery_dataset_iam_member.copier_writes,
    google_bigquery_dataset_iam_member.copier_reads,
    google_project_iam_member.copier_runs,
    google_bigquery_connection_iam_member.copier,
  ]
}

# --- analysts: those who may see all rows query views and copies; those limited to some rows, only the copies

resource "google_bigquery_dataset_iam_member" "analyst" {
  for_each = local.unrestricted_analysts

  dataset_id = google_bigquery_dataset.activation.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.key
}

locals {
  restricted_tables = {
    for pair in setproduct(keys(local.tables), keys(local.restricted_analysts)) :
    "${pair[0]} ${pair[1]}" => { table = pair[0], member = pair[1] }
  }
}

resource "google_bigquery_row_access_policy" "restricted" {
  for_each = local.restricted_tables

  dataset_id       = google_bigquery_dataset.activation.dataset_id
  table_id         = google_bigquery_table.native[each.value.table].table_id
  policy_id        = "rows_${substr(sha256(each.value.member), 0, 8)}"
  filter_predicate = local.restricted_analysts[each.value.member]
  grantees         = [each.value.member]
}

# A table with row policies shows no rows to members that no policy names, and only members who see all rows may merge.
resource "google_bigquery_row_access_policy" "everything" {
  for_each = length(local.restricted_analysts) == 0 ? {} : local.tables

  dataset_id       = google_bigquery_dataset.activation.dataset_id
  table_id         = google_bigquery_table.native[each.key].table_id
  policy_id        = "everything"
  filter_predicate = "TRUE"
  grantees         = concat([google_service_account.copier.member, google_service_account.operator.member], tolist(local.unrestricted_analysts))
}

# A row policy alone lets nobody query: it only limits those who may. Granted after the policies, because without any policy
# a table shows all its rows.
resource "google_bigquery_table_iam_member" "restricted" {
  for_each = local.restricted_tables

  dataset_id = google_bigquery_dataset.activation.dataset_id
  table_id   = google_bigquery_table.native[each.value.table].table_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value.member

  depends_on = [google_bigquery_row_access_policy.restricted, google_bigquery_row_access_policy.everything]
}

resource "google_project_iam_member" "analyst" {
  for_each = toset([for analyst in var.bigquery.analysts : analyst.member])

  project = var.project_id
  role    = "roles/bigquery.jobUser"
  member  = each.key

  depends_on = [time_sleep.apis]
}
