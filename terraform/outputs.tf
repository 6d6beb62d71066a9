output "app_url" {
  description = "Where users find the app."
  value       = coalesce(local.origin, local.functions[local.default_function].url)
}

output "app_configuration" {
  description = "For another app: one origin, or each function's URL."
  value = {
    origin    = local.origin
    functions = { for name, function in local.functions : name => coalesce(local.origin, function.url) }
  }
}

output "function_urls" {
  description = "Each function's own URL: audience of operators' tokens."
  value       = { for name, function in local.functions : name => function.url }
}

output "bucket" {
  description = "Bucket of all records."
  value       = google_storage_bucket.data.name
}

output "credentials_key" {
  description = "Cloud KMS key that seals credentials: KMS_KEY of the import."
  value       = google_kms_crypto_key.credentials.id
}

output "dns_records" {
  description = "DNS record to create for the domain; the certificate is issued once it resolves."
  value = [
    for _, address in google_compute_global_address.lb :
    { name = "${local.load_balancer.domain}.", type = "A", ttl = 300, data = address.address }
  ]
}

output "delivery" {
  description = "Values for npm run deploy; the trigger passes the same to cloudbuild.yaml."
  value = merge(local.build_substitutions, {
    services        = { for name, service in google_cloud_run_v2_service.function : name => service.name }
    images          = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}/persistence"
    bucket          = google_storage_bucket.data.name
    delivery_bucket = google_storage_bucket.delivery.name
    assets_bucket   = google_storage_bucket.assets.name
    service_account = google_service_account.delivery.email
    smoke_account   = google_service_account.smoke.email
    smoke_audience  = local.smoke_audience
  })
}

output "accounts" {
  description = "Accounts to impersonate: operators, and smoke tests."
  value = {
    operator = google_service_account.operator.email
    smoke    = google_service_account.smoke.email
  }
}
