import { isoTime, systemClock } from '#shared/base/clock.ts'
import { fc } from '#tests/support/seeds.ts'
import { OPERATIONS, type Operation, schemaFaults } from './contract.ts'
import { ACCOUNTS } from './records.ts'
import { jsonBytes, type SentRequest } from './harness.ts'
import { numberedPushes } from './pushed-changes.ts'
import { type KnownValues, namesPlace, valid, wrong } from './values.ts'

/** A request to one operation before it has an id and a token. */
export interface GeneratedRequest {
  readonly method: string
  /** Encoded parameters, without the `?`. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** In place of the id, as it goes onto the wire. */
  readonly id?: string
  /** `none`, whose token (`user`, `operator`), or the header itself; without it as the operation wants it. */
  readonly authorization?: string
}

/** What is wrong with a request, and how the answer has to say it. */
export interface BadRequest {
  readonly request: GeneratedRequest
  readonly status: readonly number[]
  readonly namesIt?: (errors: readonly { path: string }[]) => boolean
}

const JSON_HEADER = { 'content-type': 'application/json' }
const encoded = (pairs: readonly (readonly [string, unknown])[]) =>
  pairs
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)] as const))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')

const parametersIn = (operation: Operation, place: string) => operation.parameters.filter((one) => one.in === place)

function validQuery(operation: Operation, known: KnownValues): fc.Arbitrary<[string, unknown][]> {
  const parameters = parametersIn(operation, 'query')
  const values = parameters.map(({ name, schema }) => (known[name] ?? valid(schema)).map((value) => [name, value]))
  const all = fc.tuple(...values) as fc.Arbitrary<[string, unknown][]>
  return all
    .chain((pairs) => fc.shuffledSubarray(pairs))
    .map(withBomOfCsvOnly)
    .map(withFullByAgeOnly)
}

/** What no schema of one parameter tells: a byte order mark belongs to CSV. */
function withBomOfCsvOnly(pairs: [string, unknown][]): [string, unknown][] {
  const is_csv = pairs.some(([name, value]) => name === 'format' && value === 'csv')
  return pairs.map(([name, value]) => [name, name === 'bom' && !is_csv ? 'false' : value])
}

/** Neither does it tell that lists in another order than by age have summaries. */
function withFullByAgeOnly(pairs: [string, unknown][]): [string, unknown][] {
  const is_by_age = pairs.every(([name, value]) => name !== 'sort' || value === '-created_at')
  return pairs.map(([name, value]) => [name, name === 'view' && !is_by_age ? 'summary' : value])
}

const HEADER_VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'Idempotency-Key': fc.stringMatching(/^[!-~]{1,255}$/),
  'If-Match': fc.constantFrom(
    '*',
    '"1"',
    '"1"',
    '"2"',
    '"0", "1"',
    'W/"1"',
    '""',
    '"no-version"',
    '"9007199254740993"',
  ),
  'If-None-Match': fc.constantFrom('*', '"1"', 'W/"1"', '"0", "1"', '"no-version"'),
}
/** Of a read, which passes over what it does not understand. */
const IF_NONE_MATCH_OF_READS = fc.oneof(HEADER_VALUES['If-None-Match']!, fc.constantFrom('nonsense', ',,', '"'))

function validHeaders(operation: Operation): fc.Arbitrary<Record<string, string>> {
  const names = parametersIn(operation, 'header').map(({ name }) => name)
  for (const name of names) if (HEADER_VALUES[name] === undefined) throw new Error(`no values for ${name}`)
  const of = (name: string) =>
    name === 'If-None-Match' && operation.method === 'GET' ? IF_NONE_MATCH_OF_READS : HEADER_VALUES[name]!
  const values = names.map((name) => of(name).map((value) => [name, value] as const))
  return fc.tuple(...values).chain((pairs) => fc.subarray(pairs).map((kept) => Object.fromEntries(kept)))
}

/** Bodies that the schema accepts, where words of the contract say more than its schema also by those. */
function validBody(operation: Operation, known: KnownValues): fc.Arbitrary<Uint8Array | undefined> {
  const { id, body } = operation
  if (body === undefined) return fc.constantFrom(undefined, undefined, Buffer.from('{}'))
  const sane = valid(body, known) as fc.Arbitrary<Record<string, unknown>>
  const described = sane.chain((value) => {
    if (id === 'replacePlatformCredentials') return fc.constant({ credentials: ACCOUNTS[0]!['credentials'] })
    const { credentials: _, platform_type, ...rest } = value
    if (id === 'undo') return fc.constant({ ...value, at: isoTime(systemClock.nowMs()) })
    if (id === 'push') return numberedPushes(fc.constant(value), known)
    if (id === 'patchPlatform') return fc.constant({ ...rest, ...(platform_type !== undefined && { platform_type }) })
    if (id !== 'savePlatform') return fc.constant(value)
    return fc.constantFrom(...ACCOUNTS).map((account) => ({ ...rest, ...account }))
  })
  return described.map((value) => {
    const faults = schemaFaults(body, value)
    if (faults.length > 0) throw new Error(`a body that is not valid: ${faults.join('; ')} ${JSON.stringify(value)}`)
    return jsonBytes(value)
  })
}

const JSON_SPELLINGS = ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']

/** What the contract accepts, up to its edges. */
export function validRequest(operation: Operation, known: KnownValues): fc.Arbitrary<GeneratedRequest> {
  const parts = {
    query: validQuery(operation, known).map(encoded),
    headers: validHeaders(operation),
    body: validBody(operation, known),
    type: fc.constantFrom(...JSON_SPELLINGS, ...operation.media_types),
  }
  return fc.record(parts).map(({ query, headers, body, type }) => ({
    method: operation.method,
    query,
    headers: { ...headers, ...(body !== undefined && { 'content-type': type }) },
    body,
  }))
}

/** Spoils a request that is good otherwise. */
type Twist = (request: GeneratedRequest) => BadRequest

/** What the contract refuses, each for one reason. */
export function badRequest(operation: Operation, known: KnownValues): fc.Arbitrary<BadRequest> {
  const twist = fc.oneof(
    ...badBodies(operation, known),
    ...badQueries(operation),
    ...badHeaders(operation),
    ...badCallers(operation),
    badMethods(operation),
    ...badIds(operation),
  )
  return fc.tuple(validRequest(operation, known), twist).map(([request, spoil]) => spoil(request))
}

/** Of a parameter that may come several times, the field says which. */
const naming = (name: string) => (errors: readonly { path: string }[]) =>
  errors.some(({ path }) => path === name || path.startsWith(`${name}[`))

const NOT_JSON = ['{', '{"name":"x",}', "{'name':'x'}", 'NaN', '{"a":01}', '{"a":+1}', '{"a":1}{}', '\0', '{"a":"\n"}']
const NOT_UTF8 = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])
const OTHER_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=iso-8859-1',
  'application/json; charset=utf-16',
  'application/jsonp',
  'application/problem+json',
  '',
]
const NAMED_TEXTS: readonly [string, string][] = [
  ['__proto__', '{"__proto__":{"admin":true}}'],
  ['__proto__', '{"\\u005f_proto__":1}'],
  ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ['zzz', '{"zzz":"\\ud800"}'],
  ['zzz', '{"zzz":1,"zzz":2}'],
  ['zzz', '{"zzz":1e400}'],
  ['zzz', '{"zzz":-0}'],
]

/** With this text as its JSON. Conditions are left out: a stale version would be answered first. */
function withText(text: string | Uint8Array, more: Readonly<Record<string, string>> = {}) {
  return (request: GeneratedRequest): GeneratedRequest => {
    const { 'If-Match': _, 'If-None-Match': __, ...headers } = request.headers
    return { ...request, headers: { ...headers, ...JSON_HEADER, ...more }, body: Buffer.from(text) }
  }
}

const refusedWith =
  (status: number, spoil: (request: GeneratedRequest) => GeneratedRequest, namesIt?: BadRequest['namesIt']): Twist =>
  (request) => ({ request: spoil(request), status: [status], ...(namesIt && { namesIt }) })

const TOO_MUCH = new Uint8Array(1024 * 1024 + 1).fill(0x20)
const DEEP = [`{"a":${'['.repeat(65)}${']'.repeat(65)}}`, '['.repeat(200_000)]

function badBodies(operation: Operation, known: KnownValues): fc.Arbitrary<Twist>[] {
  const { body: schema } = operation
  const refused = (text: string | Uint8Array) => refusedWith(400, withText(text))
  const found: fc.Arbitrary<Twist>[] = [
    fc.constantFrom<string | Buffer>(...NOT_JSON, NOT_UTF8, ...DEEP).map(refused),
    fc.constantFrom('[]', '"x"', '7', 'null', '[{}]').map(refused),
    fc.constantFrom(...NAMED_TEXTS).map(([name, text]) => refusedWith(400, withText(text), naming(name))),
    fc.constantFrom(...OTHER_TYPES).map((type) => refusedWith(415, withText('{"name":"x"}', { 'content-type': type }))),
    fc.constantFrom('gzip', 'br', 'deflate, gzip', 'x').map((encoding) => {
      return refusedWith(415, withText('{"name":"x"}', { 'content-encoding': encoding }))
    }),
    fc.constant(refusedWith(413, withText(TOO_MUCH))),
  ]
  if (schema === undefined) return found
  const properties = Object.entries(schema['properties'] as Record<string, object>)
  const numbers = properties.flatMap(([name, one]) => (/"(integer|number)"/.test(JSON.stringify(one)) ? name : []))
  if (numbers.length > 0) {
    const texts = fc.constantFrom('1e400', '-1e400', '9007199254740993', '1e-400x')
    found.push(fc.tuple(fc.constantFrom(...numbers), texts).map(([name, text]) => refused(`{"${name}":${text}}`)))
  }
  // Beside what is wrong everything is good, also where the contract says more in words than in its schema.
  const account = Object.entries(ACCOUNTS[0]!).map(([name, value]) => [name, fc.constant(value)] as const)
  const described: Readonly<Record<string, KnownValues>> = {
    savePlatform: Object.fromEntries(account),
    undo: { at: fc.constant(isoTime(systemClock.nowMs())) },
    push: { acked: fc.constant(0), mutations: fc.constant([{ seq: 1, mutation_id: 'a' }]) },
  }
  const around = { ...known, ...described[operation.id] }
  const spoiled = wrong(schema, around)?.map(({ path, value }) => {
    return refusedWith(400, withText(JSON.stringify(value)), (errors) => namesPlace(errors, path, 'body'))
  })
  if (spoiled !== undefined) found.push(spoiled, spoiled, spoiled, spoiled)
  return found
}

const withQuery = (pair: string) => (request: GeneratedRequest) => ({
  ...request,
  query: [request.query, pair].filter(Boolean).join('&'),
})

const without = (name: string) => (request: GeneratedRequest) => {
  const others = request.query.split('&').filter((one) => one !== '' && !one.startsWith(`${name}=`))
  return { ...request, query: others.join('&') }
}

/** The parameter only as it is here. */
const withOnly = (name: string, pair: string) => (request: GeneratedRequest) => withQuery(pair)(without(name)(request))

const QUERY_TEXTS = [
  '',
  '-1',
  '0',
  '1e3',
  '1.5',
  '٣',
  'x'.repeat(501),
  'null',
  'all,draft',
  '2026-02-30',
  '201',
  '99999',
]

function badQueries(operation: Operation): fc.Arbitrary<Twist>[] {
  const found: fc.Arbitrary<Twist>[] = [
    fc.constantFrom('nmae', '__proto__', 'constructor', 'limit[]', 'Limit', 'User_id').map((name) => {
      return refusedWith(400, withQuery(encoded([[name, 1]])), naming(name))
    }),
    fc
      .constantFrom('q=%', 'q=%zz', '%ff=1', 'q=%c0%af', 'q=%ed%a0%80')
      .map((pair) => refusedWith(400, withQuery(pair))),
  ]
  for (const { name, schema } of parametersIn(operation, 'query')) {
    // A parameter that is a number is one as text.
    const is_list = schema['type'] === 'array'
    const asRead = (text: string) => {
      if (is_list) return [text]
      return schema['type'] === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text
    }
    const wrongs = QUERY_TEXTS.filter((text) => schemaFaults(schema, asRead(text)).length > 0).map(encodeURIComponent)
    const cursors = operation.access === 'operator' ? CURSORS_OF_RUNS : CURSORS
    const pairs = [...wrongs, ...(name === 'cursor' ? cursors : [])].map((text) => `${name}=${text}`)
    const twice = is_list ? [] : [`${name}=1&${name}=1`]
    const pair = fc.constantFrom(...twice, ...pairs)
    found.push(pair.map((text) => refusedWith(400, withOnly(name, text), naming(name))))
  }
  return found
}

/** Of maintenance: its cursors are text of any kind, encoded; an empty one begins with the first user. */
const CURSORS_OF_RUNS = ['x', '%00', '%F0%9F%8E%89']

const CURSORS = [
  '',
  'x',
  'bnVsbA',
  '%00',
  '%F0%9F%8E%89',
  Buffer.from('[]').toString('base64url'),
  Buffer.from('["1","x"]').toString('base64url'),
  Buffer.from('[1e400,"x"]').toString('base64url'),
  Buffer.from('{"__proto__":[1,"x"]}').toString('base64url'),
]

const BAD_HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Idempotency-Key': ['', 'a b', 'x'.repeat(256), 'é', 'a\tb'],
  'If-Match': ['1', '"1', '"1" "2"', 'x', '', 'W/1', '"1" '.repeat(500), ',', '*, "1"'],
}

function badHeaders(operation: Operation): fc.Arbitrary<Twist>[] {
  return parametersIn(operation, 'header').flatMap(({ name }) => {
    const values = BAD_HEADERS[name]
    if (values === undefined) return []
    return fc.constantFrom(...values).map((value) => {
      const spoil = (request: GeneratedRequest) => ({ ...request, headers: { ...request.headers, [name]: value } })
      return refusedWith(400, spoil, naming(name))
    })
  })
}

const BAD_TOKENS = [
  'none',
  'Bearer',
  'Bearer x',
  'Basic eDp5',
  'Bearer a.b.c',
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
]

function badCallers(operation: Operation): fc.Arbitrary<Twist>[] {
  if (operation.access === 'public') return []
  const asking = (authorization: string) => (request: GeneratedRequest) => ({ ...request, authorization })
  const bad = operation.access === 'optional' ? BAD_TOKENS.filter((text) => text !== 'none') : BAD_TOKENS
  const found = [fc.constantFrom(...bad).map((text) => refusedWith(401, asking(text)))]
  if (operation.access === 'operator') return [...found, fc.constant(refusedWith(403, asking('user')))]
  // What decides instead of a user is needed from a guest.
  const asNobody = (request: GeneratedRequest) => ({ ...without('client_id')(request), authorization: 'none' })
  if (operation.access === 'optional') found.push(fc.constant(refusedWith(400, asNobody, naming('client_id'))))
  found.push(
    fc.constant(refusedWith(401, asking('operator'))),
    fc.constantFrom('other', '', 'ATTACKER', 'me').map((user) => {
      return refusedWith(403, withQuery(encoded([['user_id', user]])))
    }),
  )
  if (operation.body === undefined) return found
  const members = fc.constantFrom<unknown>('other', '', null, 7, ['attacker'], { $ne: null })
  return [...found, members.map((user_id) => refusedWith(403, withText(JSON.stringify({ user_id }))))]
}

/** Every method that the path does not have, and some that nothing has. */
function badMethods(operation: Operation): fc.Arbitrary<Twist> {
  const own = OPERATIONS.filter(({ path }) => path === operation.path).map(({ method }) => method)
  const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE']
  const others = all.filter((method) => !own.includes(method))
  return fc.constantFrom(...others).map((method) => refusedWith(405, (request) => ({ ...request, method })))
}

const HOSTILE_IDS = [
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fconfig',
  '..%5c..',
  '%00',
  'aud_01h455vb4pex5vsknk084sn02q%00',
  'aud_01h455vb4pex5vsknk084sn02q%0d%0aX-Evil:%201',
  'aud_01h455vb4pex5vsknk084sn02q%2frestore',
  'AUD_01H455VB4PEX5VSKNK084SN02Q',
  'aud_01h455vb4pex5vsknk084sn02',
  'aud_01h455vb4pex5vsknk084sn02q0',
  'aud_7zzzzzzzzzzzzzzzzzzzzzzzzz',
  'aud-',
  'aud_',
  '-1',
  '0',
  '%20',
  '%F0%9F%8E%89',
  '__proto__',
  'constructor',
  'user_id=other',
  'x'.repeat(8000),
  '%2525252e',
  '*',
  '%7b%7d',
  '~',
]
const UNDECODABLE_IDS = ['%', '%zz', '%ff', '%c0%ae%c0%ae', '%ed%a0%80', 'aud_%']

function badIds({ path }: Operation): fc.Arbitrary<Twist>[] {
  if (!path.includes('{')) return []
  const nobody = path.includes('{user_id}') ? 403 : 404
  const as = (id: string) => (request: GeneratedRequest) => ({ ...request, id })
  return [
    fc.constantFrom(...HOSTILE_IDS).map((id) => refusedWith(nobody, as(id))),
    fc.constantFrom(...UNDECODABLE_IDS).map((id) => refusedWith(400, as(id))),
  ]
}

/** A request as it is sent. */
export function sentOf(
  { path }: Operation,
  request: GeneratedRequest,
  id: string,
  authorization: string | undefined,
): SentRequest {
  const { method, query, headers, body } = request
  // Every record has been at version 1.
  const of_version = path.replace('{version}', '1')
  const filled = of_version.replace(/\{\w+\}/, () => request.id ?? encodeURIComponent(id))
  return {
    method,
    target: query === '' ? filled : `${filled}?${query}`,
    headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    body,
  }
}
