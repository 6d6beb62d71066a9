import type { AdPlatformType } from '#shared/ad-platforms/ad-platforms.ts'
import type { Exchange } from './exchange.ts'

/** What a platform was asked, without the secrets: each is replaced by `(secret)`. */
export interface RecordedRequest {
  platform: AdPlatformType
  method: string
  /** Below the platform's prefix, as it was sent. */
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  /** Parsed: a form or JSON; `undefined` without one. */
  body: unknown
}

const HIDDEN = '(secret)'
const SECRET_HEADERS = new Set(['ttd-auth', 'access-token', 'developer-token'])
const SECRET_FIELDS = new Set(['refresh_token', 'client_secret', 'access_token', 'appsecret_proof'])

export function recorded(platform: AdPlatformType, exchange: Exchange): RecordedRequest {
  const { method, path, query, headers, body } = exchange
  const shown = Object.entries(headers).map(([name, value]) => [name, shownHeader(name, String(value))])
  return {
    platform,
    method,
    path,
    query: withoutSecrets(query),
    headers: Object.fromEntries(shown) as Record<string, string>,
    body: shownBody(headers['content-type'], body),
  }
}

function shownHeader(name: string, value: string): string {
  if (SECRET_HEADERS.has(name)) return HIDDEN
  if (name !== 'authorization') return value
  return value.replace(/^Bearer .*$/, `Bearer ${HIDDEN}`).replace(/Signature=.*$/, `Signature=${HIDDEN}`)
}

function withoutSecrets(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET_FIELDS.has(name) ? HIDDEN : value]),
  )
}

function shownBody(type: string | undefined, body: string): unknown {
  if (body === '') return undefined
  if (type?.startsWith('application/json')) return JSON.parse(body) as unknown
  return withoutSecrets(Object.fromEntries(new URLSearchParams(body)))
}
