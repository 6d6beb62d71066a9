variable "project_id" {
  description = "Google Cloud project of this environment. A project holds one environment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the id of a project (6 to 30 of a-z, 0-9 and -), not its name or number: gcloud projects list shows it."
  }
}

variable "environment" {
  description = "The environment: dev, staging or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod: each has its own project, tfvars and state prefix."
  }
}

variable "region" {
  description = "Region in which the functions run and the credentials key lives."
  type        = string
  default     = "europe-west1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a single region such as europe-west1: functions do not run in multi-regions. Only the bucket may be in one (bucket.location)."
  }
}

variable "bucket" {
  description = "The bucket of all records: its location (a region, or a dual-region such as EUR4; default: region), and for how many days overwritten and deleted objects can be restored."
  type = object({
    location         = optional(string)
    history_days     = optional(number, 30)
    soft_delete_days = optional(number, 14)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.bucket.history_days >= 7
    error_message = "bucket.history_days must be at least 7: restoring a record needs the generations that were overwritten."
  }

  validation {
    condition     = var.bucket.soft_delete_days >= 7 && var.bucket.soft_delete_days <= 90
    error_message = "bucket.soft_delete_days must be 7 to 90, the range that Cloud Storage allows; 0 would make mistakes irreversible."
  }
}

variable "oidc_issuers" {
  description = "OpenID providers whose ID tokens are accepted. Exactly one has no alias: its users are known by their sub (a sub with a colon after another colon), all others' by alias:sub. Google is added automatically, under the alias google, for the scheduler and smoke tests."
  type = list(object({
    issuer     = string
    audiences  = list(string)
    alias      = optional(string)
    algorithms = optional(list(string))
    jwks_url   = optional(string)
  }))
  nullable = false

  validation {
    condition     = length([for issuer in var.oidc_issuers : issuer if issuer.alias == null]) == 1
    error_message = "oidc_issuers must have exactly one issuer without alias: the provider your users sign in with."
  }

  validation {
    condition     = alltrue([for issuer in var.oidc_issuers : startswith(issuer.issuer, "https://") || issuer.issuer == "accounts.google.com"])
    error_message = "oidc_issuers must name each issuer as in the tokens' iss, beginning with https:// (or accounts.google.com); functions refuse to start with any other."
  }

  validation {
    condition     = alltrue([for issuer in var.oidc_issuers : length(issuer.audiences) > 0])
    error_message = "oidc_issuers must give each issuer at least one audience, the client id of your app: without it tokens made for other apps would be accepted."
  }
}

variable "operators" {
  description = "IAM members that may impersonate the operator account (import, restore, maintenance by hand), for example group:operators@example.com."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.operators : can(regex("^(user|group|serviceAccount|principal|principalSet):", member))])
    error_message = "operators must be IAM members such as group:operators@example.com: the kind, a colon, the name."
  }

  validation {
    condition     = !anytrue([for member in var.operators : startswith(member, "all")])
    error_message = "operators must not be allUsers or allAuthenticatedUsers: an operator can read and change every record."
  }
}

variable "on_call" {
  description = "IAM members that are on call: what the runbooks need (logs, metrics, rollback, pausing, restoring, the operator account), for example group:on-call@example.com."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.on_call : can(regex("^(user|group|serviceAccount|principal|principalSet):", member))])
    error_message = "on_call must be IAM members such as group:on-call@example.com: the kind, a colon, the name."
  }

  validation {
    condition     = !anytrue([for member in var.on_call : startswith(member, "all")])
    error_message = "on_call must not be allUsers or allAuthenticatedUsers: who is on call acts as the operator account, which reads and changes every record."
  }
}

variable "deployers" {
  description = "IAM members that may deliver by hand, by submitting a build or as the delivery account, for example group:developers@example.com."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.deployers : can(regex("^(user|group|serviceAccount|principal|principalSet):", member))])
    error_message = "deployers must be IAM members such as group:developers@example.com: the kind, a colon, the name."
  }

  validation {
    condition     = !anytrue([for member in var.deployers : startswith(member, "all")])
    error_message = "deployers must not be allUsers or allAuthenticatedUsers: who delivers decides what code reads every record."
  }
}

variable "edge" {
  description = "How browsers reach the functions: at their own URLs, or all on the origin of a load balancer. The app's own origin may always call them; allowed_origins are those of other pages. A load balancer needs its domain; throttling is per client address."
  type = object({
    allowed_origins = optional(list(string), [])
    load_balancer = optional(object({
      domain              = string
      requests_per_minute = optional(number, 600)
      hsts_max_age_s      = optional(number, 31536000)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for origin in var.edge.allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "edge.allowed_origins must be origins such as https://app.example.com, without a path and without a slash at the end; * is not allowed."
  }

  validation {
    condition     = var.edge.load_balancer == null || can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.edge.load_balancer.domain))
    error_message = "edge.load_balancer.domain must be a domain such as activation.example.com, without https:// and path."
  }
}

variable "app" {
  description = "What the app is told: the OAuth client id of Sign in with Google (without it the app is for guests), where users get help and where they say what they think of it (each an email address or an https address), and the services that suggest variables and count the people in segments. Empty: none."
  type = object({
    google_client_id = optional(string, "")
    support_contact  = optional(string, "")
    feedback_contact = optional(string, "")
    suggestion_url   = optional(string, "")
    size_url         = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.app.google_client_id == "" || contains(flatten([for issuer in var.oidc_issuers : issuer.audiences if contains(["https://accounts.google.com", "accounts.google.com"], issuer.issuer)]), var.app.google_client_id)
    error_message = "app.google_client_id must be an audience of https://accounts.google.com in oidc_issuers: otherwise every function would refuse the tokens of users who sign in."
  }

  validation {
    condition     = alltrue([for contact in [var.app.support_contact, var.app.feedback_contact] : contact == "" || can(regex("^(https://\\S+|[^@\\s]+@[^@\\s]+)$", contact))])
    error_message = "app.support_contact and app.feedback_contact must be an email address or an https address."
  }

  validation {
    condition     = alltrue([for url in [var.app.suggestion_url, var.app.size_url] : url == "" || can(regex("^https://[^/\\s]+", url))])
    error_message = "app.suggestion_url and app.size_url must be https addresses, which must allow the app's origin by CORS."
  }
}

variable "function_limits" {
  description = "Limits of single functions that differ from the defaults, by function name. Concurrency is the number of requests that one instance handles concurrently."
  type = map(object({
    memory_mib    = optional(number)
    cpu           = optional(number)
    concurrency   = optional(number)
    instances_min = optional(number)
    instances_max = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name, _ in var.function_limits : contains(keys(local.contract), name)])
    error_message = "function_limits must name existing functions: ${join(", ", keys(local.contract))}."
  }

  validation {
    condition     = alltrue([for _, limits in var.function_limits : limits.concurrency == null || try(limits.concurrency >= 8 && limits.concurrency <= 1000, false)])
    error_message = "function_limits.concurrency must be 8 to 1000. With 1, the default of Cloud Run functions, each save would be its own commit, and concurrent saves of one user would conflict across instances."
  }

  validation {
    condition     = alltrue([for _, limits in var.function_limits : limits.memory_mib == null || try(limits.memory_mib >= 512, false)])
    error_message = "function_limits.memory_mib must be at least 512: the cache of decoded objects takes a quarter of it, and Cloud Run's second generation environment requires it."
  }
}

variable "log_level" {
  description = "Lowest severity that the functions log."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO"], var.log_level)
    error_message = "log_level must be INFO or DEBUG: above INFO, commits and requests are not logged, so the audit trail and the metrics derived from them would be missing."
  }
}

variable "logs" {
  description = "The project's log bucket _Default: for how many days it keeps lines, and its location, which is global unless the organization has set another one."
  type = object({
    location       = optional(string, "global")
    retention_days = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.logs.retention_days >= 30 && var.logs.retention_days <= 3650
    error_message = "logs.retention_days must be 30 to 3650: 30 days are in the price of a line, and runbooks look back as far."
  }
}

variable "bigquery" {
  description = "Analysis: location of the dataset (default: the bucket's; a dual-region needs its multi-region, EU or US), who may query as IAM members (with rows, a condition such as user_id = 'u1', the native copies alone and those rows of them), how fresh external tables are, how often the native copy is made."
  type = object({
    location        = optional(string)
    analysts        = optional(list(object({ member = string, rows = optional(string) })), [])
    staleness_hours = optional(number, 1)
    copy_schedule   = optional(string, "every 1 hours")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for analyst in var.bigquery.analysts : can(regex("^(user|group|serviceAccount):.+@", analyst.member))])
    error_message = "bigquery.analysts must be IAM members such as group:analysts@example.com."
  }

  validation {
    condition     = var.bigquery.staleness_hours >= 1 && var.bigquery.staleness_hours <= 24
    error_message = "bigquery.staleness_hours must be 1 to 24."
  }

  validation {
    condition     = can(regex("^every [0-9]+ (minutes|hours|days)$", var.bigquery.copy_schedule))
    error_message = "bigquery.copy_schedule must be an interval such as every 1 hours or every 15 minutes, at least 5 minutes."
  }
}

variable "alerting" {
  description = "Recipients by severity: email addresses, and ids of existing notification channels (projects/…/notificationChannels/…), such as one that pages; critical needs at least one."
  type = object({
    critical = optional(object({ emails = optional(list(string), []), channels = optional(list(string), []) }), {})
    warning  = optional(object({ emails = optional(list(string), []), channels = optional(list(string), []) }), {})
  })
  nullable = false

  validation {
    condition     = length(concat(var.alerting.critical.emails, var.alerting.critical.channels)) > 0
    error_message = "alerting.critical must name at least one recipient: an alert that was never received in dev is not received in prod."
  }

  validation {
    condition     = alltrue([for email in concat(var.alerting.critical.emails, var.alerting.warning.emails) : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "alerting emails must be email addresses."
  }
}

variable "runbook_base_url" {
  description = "URL of the repository's infra/docs/runbooks folder; alerts link to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://.+[^/]$", var.runbook_base_url))
    error_message = "runbook_base_url must be an https address without a slash at the end, for example https://github.com/example/activation-manager/blob/main/infra/docs/runbooks."
  }
}

variable "objectives" {
  description = "Objectives over 28 days: the share of requests that succeed; and the thresholds of the alerts on latency and growth (by a factor in a day, and by GiB)."
  type = object({
    availability          = optional(number, 0.995)
    latency_p95_ms        = optional(number, 3000)
    storage_growth_factor = optional(number, 1.5)
    storage_growth_gib    = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.objectives.availability >= 0.9 && var.objectives.availability < 1
    error_message = "objectives.availability must be a share such as 0.995; 1 would allow no failure at all."
  }
}

variable "budget" {
  description = "Monthly budget of the project, or null, in the currency of the billing account (another one is refused). Applying it requires permissions on the billing account."
  type = object({
    billing_account = string
    amount          = number
    currency        = optional(string)
  })
  default = null

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account must be an id such as 012345-6789AB-CDEF01: gcloud billing accounts list shows it."
  }
}

variable "delivery" {
  description = "How releases are delivered: a Cloud Build trigger on a connected repository, jobs of another system by Workload Identity Federation, both, or neither (npm run deploy). With nightly, Cloud Build also runs .ci/nightly of a branch each night."
  type = object({
    trigger = optional(object({
      repository = string
      branch     = optional(string, "^main$")
    }))
    workload_identity = optional(object({
      issuer    = string
      condition = string
      subject   = string
    }))
    nightly = optional(object({
      repository = string
      branch     = optional(string, "main")
      schedule   = optional(string, "0 1 * * *")
    }))
    images_kept = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for source in [var.delivery.trigger, var.delivery.nightly] : source == null || can(regex("^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$", source.repository))])
    error_message = "delivery.trigger.repository and delivery.nightly.repository must be projects/…/locations/…/connections/…/repositories/…: connect the repository first (Cloud Build, Repositories, 2nd gen)."
  }

  validation {
    condition     = var.delivery.workload_identity == null || try(length(var.delivery.workload_identity.condition) > 0, false)
    error_message = "delivery.workload_identity.condition must limit whose tokens are accepted, for example assertion.repository == 'example/activation-manager': without it every repository of that issuer could deploy."
  }

  validation {
    condition     = var.delivery.images_kept >= 3
    error_message = "delivery.images_kept must be at least 3: a rollback needs the image of the previous revision."
  }
}

variable "placeholder_image" {
  description = "Image of the services until the first delivery."
  type        = string
  default     = "us-docker.pkg.dev/cloudrun/container/hello"
  nullable    = false
}
