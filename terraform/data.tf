locals {
  bucket_location = coalesce(var.bucket.location, var.region)
}

resource "google_storage_bucket" "data" {
  name     = "${var.project_id}-activation-${var.environment}"
  location = local.bucket_location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  encryption {
    default_kms_key_name = google_kms_crypto_key.bucket.id
  }

  # For restore: each save keeps the generation before it.
  versioning {
    enabled = true
  }

  # Undoes a deletion that Object Versioning does not cover: of a generation, or of the bucket.
  soft_delete_policy {
    retention_duration_seconds = var.bucket.soft_delete_days * 86400
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = var.bucket.history_days
      with_state                 = "ARCHIVED"
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [time_sleep.key_right]
}

# Permissions by folder, as conditions on the object's name. Listing is a permission on the bucket, not on objects: in an
# allow policy no condition can limit it to a prefix (objectListPrefix is for downscoped tokens), and without it a missing
# object gives 403 instead of 404. So every function may list names, and reads and writes only in its own folders.
# https://cloud.google.com/iam/docs/conditions-attribute-reference
locals {
  bucket_objects = "projects/_/buckets/${google_storage_bucket.data.name}/objects/"

  folders = merge(
    { for name, function in local.functions : "${name} reads" => { function = name, writes = false, folders = function.reads } },
    { for name, function in local.functions : "${name} writes" => { function = name, writes = true, folders = function.writes } },
  )
  granted_folders = { for title, grant in local.folders : title => grant if length(grant.folders) > 0 }
}

resource "google_project_iam_custom_role" "object_lister" {
  role_id     = "activationObjectLister"
  title       = "Activation: lists objects"
  description = "Names, generations and sizes; no contents."
  permissions = ["storage.objects.list"]

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_custom_role" "object_reader" {
  role_id     = "activationObjectReader"
  title       = "Activation: reads objects"
  description = "Contents of objects."
  permissions = ["storage.objects.get"]

  depends_on = [time_sleep.apis]
}

# For Cloud Storage, replacing an object includes deleting the generation before it.
resource "google_project_iam_custom_role" "object_writer" {
  role_id     = "activationObjectWriter"
  title       = "Activation: reads and writes objects"
  description = "Reads, creates and replaces objects."
  permissions = ["storage.objects.create", "storage.objects.delete", "storage.objects.get"]

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_iam_member" "lists" {
  for_each = { for name, account in google_service_account.function : name => account if length(concat(local.functions[name].reads, local.functions[name].writes)) > 0 }

  bucket = google_storage_bucket.data.name
  role   = google_project_iam_custom_role.object_lister.id
  member = each.value.member
}

resource "google_storage_bucket_iam_member" "function" {
  for_each = local.granted_folders

  bucket = google_storage_bucket.data.name
  role   = each.value.writes ? google_project_iam_custom_role.object_writer.id : google_project_iam_custom_role.object_reader.id
  member = google_service_account.function[each.value.function].member

  condition {
    title       = each.key
    description = join(", ", each.value.folders)
    expression  = join(" || ", [for folder in each.value.folders : "resource.name.startsWith('${local.bucket_objects}${folder}')"])
  }
}

# Import, restore, flags: the operator account may access every object of the bucket, but may not change the bucket.
resource "google_storage_bucket_iam_member" "operator" {
  for_each = {
    lists  = google_project_iam_custom_role.object_lister.id
    writes = google_project_iam_custom_role.object_writer.id
  }

  bucket = google_storage_bucket.data.name
  role   = each.value
  member = google_service_account.operator.member
}
