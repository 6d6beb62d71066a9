import { MINUTE_MS } from '#shared/base/durations.ts'
import { runCommand } from '#infra/command/run.ts'
import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { PROJECT_ROOT } from '../../project-root.ts'
import { APP_DIR } from '../../app-sources.ts'
import { assetNames, assetsBucket } from './assets.ts'
import { cloudRun, isAbsent } from './cloud-run.ts'
import { DEPLOY_COMMAND, requestOf } from './command.ts'
import { gcloudCommands } from './commands.ts'
import { outputOf, spawnedGcloud } from './gcloud.ts'
import { smokeIdentityToken } from './identity-token.ts'
import { buildAndPush, missingForImage } from './image.ts'
import { acquireLock } from './lock.ts'
import { monitoring } from './monitoring.ts'
import { assetsBucketOf, dataBucketOf } from './names.ts'
import { checkBeforehand } from './preflight.ts'
import { rollOut, type Outcome } from './rollout.ts'
import { scheduleProof } from './schedule.ts'
import { smokeTest } from './smoke.ts'

/** Google's ID tokens last an hour. */
const IDENTITY_TOKEN_KEPT_MS = 30 * MINUTE_MS
/** An access token of the metadata server may have as little as five minutes left. */
const ACCESS_TOKEN_KEPT_MS = 4 * MINUTE_MS

await runCommand(DEPLOY_COMMAND, async (input) => {
  const user = process.env['USER'] ?? 'unknown'
  const { environment, image: given_image, app_dir = APP_DIR, gate_ms, wait_ms_max, build } = requestOf(input, user)
  const clock = systemClock
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const { signal } = abortedBySignals()
  const commands = gcloudCommands(environment)
  const run = spawnedGcloud(clock)
  const cloud = cloudRun(run, commands)

  const accessToken = keptFor(ACCESS_TOKEN_KEPT_MS, clock, async () =>
    (await outputOf(run, commands.accessToken())).trim(),
  )
  const endpoint = process.env['IAM_CREDENTIALS_API_ENDPOINT'] ?? 'https://iamcredentials.googleapis.com'
  const requestIdentityToken = smokeIdentityToken({ environment, endpoint, token: accessToken, clock })
  const identityToken = keptFor(IDENTITY_TOKEN_KEPT_MS, clock, requestIdentityToken)
  const missingTools = () => (given_image === undefined ? missingForImage(environment) : [])
  await checkBeforehand({ environment, accessToken, identityToken, missingTools })
  const image = await cloud.imageByDigest(given_image ?? buildAndPush(environment, PROJECT_ROOT))
  const names = assetNames(app_dir)
  say(`Rolling out ${image} to ${environment.env} (${environment.project}, ${environment.region})`)
  const owner = `${build} ${Buffer.from(systemRandom.bytes(6)).toString('hex')}`
  const lease = await acquireLock({ run, commands, clock, say, owner, wait_ms_max, signal })

  const existsIn = (bucket: string) => (name: string) =>
    outputOf(run, commands.describeObject(bucket, name)).then(
      () => true,
      (error: unknown) => {
        if (isAbsent(error)) return false
        throw error
      },
    )
  const outcome = await rollOut(
    { functions: FUNCTION_NAMES, image, gate_ms },
    {
      cloud,
      assets: assetsBucket({ run, commands, clock, app_dir, names }),
      schedule: scheduleProof({ run, commands, clock }),
      lease,
      clock,
      say,
      signal,
      smoke: smokeTest({
        clock,
        random: systemRandom,
        token: identityToken,
        objectExists: existsIn(dataBucketOf(environment)),
        assetExists: existsIn(assetsBucketOf(environment)),
      }),
      metrics: monitoring({
        project: environment.project,
        endpoint: process.env['MONITORING_API_ENDPOINT'] ?? 'https://monitoring.googleapis.com',
        token: accessToken,
        clock,
      }),
    },
  )
  say(textOf(outcome))
  return outcome.kind === 'rolled out' || outcome.kind === 'nothing to do' ? 0 : 1
})

/** Cloud Build may send SIGTERM to a cancelled build. */
function abortedBySignals(): AbortController {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => controller.abort(new Error(`Cancelled by ${name}`)))
  }
  return controller
}

/** Caches a value for `duration_ms`; a failure is not cached. */
function keptFor<T>(duration_ms: number, clock: Clock, make: () => Promise<T>): () => Promise<T> {
  let kept: { value: Promise<T>; until_ms: number } | undefined
  return () => {
    if (kept !== undefined && clock.monotonicMs() < kept.until_ms) return kept.value
    const value = make()
    kept = { value, until_ms: clock.monotonicMs() + duration_ms }
    value.catch(() => (kept = undefined))
    return value
  }
}

function textOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'rolled out':
      return `Rolled out: ${Object.values(outcome.revisions).join(', ')}`
    case 'unproven':
      return (
        `Rolled out: ${Object.values(outcome.revisions).join(', ')}. NOT PROVEN: the schedule of maintenance. ` +
        `Reason: ${outcome.reason}. See infra/deliver/README.md`
      )
    case 'nothing to do':
      return 'Nothing to do: every function already serves this image with its newest settings'
    case 'rolled back':
      return `Rolled back: every function serves its previous revision. Reason: ${messageOf(outcome.reason)}`
    case 'refused':
      return `Refused: nothing was changed. Reason: ${messageOf(outcome.reason)}`
    case 'lease lost':
      return `Stopped: another rollout or rollback.sh took the lock over and restores traffic. Reason: ${messageOf(outcome.reason)}`
    case 'stuck':
      return `TRAFFIC WAS NOT RESTORED. Run infra/deliver/scripts/rollback.sh now. Reason: ${messageOf(outcome.reason)}`
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
