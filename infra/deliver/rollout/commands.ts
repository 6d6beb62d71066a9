import { MINUTE_MS } from '#shared/base/durations.ts'
import type { GcloudCommand } from './gcloud.ts'
import {
  assetsBucketOf,
  CANDIDATE_TAG,
  lockUrlOf,
  PREVIOUS_TAG,
  PROVEN_ROUTE,
  scheduledJobOf,
  type Environment,
} from './names.ts'

/**
 * Every gcloud command that the rollout uses. `npm run check:deploy` gives each to gcloud's own linter.
 *
 * A service is never deployed with `--tag` or `--revision-suffix` (Terraform would collide with the named revision),
 * nor with a flag that says who may call: Terraform does (`invoker_iam_disabled`).
 */
export type Percentages = Readonly<Record<string, number>>

const READ_DURATION_MS_MAX = MINUTE_MS
/** Includes the wait until the new revision is ready. */
const DEPLOY_DURATION_MS_MAX = 8 * MINUTE_MS
const UPLOAD_DURATION_MS_MAX = 5 * MINUTE_MS
const TRAFFIC_DURATION_MS_MAX = 3 * MINUTE_MS

export function gcloudCommands(environment: Environment) {
  const { project, region } = environment
  const of_project = [`--project=${project}`, '--quiet']
  const of_region = [`--region=${region}`, ...of_project, '--format=json']
  const lock_url = lockUrlOf(environment)
  const read = (...args: string[]): GcloudCommand => ({ args, duration_ms_max: READ_DURATION_MS_MAX })
  const traffic = (service: string, ...changes: string[]): GcloudCommand => ({
    args: ['run', 'services', 'update-traffic', service, ...changes, ...of_region],
    duration_ms_max: TRAFFIC_DURATION_MS_MAX,
  })

  return {
    describeService: (service: string) => read('run', 'services', 'describe', service, ...of_region),
    deployWithoutTraffic: (service: string, image: string): GcloudCommand => ({
      args: ['run', 'deploy', service, `--image=${image}`, '--no-traffic', ...of_region],
      duration_ms_max: DEPLOY_DURATION_MS_MAX,
    }),
    tagCandidate: (service: string, candidate: string, serving: string) =>
      traffic(service, `--update-tags=${CANDIDATE_TAG}=${candidate},${PREVIOUS_TAG}=${serving}`),
    untagCandidate: (service: string) => traffic(service, `--remove-tags=${CANDIDATE_TAG}`),
    shiftTraffic: (service: string, percentages: Percentages) =>
      traffic(service, `--to-revisions=${listOf(percentages)}`),
    restoreTraffic: (service: string, revision: string) =>
      traffic(service, `--remove-tags=${CANDIDATE_TAG}`, `--to-revisions=${revision}=100`),
    // Not `describe`, which also asks Artifact Analysis and needs a role for that.
    listImages: (repository: string) =>
      read('artifacts', 'docker', 'images', 'list', repository, '--include-tags', ...of_project, '--format=json'),
    accessToken: () => read('auth', 'print-access-token', '--quiet'),
    describeObject: (bucket: string, name: string) =>
      read('storage', 'objects', 'describe', `gs://${bucket}/${name}`, ...of_project, '--format=json'),
    /** The folder becomes `assets/` of the bucket. */
    uploadAssets: (folder: string): GcloudCommand => ({
      args: ['storage', 'cp', folder, `gs://${assetsBucketOf(environment)}`, '--recursive', ...of_project],
      duration_ms_max: UPLOAD_DURATION_MS_MAX,
    }),
    listAssets: () =>
      read(
        'storage',
        'objects',
        'list',
        `gs://${assetsBucketOf(environment)}/assets/**`,
        ...of_project,
        '--format=json',
      ),
    dateAssets: (names: readonly string[], custom_time: string): GcloudCommand => ({
      args: ['storage', 'objects', 'update', '--read-paths-from-stdin', `--custom-time=${custom_time}`, ...of_project],
      stdin: names.map((name) => `gs://${assetsBucketOf(environment)}/${name}\n`).join(''),
      duration_ms_max: UPLOAD_DURATION_MS_MAX,
    }),
    runScheduledJob: () =>
      read('scheduler', 'jobs', 'run', scheduledJobOf(PROVEN_ROUTE), `--location=${region}`, ...of_project),
    /** What a revision answered to calls of that route, the newest line first. */
    readScheduledCalls: (revision: string, since: string) =>
      read('logging', 'read', scheduledCallsFilter(revision, since), '--limit=20', ...of_project, '--format=json'),
    describeLock: () => read('storage', 'objects', 'describe', lock_url, ...of_project, '--format=json'),
    readLock: (generation: string) => read('storage', 'cat', `${lock_url}#${generation}`, ...of_project),
    /** Replaces only the generation that was read; `0`: only when there is no lock. */
    writeLock: (generation: string, body: string): GcloudCommand => ({
      ...read('storage', 'cp', '-', lock_url, `--if-generation-match=${generation}`, ...of_project),
      stdin: body,
    }),
    removeLock: (generation: string) =>
      read('storage', 'rm', lock_url, `--if-generation-match=${generation}`, ...of_project),
  }
}

function scheduledCallsFilter(revision: string, since: string): string {
  return [
    'resource.type="cloud_run_revision"',
    `resource.labels.revision_name="${revision}"`,
    `jsonPayload.route="${PROVEN_ROUTE}"`,
    `timestamp>="${since}"`,
  ].join(' AND ')
}

export type GcloudCommands = ReturnType<typeof gcloudCommands>

function listOf(percentages: Percentages): string {
  return Object.entries(percentages)
    .map(([revision, percent]) => `${revision}=${percent}`)
    .join(',')
}
