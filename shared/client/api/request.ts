import { isObject } from '../../base/is-object.ts'
import type { RouteLine } from './route-lines.ts'
import type { CallOptions } from './types.ts'

/** The input of any call, as its types allow it. */
export interface UntypedInput extends CallOptions {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly if_match?: string | number
  readonly if_none_match?: string | number
  readonly idempotency_key?: string
}

export interface ApiRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string | undefined
  /** Sent twice it changes nothing that once would not. */
  readonly is_repeatable: boolean
}

/** @param client_id of the device; a body that names one itself (sync) is sent as that one's */
export function requestOf(
  line: RouteLine,
  input: UntypedInput,
  { origin, client_id }: { readonly origin: string; readonly client_id: string | undefined },
): ApiRequest {
  const { body, if_match, if_none_match, idempotency_key } = input
  const own_client_id = isObject(body) && typeof body['client_id'] === 'string' ? body['client_id'] : client_id
  const headers: Record<string, string | undefined> = {
    'Client-Id': own_client_id,
    'Content-Type': body === undefined ? undefined : 'application/json',
    'Idempotency-Key': idempotency_key,
    'If-Match': entityTag(if_match),
    'If-None-Match': entityTag(if_none_match),
  }
  return {
    url: `${origin.replace(/\/+$/, '')}${pathOf(line.path, input.params)}${searchOf(input.query)}`,
    method: line.method,
    headers: Object.fromEntries(Object.entries(headers).filter((header): header is [string, string] => !!header[1])),
    body: body === undefined ? undefined : JSON.stringify(body),
    is_repeatable: isRepeatable(line, input),
  }
}

/**
 * A GET; what the service recognises by a key, or by the id that the client chose; what its route says. A condition on the
 * version no longer holds after the first one that arrived, unless a key says that it was the same.
 */
function isRepeatable({ method, own_id, is_repeatable }: RouteLine, input: UntypedInput): boolean {
  if (method === 'GET' || is_repeatable || input.idempotency_key !== undefined) return true
  const { body, if_match, if_none_match } = input
  if (if_match !== undefined || if_none_match !== undefined) return false
  return own_id !== undefined && isObject(body) && typeof body[own_id] === 'string'
}

function pathOf(path: string, params: UntypedInput['params'] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
}

/** A list is a parameter that comes several times. */
function searchOf(query: UntypedInput['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]) as readonly (string | number | undefined)[]
    return values.filter((one) => one !== undefined).map((one): [string, string] => [name, String(one)])
  })
  const search = new URLSearchParams(given).toString()
  return search === '' ? '' : `?${search}`
}

/** A number is a record's version. */
function entityTag(condition: string | number | undefined): string | undefined {
  return typeof condition === 'number' ? `"${condition}"` : condition
}
