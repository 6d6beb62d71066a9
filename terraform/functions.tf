# The functions. Terraform owns service, environment, limits and identity; Cloud Build owns image and traffic, which are
# ignored here.

locals {
  # The one list of functions, generated from shared/contract/functions.ts and each function's resources: npm run generate.
  contract = jsondecode(file("${path.module}/functions.json"))

  functions = {
    for name, function in local.contract : name => merge(function, {
      memory_mib    = coalesce(try(var.function_limits[name].memory_mib, null), function.memory_mib)
      cpu           = coalesce(try(var.function_limits[name].cpu, null), 1)
      concurrency   = coalesce(try(var.function_limits[name].concurrency, null), function.concurrency)
      instances_min = coalesce(try(var.function_limits[name].instances_min, null), 0)
      instances_max = coalesce(try(var.function_limits[name].instances_max, null), 10)
      # Known before the service exists, so that a service can have its own URL as a setting.
      url = "https://am-${name}-${data.google_project.this.number}.${var.region}.run.app"
    })
  }

  # The functions whose settings name the key.
  credential_functions = toset([for name, function in local.functions : name if contains(function.settings, "KMS_KEY")])

  google_issuer = "https://accounts.google.com"
  # Functions take Google's name with and without the scheme for the same issuer.
  google_issuers = [local.google_issuer, trimprefix(local.google_issuer, "https://")]
  # Audience of the smoke tests' tokens.
  smoke_audience = "activation-smoke"
  issuers = [
    for issuer in concat(
      [for issuer in var.oidc_issuers : issuer if !contains(local.google_issuers, issuer.issuer)],
      [for issuer in var.oidc_issuers : merge(issuer, { audiences = concat(issuer.audiences, [local.smoke_audience]) }) if contains(local.google_issuers, issuer.issuer)],
      anytrue([for issuer in var.oidc_issuers : contains(local.google_issuers, issuer.issuer)]) ? [] : [
        { issuer = local.google_issuer, audiences = [local.smoke_audience], alias = "google", algorithms = null, jwks_url = null },
      ],
    ) : { for member, value in issuer : member => value if value != null }
  ]

  google_alias = one([for issuer in local.issuers : lookup(issuer, "alias", "") if contains(local.google_issuers, issuer.issuer)])
  # Before the users and accounts of Google: nothing where Google is the primary issuer.
  google_prefix = local.google_alias == "" ? "" : "${local.google_alias}:"

  # Every setting that Terraform sets; each function gets those that it reads. Others keep the default of the settings'
  # schema.
  settings = {
    for name, function in local.functions : name => {
      for setting, value in {
        OIDC_ISSUERS         = jsonencode(local.issuers)
        ALLOWED_ORIGINS      = join(",", local.allowed_origins)
        OPERATOR_ACCOUNTS    = join(",", [for account in [google_service_account.scheduler, google_service_account.operator] : "${local.google_prefix}${account.email}"])
        SMOKE_ACCOUNTS       = "${local.google_prefix}${google_service_account.smoke.email}"
        FUNCTION_URL         = function.url
        LOG_LEVEL            = var.log_level
        GOOGLE_CLOUD_PROJECT = var.project_id
        GCS_BUCKET           = google_storage_bucket.data.name
        # A quarter: decoded rows take several times their size in bytes.
        CACHE_BYTES = tostring(function.memory_mib * 1024 * 1024 / 4)
        KMS_KEY     = google_kms_crypto_key.credentials.id
        # Those of the app.
        ASSETS_BUCKET    = google_storage_bucket.assets.name
        API_ORIGINS      = local.load_balancer == null ? jsonencode(local.api_origins) : ""
        GOOGLE_CLIENT_ID = var.app.google_client_id
        SUGGESTION_URL   = var.app.suggestion_url
        SIZE_URL         = var.app.size_url
        SUPPORT_CONTACT  = var.app.support_contact
        FEEDBACK_CONTACT = var.app.feedback_contact
      } : setting => value if contains(function.settings, setting)
    }
  }
}

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "am-${each.key}"
  display_name = "Function ${each.key}"

  depends_on = [time_sleep.apis]
}

resource "google_cloud_run_v2_service" "function" {
  for_each = local.functions

  name     = "am-${each.key}"
  location = var.region
  # Browsers call from anywhere, and a candidate is tested at its own URL before it gets traffic.
  ingress = "INGRESS_TRAFFIC_ALL"
  # Public, because a browser's preflight carries no credentials: the token is checked in the function. A right of allUsers
  # would do the same, but an organization that allows only its own members refuses it.
  invoker_iam_disabled = true
  deletion_protection  = var.environment == "prod"

  # Of the whole service: those of a revision would stay warm after it has lost its traffic.
  scaling {
    min_instance_count = each.value.instances_min
  }

  template {
    service_account                  = google_service_account.function[each.key].email
    timeout                          = "${each.value.timeout_s}s"
    max_instance_request_concurrency = each.value.concurrency
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      max_instance_count = each.value.instances_max
    }

    containers {
      image = var.placeholder_image

      resources {
        limits = {
          cpu    = tostring(each.value.cpu)
          memory = "${each.value.memory_mib}Mi"
        }
        # Between requests an instance costs nothing; the functions finish all work before they answer.
        cpu_idle          = true
        startup_cpu_boost = true
      }

      # The image holds every function.
      env {
        name  = "FUNCTION_TARGET"
        value = each.key
      }

      dynamic "env" {
        for_each = local.settings[each.key]
        content {
          name  = env.key
          value = env.value
        }
      }

      env {
        name = "USER_HASH_SALT"
        value_source {
          secret_key_ref {
            secret  = google_secret_manager_secret.user_hash_salt.secret_id
            version = google_secret_manager_secret_version.user_hash_salt.version
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [
      # Cloud Build's.
      template[0].containers[0].image,
      traffic,
      # gcloud sets these: its name and version, and a nonce with each deployment.
      client,
      client_version,
      annotations,
      labels["client.knative.dev/nonce"],
      template[0].annotations,
      template[0].labels,
    ]

    precondition {
      condition     = each.value.concurrency > 1
      error_message = "The function ${each.key} must handle several requests concurrently."
    }
  }

  depends_on = [time_sleep.salt_rights]
}

# The salt with which logs hash user ids: created once, here, and stored only in Secret Manager. A write-only argument is
# in no plan and no state. A new version changes every hash; raise secret_data_wo_version for that.
resource "google_secret_manager_secret" "user_hash_salt" {
  secret_id = "am-user-hash-salt"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [time_sleep.apis]
}

resource "google_secret_manager_secret_version" "user_hash_salt" {
  secret                 = google_secret_manager_secret.user_hash_salt.id
  secret_data_wo         = sha256("${uuid()}${uuid()}")
  secret_data_wo_version = 1
}

resource "google_secret_manager_secret_iam_member" "user_hash_salt" {
  for_each = google_service_account.function

  secret_id = google_secret_manager_secret.user_hash_salt.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
}

# Operators compute the hash of a user id to find its log lines.
resource "google_secret_manager_secret_iam_member" "user_hash_salt_operator" {
  secret_id = google_secret_manager_secret.user_hash_salt.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.operator.member
}
