import type { Clock } from '#shared/base/clock.ts'
import { DEFAULT_FUNCTION, type FunctionName } from '#shared/contract/functions.ts'
import type { AssetsBucket } from './assets.ts'
import type { CloudRun } from './cloud-run.ts'
import { type GateTools, passGate } from './gate.ts'
import { LeaseLost, type Lease, type Serving } from './lock.ts'
import { serviceOf } from './names.ts'
import type { ProveSchedule } from './schedule.ts'
import { describeFailures } from './smoke.ts'
import type { Candidate } from './smoke-context.ts'

/** Percent of the traffic that the candidates get before each gate. */
const CANARY_PERCENTAGES = [10, 50] as const
const RESTORE_ATTEMPTS_MAX = 5
const RESTORE_PAUSE_MS = 5_000

export interface Rollout {
  readonly functions: readonly FunctionName[]
  /** Named by digest. */
  readonly image: string
  readonly gate_ms: number
}

export interface RolloutTools extends Omit<GateTools, 'renewLease'> {
  readonly cloud: CloudRun
  readonly assets: AssetsBucket
  readonly schedule: ProveSchedule
  readonly lease: Lease
  readonly clock: Clock
  readonly say: (line: string) => void
  /** Aborted when the build is cancelled. */
  readonly signal: AbortSignal
}

export type Outcome =
  | { readonly kind: 'rolled out'; readonly revisions: Serving }
  /** As 'rolled out', but nothing shows that the schedule reaches the new revisions. */
  | { readonly kind: 'unproven'; readonly revisions: Serving; readonly reason: string }
  | { readonly kind: 'nothing to do' }
  /** Every function serves its previous revision. */
  | { readonly kind: 'rolled back'; readonly reason: unknown }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly reason: unknown }
  /** Another holder has taken the lock over; it restores traffic before it does anything else. */
  | { readonly kind: 'lease lost'; readonly reason: unknown }
  /** Traffic could not be restored: the lock stays, so that the next rollout restores it first. */
  | { readonly kind: 'stuck'; readonly reason: unknown }

/** A candidate and the revision that it replaces. */
interface Step extends Candidate {
  readonly service: string
  readonly serving: string
}

/**
 * Rolls one image out to every function or to none: candidates without traffic, smoke tests of all, then 10 % and 50 %
 * of the traffic, each with a gate, then 100 %, and a call by the schedule. Any failure restores the previous revisions.
 *
 * At every moment the lock names the revisions that must serve if this process ends: the previous ones until all
 * candidates have all traffic, the candidates from then on.
 */
export async function rollOut(rollout: Rollout, tools: RolloutTools): Promise<Outcome> {
  const { lease, say } = tools
  let serving: Serving = lease.inherited
  try {
    if (Object.keys(serving).length > 0) {
      say('An earlier rollout did not finish: restoring the revisions that served before it')
      await restore(serving, tools)
    }
    const surveyed = await survey(rollout, tools)
    if (surveyed.length === 0) {
      await finish(tools)
      return { kind: 'nothing to do' }
    }
    serving = Object.fromEntries(surveyed.map(({ service, serving: revision }) => [service, revision]))
    await lease.record(serving)
    await uploadAssets(surveyed, tools)
    const steps = await deployCandidates(surveyed, rollout, tools)
    await smokeTest(steps, tools)
    for (const percent of CANARY_PERCENTAGES) {
      await shift(steps, percent, tools)
      await passGate(steps, rollout.gate_ms, { ...tools, renewLease: () => lease.renew() })
    }
    await shift(steps, 100, tools)
    const doubt = await proveSchedule(steps, tools)
    const revisions = Object.fromEntries(steps.map(({ service, revision }) => [service, revision]))
    await lease.record(revisions)
    await settle(steps, tools)
    return doubt === undefined ? { kind: 'rolled out', revisions } : { kind: 'unproven', revisions, reason: doubt }
  } catch (reason) {
    return await rollBack(reason, serving, tools)
  }
}

/** Reports the failure, restores every function's previous revision and releases the lock. */
async function rollBack(reason: unknown, serving: Serving, tools: RolloutTools): Promise<Outcome> {
  if (reason instanceof LeaseLost) return { kind: 'lease lost', reason }
  tools.say(`Failed: ${messageOf(reason)}`)
  try {
    await restore(serving, tools)
    await tools.lease.release()
  } catch (error) {
    if (error instanceof LeaseLost) return { kind: 'lease lost', reason }
    return { kind: 'stuck', reason: new AggregateError([reason, error], `${messageOf(reason)}; ${messageOf(error)}`) }
  }
  return { kind: Object.keys(serving).length > 0 ? 'rolled back' : 'refused', reason }
}

interface Surveyed {
  readonly name: FunctionName
  readonly service: string
  readonly serving: string
  /** A revision that already has the image: from an earlier attempt, or because Terraform changed a setting. */
  readonly existing: string | undefined
}

/** The functions that do not yet serve this image with their newest settings. */
async function survey({ functions, image }: Rollout, { cloud }: RolloutTools): Promise<Surveyed[]> {
  const surveyed: Surveyed[] = []
  for (const name of functions) {
    const service = serviceOf(name)
    const { traffic, newest_revision, is_newest_ready, image: newest_image } = await cloud.service(service)
    const [serving, ...others] = Object.keys(traffic)
    if (serving === undefined || others.length > 0) {
      const split = Object.entries(traffic).map(([revision, percent]) => `${revision} ${percent} %`)
      throw new Error(
        `Traffic of ${service} is split (${split.join(', ')}), and no lock names its previous revision. Move it to one ` +
          `revision first: infra/deliver/scripts/rollback.sh --function ${name} --revision …`,
      )
    }
    const existing = is_newest_ready && newest_image === image ? newest_revision : undefined
    if (existing !== serving) surveyed.push({ name, service, serving, existing })
  }
  return surveyed
}

/** Before any revision of the release is asked for them: at a split, each revision answers the assets of both. */
async function uploadAssets(surveyed: readonly Surveyed[], tools: RolloutTools): Promise<void> {
  if (surveyed.every(({ name }) => name !== DEFAULT_FUNCTION)) return
  await begin(tools)
  await tools.assets.upload()
  tools.say("The app's assets are in their bucket")
}

async function deployCandidates(surveyed: readonly Surveyed[], { image }: Rollout, tools: RolloutTools) {
  const { cloud, say } = tools
  const steps: Step[] = []
  for (const { name, service, serving, existing } of surveyed) {
    await begin(tools)
    if (existing === undefined) await cloud.deployWithoutTraffic(service, image)
    const { newest_revision, is_newest_ready, image: newest_image } = await cloud.service(service)
    // Terraform or a person may have created another revision meanwhile.
    if (!is_newest_ready || newest_image !== image || newest_revision === serving) {
      throw new Error(`The newest revision of ${service}, ${newest_revision}, is not the candidate or is not ready`)
    }
    await begin(tools)
    await cloud.tagCandidate(service, newest_revision, serving)
    const { candidate } = await cloud.service(service)
    if (candidate?.revision !== newest_revision) throw new Error(`${newest_revision} was not tagged as candidate`)
    say(`${service}: candidate ${newest_revision} at ${candidate.url}; ${serving} serves`)
    steps.push({ name, service, serving, revision: newest_revision, url: candidate.url })
  }
  return steps
}

async function smokeTest(steps: readonly Step[], { smoke, lease, signal, say }: RolloutTools): Promise<void> {
  await lease.renew()
  signal.throwIfAborted()
  const checks = await smoke(steps)
  const failures = checks.filter(({ fault }) => fault !== undefined)
  if (failures.length > 0) throw new Error(`The smoke test failed: ${describeFailures(failures)}`)
  say(`The smoke test passed: ${checks.length} checks on ${steps.length} candidates`)
}

/**
 * Whether the schedule works on the new revision, which no smoke test can tell.
 * @returns why that is unknown, which is no reason to go back: the fault is the schedule's, not the release's
 * @throws Error when the revision refuses the scheduler
 */
async function proveSchedule(steps: readonly Step[], tools: RolloutTools): Promise<string | undefined> {
  const { schedule, lease, signal, say } = tools
  const step = steps.find(({ name }) => name === 'maintenance')
  if (step === undefined) return undefined
  await lease.renew()
  const proof = await schedule(step.revision, signal)
  if (proof.kind === 'refused') throw new Error(`The schedule does not work: ${proof.reason}`)
  if (proof.kind === 'silent') return proof.reason
  say('Cloud Scheduler called the new revision, which answered 200')
  return undefined
}

async function shift(steps: readonly Step[], percent: number, tools: RolloutTools): Promise<void> {
  tools.say(`Moving ${percent} % of the traffic to the candidates`)
  for (const { service, revision, serving } of steps) {
    await begin(tools)
    const rest = percent === 100 ? {} : { [serving]: 100 - percent }
    await tools.cloud.shiftTraffic(service, { [revision]: percent, ...rest })
  }
}

/** Called before every change: throws when the build was cancelled or the lease is lost, else extends the lease. */
async function begin({ signal, lease }: RolloutTools): Promise<void> {
  signal.throwIfAborted()
  await lease.confirm()
}

/** All candidates serve: from here on a failure may leave a tag or the lock behind, but rolls nothing back. */
async function settle(steps: readonly Step[], tools: RolloutTools): Promise<void> {
  const { cloud, assets, say } = tools
  try {
    for (const { service } of steps) await cloud.untagCandidate(service)
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    say(`A candidate's tag could not be removed; it has no effect on traffic: ${messageOf(error)}`)
  }
  try {
    if (steps.some(({ name }) => name === DEFAULT_FUNCTION)) await assets.dateOthers()
  } catch (error) {
    say(`Assets of earlier releases could not be dated, and stay until the next rollout: ${messageOf(error)}`)
  }
  await finish(tools)
}

async function finish({ lease }: RolloutTools): Promise<void> {
  await lease.release()
}

/**
 * Restores every service of `serving` to its revision. Tries all of them several times, even after the signal.
 * @throws LeaseLost, or AggregateError when some could not be restored
 */
async function restore(serving: Serving, { cloud, lease, clock, say }: RolloutTools): Promise<void> {
  let faults: unknown[] = []
  for (let attempt = 1; attempt <= RESTORE_ATTEMPTS_MAX; attempt++) {
    faults = []
    for (const [service, revision] of Object.entries(serving)) {
      try {
        await lease.record(serving)
        const { traffic, candidate } = await cloud.service(service)
        if (traffic[revision] === 100 && candidate === undefined) continue
        await cloud.restoreTraffic(service, revision)
        say(`${service}: all traffic goes to ${revision} again`)
      } catch (error) {
        if (error instanceof LeaseLost) throw error
        say(`${service} could not be restored to ${revision} (attempt ${attempt}): ${messageOf(error)}`)
        faults.push(error)
      }
    }
    if (faults.length === 0) return
    await clock.sleep(RESTORE_PAUSE_MS)
  }
  throw new AggregateError(
    faults,
    'Traffic could not be restored. Run rollback.sh, or start another rollout, which restores it first',
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
