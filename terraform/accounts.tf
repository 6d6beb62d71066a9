# Identities besides the functions' own.

# Calls operator routes at their times.
resource "google_service_account" "scheduler" {
  account_id   = "am-scheduler"
  display_name = "Calls maintenance on schedule"
}

# What people act as when they import, restore or run maintenance by hand. It has no key: they impersonate it.
resource "google_service_account" "operator" {
  account_id   = "am-operator"
  display_name = "Operators"
}

resource "google_service_account_iam_member" "operator" {
  for_each = toset(var.operators)

  service_account_id = google_service_account.operator.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.key
}

# Whom smoke tests sign in as: a user like any other, with data of its own.
resource "google_service_account" "smoke" {
  account_id   = "am-smoke"
  display_name = "Smoke tests"
}
