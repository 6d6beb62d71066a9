import { schemaFaults, type Operation } from './contract.ts'
import type { Received } from './harness.ts'

/** Headers that the contract names and that an answer need not have. */
const OPTIONAL_HEADERS = ['Idempotency-Replayed']

/** Everything that is wrong with an answer by the contract, whatever was asked; empty when nothing is. */
export function answerFaults(operation: Operation, answer: Received): string[] {
  const { status, headers } = answer
  const documented = operation.responses[status]
  if (documented === undefined) return [`${status} is not an answer of ${operation.id}`]
  const faults: string[] = []
  const require = (holds: boolean, fault: string) => void (holds || faults.push(fault))
  const has = (name: string) => headers[name.toLowerCase()] !== undefined

  require(status !== 500, 'answered 500')
  for (const name of Object.keys(documented.headers ?? {})) {
    require(has(name) || OPTIONAL_HEADERS.includes(name), `${name} is missing`)
  }
  require(headers['x-content-type-options'] === 'nosniff', 'may be sniffed')
  require(headers['vary']?.startsWith('Authorization, Origin') === true, `Vary: ${headers['vary']}`)
  require(headers['cache-control'] === cacheControlOf(operation, status), `Cache-Control: ${headers['cache-control']}`)
  if (status === 401)
    require(headers['www-authenticate']?.startsWith('Bearer ') === true, 'WWW-Authenticate is missing')
  if (status === 405) require(headers.allow?.includes(operation.method) === true, `Allow: ${headers.allow}`)
  if (status === 429 || status === 503) require(Number(headers['retry-after']) >= 1, 'Retry-After is missing')
  if (has('idempotency-replayed')) require(headers['idempotency-replayed'] === 'true', 'Idempotency-Replayed is odd')

  return [...faults, ...contentFaults(documented.content ?? {}, answer), ...memberFaults(answer)]
}

/** Nothing of platforms is kept anywhere, nor is a file that was downloaded, nor whether something is well. */
function cacheControlOf({ path }: Operation, status: number): string {
  const is_kept_nowhere = path.startsWith('/api/platforms') || (status < 400 && /\/(export|health)$/.test(path))
  return is_kept_nowhere ? 'no-store' : 'private, no-cache'
}

function contentFaults(content: Readonly<Record<string, { schema?: object }>>, answer: Received): string[] {
  const types = Object.keys(content)
  const [type = ''] = (answer.headers['content-type'] ?? '').split(';')
  if (types.length === 0) return answer.bytes.length === 0 ? [] : ['has a body that is not documented']
  if (!types.includes(type)) return [`Content-Type: ${answer.headers['content-type']}`]
  const { schema } = content[type]!
  if (schema === undefined || !/[/+]json$/.test(type)) return []
  return answer.json === undefined ? ['has no JSON'] : schemaFaults(schema as never, answer.json)
}

/** Where header and body speak of the same, they say the same. */
function memberFaults({ status, headers, json }: Received): string[] {
  if (json === undefined) return []
  const faults: string[] = []
  if (status >= 400) {
    if (json['status'] !== status) faults.push(`the body says ${String(json['status'])}`)
    if (json['instance'] !== `urn:request:${String(headers['x-request-id'])}`)
      faults.push('instance is not X-Request-Id')
    if (json['detail'] !== json['error']) faults.push('error is not detail')
    return faults
  }
  const record = json['audience'] ?? json['platform'] ?? json['distribution']
  const { version } = (record ?? {}) as { version?: number }
  if (version !== undefined && headers.etag !== `"${version}"`)
    faults.push(`ETag: ${headers.etag} of version ${version}`)
  return faults
}
