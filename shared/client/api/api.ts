import { type Backoff, fullJitterMs } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { attempt, type Fetch, type UntypedResult } from './attempt.ts'
import { LimitReached, type Limits, withinLimits } from './limits.ts'
import { type ApiProblem, noAnswer } from './problems.ts'
import { type ApiRequest, requestOf, type UntypedInput } from './request.ts'
import { ROUTE_LINES, type RouteLine, type UserFunction } from './route-lines.ts'
import { ServerTime } from './server-time.ts'
import type { ApiCalls } from './types.ts'

export interface ApiOptions {
  /** Of all functions, or of each its own: `https://api.example.com`; empty for the origin of the page itself. */
  readonly origins: string | Readonly<Record<UserFunction, string>>
  /**
   * The user's token, or `undefined` for a guest. It is asked for each attempt, so it should keep its token until that
   * expires; `is_renewal` when the service has just refused the one before. One that rejects is a sign-in that has ended.
   */
  readonly token?: (asked: {
    readonly is_renewal: boolean
    readonly signal: AbortSignal | undefined
  }) => Promise<string | undefined>
  /** Names this device in every request. */
  readonly clientId?: () => string | undefined
  /** Called with the outcome of each attempt; of a problem that the service told, too, it says `answered`. */
  readonly onExchange?: (outcome: 'answered' | 'offline' | 'timeout' | 'not-an-answer') => void
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
}

export interface Api extends ApiCalls {
  readonly time: ServerTime
}

/** Longer than the service gives itself for a push. */
const TIMEOUT_MS = 30_000
const ATTEMPTS_MAX = 4
const BACKOFF: Backoff = { base_ms: 500, cap_ms: 8_000 }
/** A longer wait that the service asks for is the caller's decision. */
const RETRY_AFTER_MS_MAX = 20_000

/** A call for each route of a user. Each has a result for everything that can happen; none rejects. */
export function createApi(options: ApiOptions): Api {
  const caller = new ApiCaller(options)
  const by_function = Object.entries(ROUTE_LINES).map(([name, lines]) => {
    const callOf = (line: RouteLine) => (input?: UntypedInput) => caller.call(name as UserFunction, line, input ?? {})
    const of_function = Object.entries<RouteLine>(lines).map(([route, line]) => [route, callOf(line)] as const)
    return [name, Object.fromEntries(of_function)] as const
  })
  // By the table's own type each route has its line.
  const calls: object = Object.fromEntries(by_function)
  return { ...(calls as ApiCalls), time: caller.time }
}

class ApiCaller {
  readonly time: ServerTime
  readonly #options: ApiOptions

  constructor(options: ApiOptions) {
    this.#options = options
    this.time = new ServerTime(options.clock)
  }

  async call(name: UserFunction, line: RouteLine, input: UntypedInput): Promise<UntypedResult> {
    const { origins, clientId, clock, random } = this.#options
    const { signal, timeout_ms = TIMEOUT_MS, attempts_max = ATTEMPTS_MAX } = input
    if (signal?.aborted) return failure({ ...noAnswer('aborted'), is_outcome_unknown: false })
    const origin = typeof origins === 'string' ? origins : origins[name]
    const request = requestOf(line, input, { origin, client_id: clientId?.() })
    let is_unknown = false
    // Of a change: an attempt before the last one may have made it.
    const failed = (problem: ApiProblem): UntypedResult =>
      failure({ ...problem, is_outcome_unknown: is_unknown && line.method !== 'GET' })
    for (let count = 1; ; count++) {
      const result = await this.#attemptWithToken(line, request, { clock, timeout_ms, signal })
      if (result.ok) return result
      is_unknown ||= result.problem.is_outcome_unknown
      const wait_ms = request.is_repeatable && count < attempts_max ? waitMs(result.problem) : undefined
      if (wait_ms === undefined) return failed(result.problem)
      await clock.sleep(wait_ms + fullJitterMs(count, BACKOFF, random), signal)
      if (signal?.aborted) return failed(noAnswer('aborted'))
    }
  }

  /** A token that was refused changed nothing, so a renewed one may be tried whatever the request asks for. */
  async #attemptWithToken(line: RouteLine, request: ApiRequest, limits: Limits): Promise<UntypedResult> {
    const token = await this.#token(false, limits)
    if (typeof token === 'object') return failure(token)
    const result = await this.#attempt(line, request, token, limits)
    if (result.ok || result.problem.kind !== 'unauthenticated' || token === undefined) return result
    const renewed = await this.#token(true, limits)
    if (typeof renewed === 'object' || renewed === undefined || renewed === token) return result
    return await this.#attempt(line, request, renewed, limits)
  }

  async #attempt(
    line: RouteLine,
    request: ApiRequest,
    token: string | undefined,
    limits: Limits,
  ): Promise<UntypedResult> {
    const { fetch, onExchange } = this.#options
    const result = await attempt(line, request, token, { ...limits, fetch, time: this.time })
    const kind = result.ok ? 'answered' : result.problem.kind
    if (kind === 'offline' || kind === 'timeout' || kind === 'not-an-answer') onExchange?.(kind)
    else if (kind !== 'aborted') onExchange?.('answered')
    return result
  }

  /** @returns the problem when there is none */
  async #token(is_renewal: boolean, limits: Limits): Promise<string | undefined | ApiProblem> {
    const { token } = this.#options
    if (token === undefined) return undefined
    try {
      return await withinLimits(limits, (signal) => token({ is_renewal, signal }))
    } catch (error) {
      if (error instanceof LimitReached) return { ...noAnswer(error.kind), is_outcome_unknown: false }
      return { ...noAnswer('offline'), ...SIGNED_OUT }
    }
  }
}

const SIGNED_OUT = {
  kind: 'unauthenticated',
  detail: 'The sign-in has ended. Sign in again.',
  is_outcome_unknown: false,
} as const

/** How long to wait at least before the next attempt; `undefined` when none would help. */
function waitMs({ kind, status, retry_after_ms = 0 }: ApiProblem): number | undefined {
  const is_transient =
    kind === 'offline' || kind === 'timeout' || status === 429 || [502, 503, 504].includes(status ?? 0)
  return is_transient && retry_after_ms <= RETRY_AFTER_MS_MAX ? retry_after_ms : undefined
}

function failure(problem: ApiProblem): UntypedResult {
  return { ok: false, problem }
}
