# Two keys with different users: the credentials key seals customers' credentials, and only the functions that handle them
# may use it; the bucket key encrypts all objects at rest, and only Cloud Storage uses it.

locals {
  # A key must be in the location of the data that it encrypts. Cloud KMS calls the multi-region EU europe.
  bucket_key_location = lookup({ eu = "europe" }, lower(local.bucket_location), lower(local.bucket_location))
}

resource "google_kms_key_ring" "activation" {
  for_each = toset([var.region, local.bucket_key_location])

  name     = "activation-${var.environment}"
  location = each.key

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [time_sleep.apis]
}

resource "google_kms_crypto_key" "credentials" {
  name     = "credentials"
  key_ring = google_kms_key_ring.activation[var.region].id
  purpose  = "ENCRYPT_DECRYPT"

  # New credentials are sealed with the new version; maintenance/reencrypt moves the others to it.
  rotation_period = "7776000s" # 90 days
  # Time to notice that a version is still needed.
  destroy_scheduled_duration = "2592000s" # 30 days

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key" "bucket" {
  name                       = "bucket"
  key_ring                   = google_kms_key_ring.activation[local.bucket_key_location].id
  purpose                    = "ENCRYPT_DECRYPT"
  rotation_period            = "7776000s"
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}

# Without this no object can be written: Cloud Storage itself encrypts with the bucket's key.
resource "google_kms_crypto_key_iam_member" "bucket" {
  crypto_key_id = google_kms_crypto_key.bucket.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = local.storage_agent

  depends_on = [data.google_storage_project_service_account.agent]
}

# Exactly the vault's operations: encrypt, decrypt, and read which version is primary.
resource "google_project_iam_custom_role" "credential_keeper" {
  role_id     = "activationCredentialKeeper"
  title       = "Activation: seals and opens credentials"
  description = "For functions that handle credentials of platforms."
  permissions = [
    "cloudkms.cryptoKeyVersions.useToDecrypt",
    "cloudkms.cryptoKeyVersions.useToEncrypt",
    "cloudkms.cryptoKeys.get",
  ]

  depends_on = [time_sleep.apis]
}

# The import seals plaintext credentials; only the functions can open them again.
resource "google_project_iam_custom_role" "credential_sealer" {
  role_id     = "activationCredentialSealer"
  title       = "Activation: seals credentials"
  description = "For the import."
  permissions = ["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.get"]

  depends_on = [time_sleep.apis]
}

resource "google_kms_crypto_key_iam_member" "credentials" {
  for_each = local.credential_functions

  crypto_key_id = google_kms_crypto_key.credentials.id
  role          = google_project_iam_custom_role.credential_keeper.id
  member        = google_service_account.function[each.key].member
}

resource "google_kms_crypto_key_iam_member" "operator" {
  crypto_key_id = google_kms_crypto_key.credentials.id
  role          = google_project_iam_custom_role.credential_sealer.id
  member        = google_service_account.operator.member
}
