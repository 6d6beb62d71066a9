import { type Api, type ApiOptions, createApi } from '#shared/client/api/api.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

export interface SentRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly at_ms: number
}

type Answering = (request: SentRequest, signal: AbortSignal) => Response | Promise<Response>

export interface ApiUnderTest {
  readonly api: Api
  readonly clock: VirtualClock
  readonly sent: SentRequest[]
  /** Lets time pass until the call has its result. */
  run<T>(call: (api: Api) => Promise<T>): Promise<T>
}

/** An API whose requests `answers` answer in turn; the last one answers all that follow. */
export function apiAnsweredBy(answers: readonly Answering[], options: Partial<ApiOptions> = {}): ApiUnderTest {
  const clock = new VirtualClock()
  const sent: SentRequest[] = []
  const api = createApi({
    origins: 'https://api.test',
    fetch: async (url, { method = '', headers, body, signal }) => {
      const text = typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined
      const request = {
        url,
        method,
        headers: headers as Record<string, string>,
        body: text,
        at_ms: clock.monotonicMs(),
      }
      sent.push(request)
      const answering = answers[Math.min(sent.length, answers.length) - 1]
      if (answering === undefined || !signal) throw new Error('nobody answers')
      return await answering(request, signal)
    },
    clock,
    random: seededRandom(1),
    ...options,
  })
  return { api, clock, sent, run: (call) => clock.run(() => call(api)) }
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}

/** An answer of the service to a request that failed. */
export function problem(
  kind: string,
  status: number,
  members: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const document = {
    type: `/problems/${kind}`,
    title: kind,
    status,
    detail: `It is ${kind}.`,
    success: false,
    ...members,
  }
  return json(document, status, { 'Content-Type': 'application/problem+json', ...headers })
}

/** What an empty listing of platforms answers. */
export const NO_PLATFORMS = { success: true, platforms: [], count: 0, next_cursor: null }

/** Nobody can be reached, as fetch says it. */
export const unreachable = (): never => {
  throw new TypeError('fetch failed')
}

/** A request that is never answered. */
export const silence = (): Promise<Response> => new Promise(() => undefined)
