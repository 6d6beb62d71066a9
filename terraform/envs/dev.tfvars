# Every developer's: functions called at their own URLs, from a page on the developer's machine behind https.
environment = "dev"
project_id  = "example-activation-dev"
region      = "europe-west1"

oidc_issuers = [
  { issuer = "https://securetoken.google.com/example-activation-dev", audiences = ["example-activation-dev"] },
]

edge = {
  allowed_origins = ["https://app.dev.example.com"]
}

bucket = {
  history_days     = 7
  soft_delete_days = 7
}

# Somebody must see that alerts arrive, before those of prod have to.
alerting = {
  critical = { emails = ["activation-developers@example.com"] }
}

deployers = ["group:activation-developers@example.com"]

log_level        = "DEBUG"
runbook_base_url = "https://github.com/example/activation-manager/blob/main/infra/docs/runbooks"
