import type { Clock } from '#shared/base/clock.ts'
import { describeFailures, type SmokeCheck, type SmokeTest } from './smoke.ts'
import type { Candidate } from './smoke-context.ts'

/**
 * A gate: for some minutes requests of our own go to the candidates, and what Cloud Monitoring saw of everybody's is
 * read beside them. Judging is pure.
 */
const GATE_LIMITS = {
  /** Two bad rounds of one function in a row fail the gate at once: one alone may be the network. */
  failed_rounds_in_row_max: 1,
  failed_rounds_ratio_max: 0.05,
  /** Below so many requests of others, what Cloud Monitoring shows proves nothing either way. */
  real_requests_min: 50,
  server_error_ratio_max: 0.05,
  p95_ms_max: 3_000,
} as const

/** Metrics may be late: a gate without data is held open, in total so long. Then it has failed. */
export const HOLD_MS_MAX = 30 * 60_000
const ROUND_PAUSE_MS = 15_000

/** What Cloud Monitoring has of one revision since the gate began, our own requests included. */
export interface RevisionMetrics {
  readonly requests: number
  readonly server_errors: number
  /** None without requests. */
  readonly p95_ms: number | undefined
}

/** @throws whatever keeps the metrics from being read: then there is no data */
export type ReadMetrics = (revision: string, since_ms: number, until_ms: number) => Promise<RevisionMetrics>

export interface Observed {
  readonly name: string
  readonly rounds: number
  readonly failed_rounds: number
  readonly failed_rounds_in_row: number
  readonly last_failures: readonly SmokeCheck[]
  /** Requests that we made. */
  readonly own_requests: number
  /** Or why there are none. */
  readonly metrics: RevisionMetrics | { readonly unreadable: string }
}

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'hold'; readonly reason: string }
  | { readonly kind: 'fail'; readonly reason: string }

/** The verdict over all functions: one that fails fails all, else one without data holds all. */
export function judge(observed: readonly Observed[]): Verdict {
  const verdicts = observed.map(judgeFunction)
  return (
    verdicts.find(({ kind }) => kind === 'fail') ?? verdicts.find(({ kind }) => kind === 'hold') ?? { kind: 'pass' }
  )
}

function judgeFunction({ name, metrics, ...synthetic }: Observed): Verdict {
  const fail = (reason: string): Verdict => ({ kind: 'fail', reason: `${name}: ${reason}` })
  const hold = (reason: string): Verdict => ({ kind: 'hold', reason: `${name}: ${reason}` })
  const { rounds, failed_rounds, failed_rounds_in_row, own_requests, last_failures } = synthetic
  const { failed_rounds_in_row_max, failed_rounds_ratio_max } = GATE_LIMITS
  // One of few is more than the ratio allows, and no more than chance.
  const is_too_often = failed_rounds > 1 && failed_rounds / rounds > failed_rounds_ratio_max
  if (failed_rounds_in_row > failed_rounds_in_row_max || is_too_often) {
    return fail(`${failed_rounds} of ${rounds} rounds of requests failed: ${describeFailures(last_failures)}`)
  }
  if (failed_rounds_in_row > 0) return hold(`the last round failed: ${describeFailures(last_failures)}`)
  if (rounds === 0) return hold('no round of requests has ended')
  if ('unreadable' in metrics) return hold(`Cloud Monitoring cannot be read: ${metrics.unreadable}`)
  if (metrics.requests === 0) return hold('Cloud Monitoring shows no request yet, not even ours')

  // Metrics come late, so this counts too few real requests rather than too many.
  const real_requests = metrics.requests - own_requests
  if (real_requests < GATE_LIMITS.real_requests_min) return { kind: 'pass' }
  const ratio = metrics.server_errors / metrics.requests
  if (ratio > GATE_LIMITS.server_error_ratio_max) return fail(`${(ratio * 100).toFixed(1)} % of requests got a 5xx`)
  if (metrics.p95_ms !== undefined && metrics.p95_ms > GATE_LIMITS.p95_ms_max) {
    return fail(`p95 is ${Math.round(metrics.p95_ms)} ms, allowed are ${GATE_LIMITS.p95_ms_max}`)
  }
  return { kind: 'pass' }
}

export interface GateTools {
  readonly smoke: SmokeTest
  readonly metrics: ReadMetrics
  readonly clock: Clock
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  readonly renewLease: () => Promise<void>
}

/** @throws Error that says what failed; the signal's reason when it is aborted */
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
    const verdict = judge(observed)
    const elapsed_ms = clock.monotonicMs() - started_ms
    if (verdict.kind === 'fail') throw new Error(`The gate failed: ${verdict.reason}`)
    if (elapsed_ms >= gate_ms) {
      if (verdict.kind === 'pass') return say(`The gate passed after ${Math.round(elapsed_ms / 60_000)} minutes`)
      if (elapsed_ms >= HOLD_MS_MAX) throw new Error(`The gate was held for too long: ${verdict.reason}`)
      if (verdict.reason !== held_for) say(`The gate is held: ${verdict.reason}`)
      held_for = verdict.reason
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
    const metrics = await read(this.#candidate.revision, since_ms, until_ms).catch((error: unknown) => ({
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
