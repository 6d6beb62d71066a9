import { MINUTE_MS } from '#shared/base/durations.ts'
import type { Clock } from '#shared/base/clock.ts'
import { describeFailures, type SmokeCheck, type SmokeTest } from './smoke.ts'
import type { Candidate } from './smoke-context.ts'

/**
 * A gate: for some minutes smoke tests run against the candidates, and Cloud Monitoring's metrics of all requests are
 * read. The decision is a pure function of both.
 */
const GATE_LIMITS = {
  /** Two failed rounds of one function in a row fail the gate immediately; a single one may be the network. */
  failed_rounds_in_row_max: 1,
  failed_rounds_ratio_max: 0.05,
  /** Below this number of requests by users, Cloud Monitoring's metrics decide nothing. */
  real_requests_min: 50,
  server_error_ratio_max: 0.05,
  sync_failure_ratio_max: 0.1,
  p95_ms_max: 3_000,
} as const

/** Metrics may be late: a gate without data is held until this much time has passed in total, then it fails. */
export const HOLD_MS_MAX = 30 * MINUTE_MS
const ROUND_PAUSE_MS = 15_000

/** Cloud Monitoring's metrics of one revision since the gate began; they include our own requests. */
export interface RevisionMetrics {
  readonly requests: number
  readonly server_errors: number
  /** `undefined` without requests. */
  readonly p95_ms: number | undefined
  /** Only of the function that syncs. */
  readonly sync?: SyncMetrics | undefined
}

/** Pulls and pushes, and those that failed on our side or deferred a change. */
export interface SyncMetrics {
  readonly requests: number
  readonly failures: number
}

/** A revision and the name of its function. */
interface WatchedRevision {
  readonly name: string
  readonly revision: string
}

/** @throws when the metrics cannot be read; the gate then has no data */
export type ReadMetrics = (watched: WatchedRevision, since_ms: number, until_ms: number) => Promise<RevisionMetrics>

export interface Observed {
  readonly name: string
  readonly rounds: number
  readonly failed_rounds: number
  readonly failed_rounds_in_row: number
  readonly last_failures: readonly SmokeCheck[]
  /** Requests that we made. */
  readonly own_requests: number
  /** `unreadable` says why there are none. */
  readonly metrics: RevisionMetrics | { readonly unreadable: string }
}

export type GateDecision =
  | { readonly kind: 'pass' }
  | { readonly kind: 'hold'; readonly reason: string }
  | { readonly kind: 'fail'; readonly reason: string }

/** One failed function fails the gate; otherwise one function without data holds it. */
export function decideGate(observed: readonly Observed[]): GateDecision {
  const decisions = observed.map(decideFunction)
  return (
    decisions.find(({ kind }) => kind === 'fail') ?? decisions.find(({ kind }) => kind === 'hold') ?? { kind: 'pass' }
  )
}

function decideFunction({ name, metrics, ...synthetic }: Observed): GateDecision {
  const fail = (reason: string): GateDecision => ({ kind: 'fail', reason: `${name}: ${reason}` })
  const hold = (reason: string): GateDecision => ({ kind: 'hold', reason: `${name}: ${reason}` })
  const { rounds, failed_rounds, failed_rounds_in_row, own_requests, last_failures } = synthetic
  const { failed_rounds_in_row_max, failed_rounds_ratio_max } = GATE_LIMITS
  // A single failed round among few would exceed the ratio by chance.
  const is_too_often = failed_rounds > 1 && failed_rounds / rounds > failed_rounds_ratio_max
  if (failed_rounds_in_row > failed_rounds_in_row_max || is_too_often) {
    return fail(`${failed_rounds} of ${rounds} smoke tests failed: ${describeFailures(last_failures)}`)
  }
  if (failed_rounds_in_row > 0) return hold(`the last smoke test failed: ${describeFailures(last_failures)}`)
  if (rounds === 0) return hold('no smoke test has finished yet')
  if ('unreadable' in metrics) return hold(`Cloud Monitoring cannot be read: ${metrics.unreadable}`)
  if (metrics.requests === 0) return hold('Cloud Monitoring shows no requests yet, not even our own')

  const reason = faultOfMetrics(metrics, own_requests)
  return reason === undefined ? { kind: 'pass' } : fail(reason)
}

/** What is wrong with the requests of users; `undefined` when nothing is, or when they are too few to say. */
function faultOfMetrics({ requests, server_errors, p95_ms, sync }: RevisionMetrics, own_requests: number) {
  // Metrics arrive late, so this undercounts users' requests rather than overcounting them.
  const areEnough = (count: number) => count - own_requests >= GATE_LIMITS.real_requests_min
  const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`
  if (areEnough(requests)) {
    const ratio = server_errors / requests
    if (ratio > GATE_LIMITS.server_error_ratio_max) return `${percent(ratio)} of requests were answered with 5xx`
    if (p95_ms !== undefined && p95_ms > GATE_LIMITS.p95_ms_max)
      return `p95 latency is ${Math.round(p95_ms)} ms, the limit is ${GATE_LIMITS.p95_ms_max} ms`
  }
  if (sync !== undefined && areEnough(sync.requests)) {
    const ratio = sync.failures / sync.requests
    if (ratio > GATE_LIMITS.sync_failure_ratio_max)
      return `${percent(ratio)} of pulls and pushes failed or deferred a change`
  }
  return undefined
}

export interface GateTools {
  readonly smoke: SmokeTest
  readonly metrics: ReadMetrics
  readonly clock: Clock
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  readonly renewLease: () => Promise<void>
}

/** @throws Error with the reason of the failure; the signal's reason when it is aborted */
export async function passGate(candidates: readonly Candidate[], gate_ms: number, tools: GateTools): Promise<void> {
  const { smoke, clock, say, signal, renewLease } = tools
  const since_ms = clock.nowMs()
  const started_ms = clock.monotonicMs()
  const watches = candidates.map((candidate) => new Watch(candidate))
  let held_for = ''
  for (;;) {
    signal.throwIfAborted()
    await renewLease()
    const checks = await smoke(candidates)
    for (const watch of watches) watch.note(checks)
    const observed = await Promise.all(watches.map((watch) => watch.observe(tools.metrics, since_ms, clock.nowMs())))
    const decision = decideGate(observed)
    const elapsed_ms = clock.monotonicMs() - started_ms
    if (decision.kind === 'fail') throw new Error(`The gate failed: ${decision.reason}`)
    if (elapsed_ms >= gate_ms) {
      if (decision.kind === 'pass') return say(`The gate passed after ${Math.round(elapsed_ms / MINUTE_MS)} minutes`)
      if (elapsed_ms >= HOLD_MS_MAX) throw new Error(`The gate was held for too long: ${decision.reason}`)
      if (decision.reason !== held_for) say(`The gate is held: ${decision.reason}`)
      held_for = decision.reason
    }
    await clock.sleep(ROUND_PAUSE_MS, signal)
  }
}

/** Counts the rounds of one candidate. */
class Watch {
  readonly #candidate: Candidate
  #rounds = 0
  #failed_rounds = 0
  #failed_rounds_in_row = 0
  #own_requests = 0
  #last_failures: readonly SmokeCheck[] = []

  constructor(candidate: Candidate) {
    this.#candidate = candidate
  }

  note(checks: readonly SmokeCheck[]): void {
    const own = checks.filter(({ name }) => name === this.#candidate.name)
    const failures = own.filter(({ fault }) => fault !== undefined)
    this.#rounds++
    this.#own_requests += own.reduce((sum, { requests }) => sum + requests, 0)
    if (failures.length === 0) {
      this.#failed_rounds_in_row = 0
      return
    }
    this.#failed_rounds++
    this.#failed_rounds_in_row++
    this.#last_failures = failures
  }

  async observe(read: ReadMetrics, since_ms: number, until_ms: number): Promise<Observed> {
    const metrics = await read(this.#candidate, since_ms, until_ms).catch((error: unknown) => ({
      unreadable: error instanceof Error ? error.message : String(error),
    }))
    return {
      name: this.#candidate.name,
      rounds: this.#rounds,
      failed_rounds: this.#failed_rounds,
      failed_rounds_in_row: this.#failed_rounds_in_row,
      last_failures: this.#last_failures,
      own_requests: this.#own_requests,
      metrics,
    }
  }
}
