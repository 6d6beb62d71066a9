import type { FunctionName } from '#shared/contract/functions.ts'

/**
 * The names of the resources that Terraform creates, as delivery uses them. A test compares them with Terraform's. One
 * project holds one environment.
 */
export interface Environment {
  /** `dev`, `staging` or `prod`. */
  readonly env: string
  readonly project: string
  readonly region: string
}

/** The Cloud Run service of a function. */
export function serviceOf(name: FunctionName): string {
  return `am-${name}`
}

/** The host of the registry with the images. */
export function registryOf({ region }: Pick<Environment, 'region'>): string {
  return `${region}-docker.pkg.dev`
}

/** The repository of the one image of all functions; a digest or a tag follows. */
export function imageOf({ project, region }: Environment): string {
  return `${registryOf({ region })}/${project}/activation-manager/persistence`
}

export function dataBucketOf({ project, env }: Environment): string {
  return `${project}-activation-${env}`
}

/** The bucket with the assets of the app's releases. */
export function assetsBucketOf(environment: Environment): string {
  return `${dataBucketOf(environment)}-assets`
}

/** The lock of a rollout, in a bucket of its own, apart from the customer's data. */
export function lockUrlOf(environment: Environment): string {
  return `gs://${dataBucketOf(environment)}-delivery/locks/rollout.json`
}

/** The operator route that a delivery has Cloud Scheduler call: where nothing is due, its run costs one read. */
export const PROVEN_ROUTE = '/api/maintenance/metrics'

/** Cloud Scheduler's job that calls an operator route. */
export function scheduledJobOf(route: string): string {
  return `maintenance-${route.slice(route.lastIndexOf('/') + 1)}`
}

/** The user of the smoke tests: functions let this service account own data (SMOKE_ACCOUNTS). */
export function smokeAccountOf({ project }: Pick<Environment, 'project'>): string {
  return `am-smoke@${project}.iam.gserviceaccount.com`
}

/** The account that delivers: Cloud Build runs as it, and Terraform's `deployers` may act as it. */
export function deliveryAccountOf({ project }: Pick<Environment, 'project'>): string {
  return `am-delivery@${project}.iam.gserviceaccount.com`
}

/** The audience of the smoke user's tokens: one that OIDC_ISSUERS lists for `https://accounts.google.com`. */
export const SMOKE_AUDIENCE = 'activation-smoke'

/** Traffic tag of the revision under test. */
export const CANDIDATE_TAG = 'candidate'

/** Traffic tag of the revision that served before the last rollout: the target of `rollback.sh`. */
export const PREVIOUS_TAG = 'previous'
