import { isObject } from '../../base/is-object.ts'
import type { Api } from '../api/api.ts'
import type { ApiProblem } from '../api/problems.ts'
import type { SyncProblem, SyncServer } from './answers.ts'
import type { Identity } from './entries.ts'

/** The sync function behind the typed calls. */
export function syncServerOf(api: Pick<Api, 'sync'>): SyncServer {
  return {
    async pull(body, signal) {
      const result = await api.sync.pull({ body, signal, attempts_max: 1 })
      return result.ok ? { ok: true, body: result.body } : { ok: false, problem: problemOf(result.problem) }
    },
    async push(body, signal) {
      const result = await api.sync.push({ body, signal, attempts_max: 1 })
      return result.ok ? { ok: true, body: result.body } : { ok: false, problem: problemOf(result.problem) }
    },
  }
}

function problemOf({ kind, detail, members, retry_after_ms }: ApiProblem): SyncProblem {
  return { kind, detail, members, retry_after_ms }
}

/**
 * Whose a token is, as it says itself. Nobody trusts it here: the server does the checking. It keeps one user's changes from
 * being sent with another's sign-in.
 */
export function isTokenOf(token: string, { issuer, user_id }: Identity): boolean {
  const claims = claimsOf(token)
  return claims['sub'] === user_id && plainIssuer(claims['iss']) === plainIssuer(issuer)
}

/** What a token says of itself; nothing when it is none. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ''] = token.split('.')
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}

/** Google spells itself with and without its scheme. */
function plainIssuer(issuer: unknown): string {
  return String(issuer).replace(/^https:\/\//, '')
}
