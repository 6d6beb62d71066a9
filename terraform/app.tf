# The app: what it is told of its environment, and the bucket with the assets of its releases.

locals {
  # The functions that read the assets.
  app_functions = toset([for name, function in local.functions : name if contains(function.settings, "ASSETS_BUCKET")])

  # What the app calls, where it does not share one origin with them.
  api_origins = { for name, function in local.functions : name => function.url if function.called_by_app }

  # Without a load balancer the app's page has the origin of its own function.
  app_origins     = local.load_balancer == null ? [for name in local.app_functions : local.functions[name].url] : []
  allowed_origins = distinct(concat(var.edge.allowed_origins, local.app_origins))
}

# A page that an earlier release has loaded asks for that release's assets: delivery uploads the assets of a release before
# it gets traffic, and dates those that the release no longer has. Only the function that serves the app reads them.
resource "google_storage_bucket" "assets" {
  name     = "${google_storage_bucket.data.name}-assets"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # Everything in it can be built again.
  force_destroy = true

  # An asset has a custom time from the day on which it left the newest release.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_custom_time = 60
    }
  }

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_iam_member" "assets_lists" {
  for_each = local.app_functions

  bucket = google_storage_bucket.assets.name
  role   = google_project_iam_custom_role.object_lister.id
  member = google_service_account.function[each.key].member
}

resource "google_storage_bucket_iam_member" "assets_reads" {
  for_each = local.app_functions

  bucket = google_storage_bucket.assets.name
  role   = google_project_iam_custom_role.object_reader.id
  member = google_service_account.function[each.key].member
}

# Uploads assets, lists them and dates them.
resource "google_storage_bucket_iam_member" "assets_delivery" {
  bucket = google_storage_bucket.assets.name
  role   = "roles/storage.objectUser"
  member = google_service_account.delivery.member
}
