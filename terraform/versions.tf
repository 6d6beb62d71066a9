terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }

  # Bucket and prefix are the environment's: terraform init -backend-config=envs/<environment>.gcs.tfbackend
  backend "gcs" {}
}
