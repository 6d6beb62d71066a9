environment = "prod"
project_id  = "example-activation-prod"
region      = "europe-west1"

oidc_issuers = [
  { issuer = "https://securetoken.google.com/example-activation-prod", audiences = ["example-activation-prod"] },
]

edge = {
  load_balancer = { domain = "activation.example.com" }
}

# One warm instance each: nobody waits for a cold start.
function_limits = {
  audiences     = { instances_min = 1, instances_max = 40 }
  platforms     = { instances_min = 1 }
  distributions = { instances_min = 1 }
}

operators = ["group:activation-operators@example.com"]
on_call   = ["group:activation-on-call@example.com"]

bigquery = {
  analysts = [{ member = "group:activation-analysts@example.com" }]
}

alerting = {
  # A mail wakes nobody: the channel pages. Made once in the console (PagerDuty, SMS, the Cloud app): Monitoring, Alerting,
  # Edit notification channels.
  critical = {
    emails   = ["activation-on-call@example.com"]
    channels = ["projects/example-activation-prod/notificationChannels/1234567890123456789"]
  }
  warning = { emails = ["activation-team@example.com"] }
}

budget = {
  billing_account = "012345-6789AB-CDEF01"
  amount          = 500
}

delivery = {
  trigger = {
    repository = "projects/example-activation-prod/locations/europe-west1/connections/code/repositories/activation-manager"
    branch     = "^release$"
  }
}

runbook_base_url = "https://github.com/example/activation-manager/blob/main/infra/docs/runbooks"
