/**
 * `npm run deploy -- --env ENV --project P --region R [--image I] [--gate-minutes N] [--wait-minutes N] [--build B]`;
 * see README.md. Cloud Build runs the same with `--image`.
 *
 * Exit code 0: the image serves. 1: it does not, and every function serves what it served before, unless the last line
 * says otherwise.
 */
import { parseArgs } from 'node:util'

import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { cloudRun, isAbsent } from './cloud-run.ts'
import { gcloudCommands } from './commands.ts'
import { HOLD_MS_MAX } from './gate.ts'
import { OperatorError, outputOf, spawnedGcloud } from './gcloud.ts'
import { buildAndPush } from './image.ts'
import { acquireLock } from './lock.ts'
import { monitoring } from './monitoring.ts'
import { dataBucketOf, type Environment } from './names.ts'
import { rollOut, type Outcome } from './rollout.ts'
import { smokeTest } from './smoke.ts'
import { PROJECT_ROOT } from '../../project-root.ts'

const USAGE =
  'npm run deploy -- --env dev|staging|prod --project P --region R [--image I] [--gate-minutes 10] [--wait-minutes 120] [--build B]'
const MINUTE_MS = 60_000
/** Google's ID tokens last an hour. */
const IDENTITY_TOKEN_KEPT_MS = 30 * MINUTE_MS
/** An access token of the metadata server may have as little as five minutes left. */
const ACCESS_TOKEN_KEPT_MS = 4 * MINUTE_MS

class UsageError extends OperatorError {}

interface Arguments {
  readonly environment: Environment
  readonly image: string | undefined
  readonly gate_ms: number
  readonly wait_ms_max: number
  readonly build: string
}

function readArguments(): Arguments {
  const text = { type: 'string' } as const
  const names = ['env', 'project', 'region', 'image', 'gate-minutes', 'wait-minutes', 'build'] as const
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, text])) as Record<(typeof names)[number], typeof text>,
  })
  const required = (name: 'env' | 'project' | 'region'): string => {
    const value = values[name]
    if (value === undefined || !/^[a-z][a-z0-9-]*$/.test(value))
      throw new UsageError(`--${name} is missing or not a name`)
    return value
  }
  const minutes = (name: 'gate-minutes' | 'wait-minutes', by_default: string, minutes_max: number): number => {
    const value = Number(values[name] ?? by_default)
    if (!(value >= 0 && value <= minutes_max)) throw new UsageError(`--${name} is from 0 to ${minutes_max}`)
    return value * MINUTE_MS
  }
  const env = required('env')
  if (!['dev', 'staging', 'prod'].includes(env)) throw new UsageError('--env is dev, staging or prod')
  return {
    environment: { env, project: required('project'), region: required('region') },
    image: values.image,
    gate_ms: minutes('gate-minutes', '10', HOLD_MS_MAX / MINUTE_MS),
    wait_ms_max: minutes('wait-minutes', '120', 24 * 60),
    build: values.build ?? `by hand, ${process.env['USER'] ?? 'unknown'}`,
  }
}

async function main(): Promise<number> {
  const { environment, image: given_image, gate_ms, wait_ms_max, build } = readArguments()
  const clock = systemClock
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const { signal } = abortedBySignals()
  const commands = gcloudCommands(environment)
  const run = spawnedGcloud(clock)
  const cloud = cloudRun(run, commands)

  const image = await cloud.imageByDigest(given_image ?? buildAndPush(environment, PROJECT_ROOT))
  say(`Rolling out ${image} to ${environment.env} (${environment.project}, ${environment.region})`)
  const owner = `${build} ${Buffer.from(systemRandom.bytes(6)).toString('hex')}`
  const lease = await acquireLock({ run, commands, clock, say, owner, wait_ms_max, signal })

  const objectExists = (name: string) =>
    outputOf(run, commands.describeObject(dataBucketOf(environment), name)).then(
      () => true,
      (error: unknown) => {
        if (isAbsent(error)) return false
        throw error
      },
    )
  const tokenOf = async (command: typeof commands.accessToken) => (await outputOf(run, command())).trim()
  const identityToken = keptFor(IDENTITY_TOKEN_KEPT_MS, clock, () => tokenOf(commands.identityToken))
  const accessToken = keptFor(ACCESS_TOKEN_KEPT_MS, clock, () => tokenOf(commands.accessToken))
  const outcome = await rollOut(
    { functions: FUNCTION_NAMES, image, gate_ms },
    {
      cloud,
      lease,
      clock,
      say,
      signal,
      smoke: smokeTest({ clock, token: identityToken, objectExists }),
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
}

/** A cancelled build is told by SIGTERM, when it is told at all. */
function abortedBySignals(): AbortController {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => controller.abort(new Error(`Told to end by ${name}`)))
  }
  return controller
}

/** The same value for so long; a failure is not kept. */
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
    case 'nothing to do':
      return 'Nothing to do: every function serves this image with its newest settings'
    case 'rolled back':
      return `Rolled back, every function serves what it served before: ${messageOf(outcome.reason)}`
    case 'refused':
      return `Refused, nothing was changed: ${messageOf(outcome.reason)}`
    case 'lease lost':
      return `Stopped, another has taken over and puts traffic back: ${messageOf(outcome.reason)}`
    case 'stuck':
      return `TRAFFIC IS NOT BACK. Run infra/deliver/scripts/rollback.sh now: ${messageOf(outcome.reason)}`
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

try {
  process.exitCode = await main()
} catch (error) {
  const is_usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
  const is_plain = is_usage || error instanceof OperatorError
  process.stderr.write(
    `${is_plain ? messageOf(error) : String((error as Error).stack)}\n${is_usage ? `${USAGE}\n` : ''}`,
  )
  process.exitCode = 1
}
