/**
 * The API with which the provider makes a type of resource, by what the type begins with; the longest beginning counts.
 * Projects' members are those of Cloud Resource Manager, whatever they may then do.
 */
const APIS: Readonly<Record<string, string>> = {
  google_artifact_registry_: 'artifactregistry',
  google_bigquery_: 'bigquery',
  google_bigquery_connection: 'bigqueryconnection',
  google_bigquery_data_transfer_: 'bigquerydatatransfer',
  google_billing_budget: 'billingbudgets',
  google_cloud_run_: 'run',
  google_cloud_scheduler_: 'cloudscheduler',
  google_cloudbuild_: 'cloudbuild',
  google_compute_: 'compute',
  google_iam_: 'iam',
  google_kms_: 'cloudkms',
  google_logging_: 'logging',
  google_monitoring_: 'monitoring',
  google_project_iam_: 'cloudresourcemanager',
  google_project_iam_custom_role: 'iam',
  google_secret_manager_: 'secretmanager',
  google_service_account: 'iam',
  google_storage_: 'storage',
}

/** Types that need no API of Google: the one that enables them, and other providers'. */
const WITHOUT_API = /^google_project_service$|^time_/

/**
 * The API of a type of resource, without its domain.
 * @returns undefined for a type that needs none
 * @throws Error for a type that this table lacks
 */
export function apiOf(type: string): string | undefined {
  if (WITHOUT_API.test(type)) return undefined
  const beginnings = Object.keys(APIS).filter((beginning) => type.startsWith(beginning))
  const [longest] = beginnings.toSorted((a, b) => b.length - a.length)
  if (longest === undefined) throw new Error(`Which API makes ${type}? Say so in infra/checks/terraform/apis.ts`)
  return APIS[longest]
}
