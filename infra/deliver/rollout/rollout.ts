import type { Clock } from '#shared/base/clock.ts'
import type { FunctionName } from '#shared/contract/functions.ts'
import type { CloudRun } from './cloud-run.ts'
import { type GateTools, passGate } from './gate.ts'
import { LeaseLost, type Lease, type Serving } from './lock.ts'
import { serviceOf } from './names.ts'
import { describeFailures } from './smoke.ts'
import type { Candidate } from './smoke-context.ts'

/** Share of the traffic that the candidates get before each gate. */
const CANARY_PERCENTAGES = [10, 50] as const
const RESTORE_ATTEMPTS_MAX = 5
const RESTORE_PAUSE_MS = 5_000

export interface Rollout {
  readonly functions: readonly FunctionName[]
  /** By digest. */
  readonly image: string
  readonly gate_ms: number
}

export interface RolloutTools extends Omit<GateTools, 'renewLease'> {
  readonly cloud: CloudRun
  readonly lease: Lease
  readonly clock: Clock
  readonly say: (line: string) => void
  /** Says that the build was cancelled. */
  readonly signal: AbortSignal
}

export type Outcome =
  | { readonly kind: 'rolled out'; readonly revisions: Serving }
  | { readonly kind: 'nothing to do' }
  /** Every function serves what it served before. */
  | { readonly kind: 'rolled back'; readonly reason: unknown }
  /** Nothing was begun. */
  | { readonly kind: 'refused'; readonly reason: unknown }
  /** Another has taken over, and puts traffic back before it does anything else. */
  | { readonly kind: 'lease lost'; readonly reason: unknown }
  /** Traffic could not be put back: the lock stays, so that the next rollout begins with that. */
  | { readonly kind: 'stuck'; readonly reason: unknown }

/** A revision that is to serve, in place of the one that does. */
interface Step extends Candidate {
  readonly service: string
  readonly serving: string
}

/**
 * Brings one image to all traffic of every function, or none of them: candidates without traffic, smoke tests of all,
 * then 10 % and 50 %, each with a gate, then 100 %. Whatever goes wrong puts back what served before.
 *
 * The lock says at every moment where traffic belongs if this process ends here: to what served before until all
 * candidates have all traffic, to them from then on.
 */
export async function rollOut(rollout: Rollout, tools: RolloutTools): Promise<Outcome> {
  const { lease, say } = tools
  let serving: Serving = lease.inherited
  try {
    if (Object.keys(serving).length > 0) {
      say('A rollout before this one never ended: putting back what served before it')
      await restore(serving, tools)
    }
    const surveyed = await survey(rollout, tools)
    if (surveyed.length === 0) {
      await finish(tools)
      return { kind: 'nothing to do' }
    }
    serving = Object.fromEntries(surveyed.map(({ service, serving: revision }) => [service, revision]))
    await lease.record(serving)
    const steps = await deployCandidates(surveyed, rollout, tools)
    await smokeTest(steps, tools)
    for (const percent of CANARY_PERCENTAGES) {
      await shift(steps, percent, tools)
      await passGate(steps, rollout.gate_ms, { ...tools, renewLease: () => lease.renew() })
    }
    await shift(steps, 100, tools)
    const revisions = Object.fromEntries(steps.map(({ service, revision }) => [service, revision]))
    await lease.record(revisions)
    await settle(steps, tools)
    return { kind: 'rolled out', revisions }
  } catch (reason) {
    return await takeBack(reason, serving, tools)
  }
}

/** What ended the rollout is told; whatever happened, every function ends as it began. */
async function takeBack(reason: unknown, serving: Serving, tools: RolloutTools): Promise<Outcome> {
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
  /** A revision that has the image already: of an earlier attempt, or with settings that Terraform changed since. */
  readonly existing: string | undefined
}

/** The functions whose newest revision with this image does not serve yet. */
async function survey({ functions, image }: Rollout, { cloud }: RolloutTools): Promise<Surveyed[]> {
  const surveyed: Surveyed[] = []
  for (const name of functions) {
    const service = serviceOf(name)
    const { traffic, newest_revision, is_newest_ready, image: newest_image } = await cloud.service(service)
    const [serving, ...others] = Object.keys(traffic)
    if (serving === undefined || others.length > 0) {
      const split = Object.entries(traffic).map(([revision, percent]) => `${revision} ${percent} %`)
      throw new Error(
        `Traffic of ${service} is split (${split.join(', ')}), and no lock says what it was before: put it to one ` +
          `revision first, with infra/deliver/scripts/rollback.sh --function ${name} --revision …`,
      )
    }
    const existing = is_newest_ready && newest_image === image ? newest_revision : undefined
    if (existing !== serving) surveyed.push({ name, service, serving, existing })
  }
  return surveyed
}

async function deployCandidates(surveyed: readonly Surveyed[], { image }: Rollout, tools: RolloutTools) {
  const { cloud, say } = tools
  const steps: Step[] = []
  for (const { name, service, serving, existing } of surveyed) {
    await begin(tools)
    if (existing === undefined) await cloud.deployWithoutTraffic(service, image)
    const { newest_revision, is_newest_ready, image: newest_image } = await cloud.service(service)
    // Terraform, or a person, may have made one meanwhile.
    if (!is_newest_ready || newest_image !== image || newest_revision === serving) {
      throw new Error(`The newest revision of ${service}, ${newest_revision}, is not the candidate, or is not ready`)
    }
    await begin(tools)
    await cloud.tagCandidate(service, newest_revision, serving)
    const { candidate } = await cloud.service(service)
    if (candidate?.revision !== newest_revision) throw new Error(`${newest_revision} did not get its tag`)
    say(`${service}: candidate ${newest_revision} at ${candidate.url}, serving ${serving}`)
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
  say(`The smoke test of ${steps.length} candidates passed, ${checks.length} checks`)
}

async function shift(steps: readonly Step[], percent: number, tools: RolloutTools): Promise<void> {
  tools.say(`Candidates get ${percent} %`)
  for (const { service, revision, serving } of steps) {
    await begin(tools)
    const rest = percent === 100 ? {} : { [serving]: 100 - percent }
    await tools.cloud.shiftTraffic(service, { [revision]: percent, ...rest })
  }
}

/** Nothing is changed that was not told to end, or under a lease that could run out meanwhile. */
async function begin({ signal, lease }: RolloutTools): Promise<void> {
  signal.throwIfAborted()
  await lease.confirm()
}

/** All candidates serve: from here on a fault may leave a tag or the lock behind, but nothing is taken back. */
async function settle(steps: readonly Step[], tools: RolloutTools): Promise<void> {
  const { cloud, say } = tools
  try {
    for (const { service } of steps) await cloud.untagCandidate(service)
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    say(`A candidate's tag is left, which changes nothing: ${messageOf(error)}`)
  }
  await finish(tools)
}

async function finish({ lease }: RolloutTools): Promise<void> {
  await lease.release()
}

/**
 * Every service of `serving` back to its revision. All are tried, several times, also after the signal.
 * @throws LeaseLost, or AggregateError when some could not be put back
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
        say(`${service}: all traffic is back at ${revision}`)
      } catch (error) {
        if (error instanceof LeaseLost) throw error
        say(`${service} could not be put back to ${revision} (attempt ${attempt}): ${messageOf(error)}`)
        faults.push(error)
      }
    }
    if (faults.length === 0) return
    await clock.sleep(RESTORE_PAUSE_MS)
  }
  throw new AggregateError(faults, 'Traffic could not be put back; the next rollout does it, or rollback.sh by hand')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
