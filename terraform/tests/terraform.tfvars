# A small environment, as tests take it unless they say otherwise.
environment      = "dev"
project_id       = "example-activation"
oidc_issuers     = [{ issuer = "https://securetoken.google.com/example-activation", audiences = ["example-activation"] }]
edge             = { allowed_origins = ["https://app.example.com"] }
runbook_base_url = "https://example.com/runbooks"
alerting         = { critical = { emails = ["on-call@example.com"] } }
