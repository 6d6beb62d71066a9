import type { FunctionName } from '#shared/contract/functions.ts'

/**
 * What delivery calls the things that Terraform makes: the one home of these names on this side. A test compares them
 * with Terraform's. One project holds one environment.
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

/** Where the one image of all functions is kept; a digest or a tag follows. */
export function imageOf({ project, region }: Environment): string {
  return `${region}-docker.pkg.dev/${project}/activation-manager/persistence`
}

export function dataBucketOf({ project, env }: Environment): string {
  return `${project}-activation-${env}`
}

/** Says who rolls out at the moment, and what served before; in a bucket of its own, away from the customer's data. */
export function lockUrlOf(environment: Environment): string {
  return `gs://${dataBucketOf(environment)}-delivery/locks/rollout.json`
}

/** The user that smoke tests are: functions let this service account own data (SMOKE_ACCOUNTS). */
export function smokeAccountOf({ project }: Environment): string {
  return `am-smoke@${project}.iam.gserviceaccount.com`
}

/** The audience of its tokens: one of those that OIDC_ISSUERS lists for `https://accounts.google.com`. */
export const SMOKE_AUDIENCE = 'activation-smoke'

/** Traffic tag of the revision that is being tried. */
export const CANDIDATE_TAG = 'candidate'

/** Traffic tag of the revision that served before the last rollout: where `rollback.sh` goes back to. */
export const PREVIOUS_TAG = 'previous'
