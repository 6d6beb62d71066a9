import { textAtMost } from '#shared/base/bounded-read.ts'
import type { Clock } from '#shared/base/clock.ts'
import { withTimeLimit } from '#shared/base/timeout.ts'

/**
 * Google's REST APIs, for what the CLI has no command for, or only one that needs more rights than the delivery account
 * has. The token is an access token of the CLI.
 */
export interface GoogleApi {
  /** For messages, such as `Cloud Monitoring`. */
  readonly name: string
  readonly token: () => Promise<string>
  readonly clock: Clock
  /** The project whose quota the calls use: what a person's own credentials do not say by themselves. */
  readonly quota_project?: string
}

const CALL_DURATION_MS_MAX = 30_000
/** Far more than any answer that we ask for. */
const ANSWER_BYTES_MAX = 1024 * 1024

/** An answer that is not 2xx. */
export class GoogleApiError extends Error {
  override readonly name = 'GoogleApiError'
  readonly status: number

  constructor(api: string, status: number, text: string) {
    super(`${api} answered ${status}: ${text}`)
    this.status = status
  }
}

/**
 * The JSON that an API answers; with a body the call is a POST.
 * @throws GoogleApiError, or Error when there is no answer in time
 */
export async function callGoogleApi(
  { name, token, clock, quota_project }: GoogleApi,
  url: URL,
  body?: unknown,
): Promise<unknown> {
  const headers = new Headers({ Authorization: `Bearer ${await token()}` })
  if (quota_project !== undefined) headers.set('X-Goog-User-Project', quota_project)
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  const sent: RequestInit = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const late = () => new Error(`${name} did not answer within ${CALL_DURATION_MS_MAX / 1000} s`)
  const call = async (signal: AbortSignal): Promise<unknown> => {
    const response = await fetch(url, { ...sent, headers, signal, redirect: 'error' })
    const { text, is_cut } = await textAtMost(response, ANSWER_BYTES_MAX)
    if (!response.ok) throw new GoogleApiError(name, response.status, text)
    if (is_cut) throw new Error(`${name} answered more than ${ANSWER_BYTES_MAX} bytes`)
    return JSON.parse(text) as unknown
  }
  return withTimeLimit(clock, CALL_DURATION_MS_MAX, call, late)
}
