/**
 * US dollars as Google lists them, in regions of the lowest tier (such as europe-west1 and us-central1), without
 * discounts. `read` says: in November 2026, in a stored copy of the page that is named. The others are as last known and
 * were not read again. Look all of them up before you rely on them.
 */
export const PRICES = {
  /**
   * Cloud Storage, Standard class in one region: insert and list are class A, get is class B (read:
   * https://cloud.google.com/storage/pricing-examples).
   */
  class_a: 5 / 1e6,
  class_b: 0.4 / 1e6,
  gb_month: 0.02,
  /** Cloud Run, billed while a request is handled, and for warm instances (read: https://cloud.google.com/run/pricing). */
  vcpu_s: 24 / 1e6,
  gib_s: 2.5 / 1e6,
  warm_vcpu_s: 2.5 / 1e6,
  request: 0.4 / 1e6,
  /** Global load balancer with up to five forwarding rules (read: https://cloud.google.com/load-balancing/pricing). */
  forwarding_rules_hour: 0.025,
  balanced_gib: 0.008,
  /** Cloud Armor, Standard (https://cloud.google.com/armor/pricing). */
  armor_policy: 5,
  armor_rule: 1,
  armor_request: 0.75 / 1e6,
  /** To the internet (https://cloud.google.com/vpc/network-pricing). */
  egress_gib: 0.12,
  /** Cloud Logging, with 30 days of retention, beyond the free volume (read: https://cloud.google.com/stackdriver/pricing). */
  log_gib: 0.5,
  free_log_gib: 50,
  /** Cloud KMS, software keys (read: https://cloud.google.com/kms/pricing). */
  key_version: 0.06,
  key_use: 0.03 / 10_000,
  /** BigQuery on demand, beyond the free volume (https://cloud.google.com/bigquery/pricing). */
  scanned_tib: 6.25,
  free_scanned_tib: 1,
  /** Cloud Scheduler, beyond three (https://cloud.google.com/scheduler/pricing). */
  job: 0.1,
  free_jobs: 3,
  /** A condition of an alert (https://cloud.google.com/stackdriver/pricing; announced for 2026). */
  alert_condition: 0.1,
} as const
