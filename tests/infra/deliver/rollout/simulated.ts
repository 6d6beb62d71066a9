import { assetsBucket } from '#infra/deliver/rollout/assets.ts'
import { cloudRun } from '#infra/deliver/rollout/cloud-run.ts'
import { gcloudCommands } from '#infra/deliver/rollout/commands.ts'
import type { ReadMetrics, RevisionMetrics } from '#infra/deliver/rollout/gate.ts'
import type { GcloudRunner } from '#infra/deliver/rollout/gcloud.ts'
import { acquireLock } from '#infra/deliver/rollout/lock.ts'
import { assetsBucketOf, lockUrlOf, serviceOf } from '#infra/deliver/rollout/names.ts'
import { rollOut, type Outcome } from '#infra/deliver/rollout/rollout.ts'
import { scheduleProof } from '#infra/deliver/rollout/schedule.ts'
import type { SmokeCheck, SmokeTest } from '#infra/deliver/rollout/smoke.ts'
import { FUNCTION_NAMES, type FunctionName } from '#shared/contract/functions.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { addService, callGcloud, type Cloud, emptyCloud, type Permits, tagsOf, trafficOf } from './stand-in/cloud.ts'

/** The real rollout over the stand-in's gcloud, in virtual time; smoke tests and metrics answer as a test says. */

export const ENVIRONMENT = { env: 'staging', project: 'my-project', region: 'europe-west1' }
export const IMAGE = `europe-west1-docker.pkg.dev/my-project/activation-manager/persistence@sha256:${'a'.repeat(64)}`
export const OTHER_IMAGE = IMAGE.replace(/a{64}/, 'b'.repeat(64))
export const SERVICES = FUNCTION_NAMES.map(serviceOf)
const GATE_MS = 10 * 60_000
export const LOCK_URL = lockUrlOf(ENVIRONMENT)
const WEB_SERVICE = serviceOf('web')

/** The one asset of the app in an image. */
export const assetOf = (image: string) => `index-${image.slice(-8)}.js`

/** A rollout's process, and how it may end before its time. */
export interface Build {
  readonly name: string
  readonly image?: string
  readonly gate_ms?: number
  readonly wait_ms_max?: number
  readonly signal?: AbortSignal
  /** Told before each of its gcloud calls, the first is 0; never settling is how a process is killed. */
  readonly beforeCall?: (call: number, args: readonly string[]) => void | Promise<void>
  /** Which of its calls fail: without any effect, or although they had it. */
  readonly fault?: (call: number) => 'without effect' | 'after its effect' | undefined
  /** Told after the call took effect, and before the process hears of it. */
  readonly afterCall?: (call: number, args: readonly string[]) => void | Promise<void>
}

export class World {
  readonly cloud: Cloud = emptyCloud()
  readonly clock = new VirtualClock()
  /** Function and time → the fault that smoke tests find in its candidate. */
  smokeFault: (name: FunctionName, revision: string) => string | undefined = () => undefined
  /** What Cloud Monitoring shows; by default our own requests and nobody else's. */
  metrics: ReadMetrics = async () => monitored({})
  /** What the account that delivers may do. */
  permits: Permits | undefined = undefined
  readonly said: string[] = []
  readonly smoked = new Set<string>()
  readonly failed_smoke = new Set<string>()

  readonly #violations: string[] = []
  readonly #functions: readonly FunctionName[]
  readonly #services: readonly string[]

  /** @param functions fewer of them where a test repeats very often */
  constructor(functions: readonly FunctionName[] = FUNCTION_NAMES) {
    this.#functions = functions
    this.#services = functions.map(serviceOf)
    for (const service of this.#services) addService(this.cloud, service)
  }

  /** Runs a build to its end, on the world's clock. */
  run(build: Build): Promise<Outcome> {
    return this.clock.run(() => this.start(build))
  }

  async start(build: Build): Promise<Outcome> {
    const { clock } = this
    const say = (line: string): void => void this.said.push(`${build.name}: ${line}`)
    const run = this.#runner(build)
    const commands = gcloudCommands(ENVIRONMENT)
    const signal = build.signal ?? new AbortController().signal
    const wait_ms_max = build.wait_ms_max ?? 60 * 60_000
    const lease = await acquireLock({ run, commands, clock, say, owner: build.name, wait_ms_max, signal })
    const cloud = cloudRun(run, commands)
    const rollout = { functions: this.#functions, image: build.image ?? IMAGE, gate_ms: build.gate_ms ?? GATE_MS }
    const app_dir = rollout.image
    const assets = assetsBucket({ run, commands, clock, app_dir, names: [`assets/${assetOf(app_dir)}`] })
    const schedule = scheduleProof({ run, commands, clock })
    const tools = { cloud, assets, schedule, lease, clock, say, signal, smoke: this.#smoke, metrics: this.metrics }
    return rollOut(rollout, tools)
  }

  readonly #smoke: SmokeTest = async (candidates) => {
    await this.clock.sleep(2_000)
    return candidates.map(({ name, revision }): SmokeCheck => {
      const fault = this.smokeFault(name, revision)
      if (!this.smoked.has(revision) && fault !== undefined) this.failed_smoke.add(revision)
      if (fault === undefined) this.failed_smoke.delete(revision)
      this.smoked.add(revision)
      return { name, step: 'health', requests: 5, fault }
    })
  }

  #runner({ beforeCall, afterCall, fault }: Build): GcloudRunner {
    let calls = 0
    return async ({ args, stdin = '' }) => {
      const call = calls++
      await this.clock.sleep(1_000)
      await beforeCall?.(call, args)
      const failed = { exit_code: 1, stdout: '', stderr: 'ERROR: Internal error encountered.' }
      if (fault?.(call) === 'without effect') return failed
      const surroundings = {
        fileExists: () => true,
        filesIn: (folder: string) => [assetOf(folder.replace(/\/assets$/, ''))],
        permits: this.permits,
      }
      const said = await callGcloud(this.cloud, args, stdin, surroundings)
      this.#checkInvariants(args)
      await afterCall?.(call, args)
      return fault?.(call) === 'after its effect' ? failed : said
    }
  }

  /** Plainly, because it is done after each of very many calls. */
  #checkInvariants(args: readonly string[]): void {
    // Noted and not thrown: the rollout would take it for a failure of gcloud, and hide it.
    const violated = (what: string): void => void this.#violations.push(`After gcloud ${args.join(' ')}: ${what}`)
    if (args.some((arg) => /unauthenticated|^--tag|revision-suffix/.test(arg))) violated('never with this flag')
    for (const service of Object.keys(this.cloud.services)) {
      const traffic = trafficOf(this.cloud, service)
      const total = Object.values(traffic).reduce((sum, percent) => sum + percent, 0)
      if (total !== 100) violated(`traffic of ${service} is ${total} %`)
      for (const revision of Object.keys(traffic)) {
        const is_first = revision.endsWith('-00001')
        if (!is_first && !this.smoked.has(revision)) violated(`${revision} has traffic before any smoke test`)
        if (this.failed_smoke.has(revision)) violated(`${revision} has traffic though it failed its smoke test`)
        const { image } = this.cloud.services[service]!.revisions.find(({ name }) => name === revision)!
        if (!is_first && service === WEB_SERVICE && this.assets()[assetOf(image)] === undefined) {
          violated(`${revision} has traffic before its assets are in their bucket`)
        }
      }
    }
  }

  traffic(): Record<string, number>[] {
    return this.#services.map((service) => trafficOf(this.cloud, service))
  }

  /** Where all traffic is. @throws Error when it ever was where it must not be */
  whole(): 'old' | 'new' | 'mixed' {
    if (this.#violations.length > 0) throw new Error(this.#violations.join('\n'))
    const traffic = JSON.stringify(this.traffic())
    if (traffic === JSON.stringify(this.#services.map((service) => ({ [`${service}-00001`]: 100 })))) return 'old'
    const newest = this.#services.map((service) => ({ [this.cloud.services[service]!.revisions.at(-1)!.name]: 100 }))
    return traffic === JSON.stringify(newest) ? 'new' : 'mixed'
  }

  /** Custom times of the assets in their bucket, by the assets' names. */
  assets(): Record<string, string | null> {
    const prefix = `gs://${assetsBucketOf(ENVIRONMENT)}/assets/`
    const found = Object.entries(this.cloud.objects).filter(([url]) => url.startsWith(prefix))
    return Object.fromEntries(found.map(([url, { custom_time }]) => [url.slice(prefix.length), custom_time ?? null]))
  }

  isLocked(): boolean {
    return this.cloud.objects[LOCK_URL] !== undefined
  }

  candidates(): (string | undefined)[] {
    return this.#services.map((service) => tagsOf(this.cloud, service)['candidate'])
  }

  /** How often revisions were made. */
  deploys(): number {
    return this.cloud.calls.filter(([first, second]) => first === 'run' && second === 'deploy').length
  }
}

/** Numbers as Cloud Monitoring shows them, harmless unless told otherwise. */
export function monitored(metrics: Partial<RevisionMetrics>): RevisionMetrics {
  return { requests: 5, server_errors: 0, p95_ms: 120, ...metrics }
}
