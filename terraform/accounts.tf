# Identities besides the functions' own.

# Calls operator routes on schedule.
resource "google_service_account" "scheduler" {
  account_id   = "am-scheduler"
  display_name = "Calls maintenance on schedule"

  depends_on = [time_sleep.apis]
}

# The account that operators impersonate to import, restore or run maintenance by hand. It has no key.
resource "google_service_account" "operator" {
  account_id   = "am-operator"
  display_name = "Operators"

  depends_on = [time_sleep.apis]
}

resource "google_service_account_iam_member" "operator" {
  for_each = toset(var.operators)

  service_account_id = google_service_account.operator.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.key
}

# The user of the smoke tests: an ordinary user with its own data.
resource "google_service_account" "smoke" {
  account_id   = "am-smoke"
  display_name = "Smoke tests"

  depends_on = [time_sleep.apis]
}
