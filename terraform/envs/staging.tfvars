# As production in everything but size: what Cloud Build delivers first.
environment = "staging"
project_id  = "example-activation-staging"
region      = "europe-west1"

oidc_issuers = [
  { issuer = "https://securetoken.google.com/example-activation-staging", audiences = ["example-activation-staging"] },
]

# A domain whose DNS you can change: its certificate is issued once it resolves. Until you have one, edge = {} serves the app at
# the function's own URL, and the load balancer is not tried before prod.
edge = {
  load_balancer = { domain = "activation.staging.example.com" }
}

operators = ["group:activation-operators@example.com"]
on_call   = ["group:activation-operators@example.com"]
deployers = ["group:activation-operators@example.com"]

alerting = {
  critical = { emails = ["activation-staging@example.com"] }
}

delivery = {
  trigger = { repository = "projects/example-activation-staging/locations/europe-west1/connections/code/repositories/activation-manager" }
}

runbook_base_url = "https://github.com/example/activation-manager/blob/main/infra/docs/runbooks"
