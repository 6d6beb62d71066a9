terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    google = {
      source = "hashicorp/google"
      # The release whose schema npm run check:infra checks against; the next major version has another one.
      version = ">= 6.50, < 7.0"
    }
    time = {
      source  = "hashicorp/time"
      version = ">= 0.13, < 1.0"
    }
  }

  # Bucket and prefix are the environment's: terraform init -backend-config=envs/<environment>.gcs.tfbackend
  backend "gcs" {}
}
