import * as z from 'zod/mini'

import type { TestContext } from './ad-platform.ts'
import { type PlatformAnswer, generalCode, readAnswer } from './http-call.ts'
import type { TestOutcome } from './test-outcome.ts'

export interface RefreshGrant {
  base: string
  path: readonly string[]
  client_id: string
  client_secret: string
  refresh_token: string
}

const tokenAnswer = z.object({ access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)) })
const tokenFailure = z.object({ error: z.string() })

/**
 * An access token for a refresh token; it is used once and kept nowhere.
 * Source: RFC 6749, sections 6 (refreshing) and 5.2 (errors), as Google and Login with Amazon follow it.
 */
export async function refreshAccess(
  { call }: TestContext,
  { base, path, client_id, client_secret, refresh_token }: RefreshGrant,
): Promise<{ access_token: string } | TestOutcome> {
  const form = { grant_type: 'refresh_token', refresh_token, client_id, client_secret }
  const answer = await call({ method: 'POST', base, path, form })
  if (answer.kind === 'failure') return { code: answer.code }
  if (answer.status !== 200) return refusal(answer)
  return readAnswer(answer, tokenAnswer) ?? { code: 'unexpected_answer' }
}

const REFUSED = ['invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_scope']

function refusal(answer: PlatformAnswer): TestOutcome {
  const error = readAnswer(answer, tokenFailure)?.error
  if (answer.status < 500 && error !== undefined && REFUSED.includes(error)) return { code: 'bad_token' }
  return { code: generalCode(answer) }
}
