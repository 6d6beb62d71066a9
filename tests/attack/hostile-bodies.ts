import type { Random } from '#shared/base/random.ts'
import { between, oneOf } from '#tests/simulation/seeded-random.ts'

/**
 * Bodies that cost their judge as much as their size allows: each has thousands of faults, or much of whatever work could
 * multiply with another part of the body.
 */
export interface HostileBody {
  readonly shape: string
  readonly body: string
}

type Shape = (random: Random, bytes_max: number) => string

/** As many copies of `piece` as fit, between `before` and `after`. */
function filled(bytes_max: number, before: string, piece: string | ((at: number) => string), after: string): string {
  const pieceAt = typeof piece === 'string' ? () => piece : piece
  const longest = Buffer.byteLength(pieceAt(9_999_999)) + 1
  const room = bytes_max - Buffer.byteLength(before) - Buffer.byteLength(after)
  const pieces = Array.from({ length: Math.max(1, Math.floor(room / longest)) }, (_, at) => pieceAt(at))
  return `${before}${pieces.join(',')}${after}`
}

/** An object in an object, and so on, with the value inside. */
function within(levels: number, name: string, value: string): string {
  return `{"${name}":`.repeat(levels) + value + '}'.repeat(levels)
}

/** Values that are wrong wherever they stand. */
const WRONG = [
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '1e999',
  '-1e999',
  '23842587529640369',
  '{"__proto__":1}',
  '{"\\udc00":1}',
]

const LEVELS_MAX = 64

const SHAPES: Readonly<Record<string, Shape>> = {
  'many faults below long names': (random, bytes_max) => {
    const levels = between(random, 40, LEVELS_MAX - 3)
    const name = 'n'.repeat(between(random, 90, 110))
    const room = bytes_max - within(levels, name, '').length
    return within(levels, name, filled(room, '[', oneOf(random, WRONG), ']'))
  },
  'many faults below few names': (random, bytes_max) => filled(bytes_max, '{"metadata":[', oneOf(random, WRONG), ']}'),
  'faults of all kinds': (random, bytes_max) => {
    const wrong = WRONG.map((value) => `"${'x'.repeat(between(random, 1, 30))}":${value}`)
    return filled(bytes_max, '{"metadata":{"a":[', `{${[...new Set(wrong)].join(',')}}`, ']}}')
  },
  'unknown fields': (_, bytes_max) => filled(bytes_max, '{"name":"x",', (at) => `"f${at}":0`, '}'),
  'unknown fields that are numbers': (_, bytes_max) => filled(bytes_max, '{', (at) => `"${at * 7919}":0`, '}'),
  'unknown fields of elements': (random, bytes_max) => {
    const surplus = Array.from({ length: between(random, 2, 60) }, (_, at) => `"u${at}":0`).join(',')
    return filled(bytes_max, '{"name":"x","segments":[', `{"segment_id":1,${surplus}}`, ']}')
  },
  'unknown fields of as many elements as there may be': (_, bytes_max) => {
    const count = Math.min(1000, Math.floor(bytes_max / 40))
    const surplus = filled(Math.floor(bytes_max / count) - 26, '', (at) => `"${at}":0`, '')
    return `{"name":"x","segments":[${Array.from({ length: count }, () => `{"segment_id":1,${surplus}}`).join(',')}]}`
  },
  'long names': (random, bytes_max) => {
    const names = between(random, 1, 20)
    const length = Math.floor(bytes_max / names) - 20
    return `{${Array.from({ length: names }, (_, at) => `"${at}${'é'.repeat(length / 2)}":1`).join(',')}}`
  },
  'long names with control characters': (random, bytes_max) => {
    const name = '\\u0001'.repeat(between(random, 100, 200))
    return filled(bytes_max, '{"name":"x",', (at) => `"${name}${at}":1`, '}')
  },
  'one name again and again': (_, bytes_max) => filled(bytes_max, '{', '"a":0', '}'),
  'names twice below long names': (random, bytes_max) => {
    const name = 'd'.repeat(between(random, 90, 110))
    const levels = between(random, 40, LEVELS_MAX - 3)
    return within(levels, name, filled(bytes_max - within(levels, name, '').length, '[', '{"a":0,"a":0}', ']'))
  },
  'names twice on every level': (random, bytes_max) => {
    const levels = between(random, 20, LEVELS_MAX - 2)
    const twice = `"x":0,"x":0,`
    const one = `{${twice}"a":`.repeat(levels) + '0' + '}'.repeat(levels)
    return filled(bytes_max, '[', one, ']')
  },
  'wrong elements of every list': (_, bytes_max) => {
    const element = `{"segment_id":1,"prizm_segments":[${Array.from({ length: 100 }, () => 0).join(',')}]}`
    const count = Math.min(1000, Math.floor(bytes_max / 240))
    return `{"name":"x","segments":[${Array.from({ length: count }, () => element).join(',')}]}`
  },
  'wrong members of every element': (random, bytes_max) => {
    const wrong = oneOf(random, ['{}', '[]', 'true', '-1', '""', '1e3'])
    const members = ['code', 'description', 'relevance_score', 'type', 'category'].map((name) => `"${name}":${wrong}`)
    const pieces = Array.from({ length: Math.min(1000, Math.floor(bytes_max / 120)) }, () => `{${members.join(',')}}`)
    return `{"name":"x","variable_details":[${pieces.join(',')}]}`
  },
  'alternatives that all fail': (_, bytes_max) => {
    const pieces = Array.from(
      { length: Math.min(1000, Math.floor(bytes_max / 40)) },
      () => '{"segment_id":{"a":[]},"size":"1"}',
    )
    return `{"name":"x","segments":[${pieces.join(',')}]}`
  },
  'lists that are too long': (random, bytes_max) =>
    filled(
      bytes_max,
      `{"name":"x","${oneOf(random, ['selected_variables', 'insights', 'segments', 'variable_details'])}":[`,
      '0',
      ']}',
    ),
  'free objects that are too large or too deep': (random, bytes_max) => {
    const characteristics = oneOf(random, [
      within(between(random, 16, 40), 'c', '1'),
      filled(between(random, 1000, 80_000), '{', (at) => `"k${at}":${at}`, '}'),
    ])
    return filled(bytes_max, '{"name":"x","segments":[', `{"segment_id":1,"characteristics":${characteristics}}`, ']}')
  },
  'echoed members of any size': (random, bytes_max) => {
    const levels = between(random, 40, LEVELS_MAX - 3)
    const room = bytes_max - 1000
    return `{"name":"x","version":${within(levels, 'e', filled(room, '[', oneOf(random, ['0', '{}', '"a"']), ']'))}}`
  },
  'a number of many digits': (random, bytes_max) =>
    `{"name":"x","audience_size":${oneOf(random, ['9', '0.', '1e', '-9', '1e-'])}${'9'.repeat(bytes_max - 50)}}`,
  'many numbers of many digits': (random, bytes_max) =>
    filled(bytes_max, '{"metadata":{"a":[', '9'.repeat(between(random, 16, 400)), ']}}'),
  'many zeros below zero': (_, bytes_max) => filled(bytes_max, '{"name":"x","metadata":{"a":[', '-0', ']}}'),
  'one long text': (random, bytes_max) => {
    const piece = oneOf(random, ['a', 'é', '🎉', '\\u0041', '\\\\', '\\"', '\\ud83c\\udf89', ' '])
    const field = oneOf(random, ['name', 'status', 'data_type', 'audience_id', 'created_at'])
    return `{"${field}":"${piece.repeat(Math.floor((bytes_max - 40) / Buffer.byteLength(piece)))}"}`
  },
  'many long texts': (random, bytes_max) => {
    const text = oneOf(random, ['a', '🎉', '\\u00e9', '\\\\']).repeat(between(random, 50, 250))
    return filled(bytes_max, '{"name":"x","selected_variables":[', `"${text}"`, ']}')
  },
  'a free object of many members': (random, bytes_max) =>
    filled(bytes_max, `{"name":"x","${oneOf(random, ['metadata', 'settings'])}":{`, (at) => `"m${at}":0`, '}}'),
  'credentials of many fields': (_, bytes_max) =>
    filled(bytes_max, '{"platform_type":"meta","name":"x","credentials":{', (at) => `"c${at}":0`, '}}'),
  'empty containers': (random, bytes_max) =>
    filled(bytes_max, '{"name":"x","metadata":{"a":[', oneOf(random, ['[]', '{}', '[[]]']), ']}}'),
  'a tree of lists': (random, bytes_max) => {
    const levels = between(random, 10, LEVELS_MAX - 2)
    return filled(bytes_max, '[', '['.repeat(levels) + ']'.repeat(levels), ']')
  },
  'nested too deep': (random, bytes_max) => oneOf(random, ['[', '{"a":', '[{"a":']).repeat(Math.floor(bytes_max / 10)),
  'JSON that breaks off': (random, bytes_max) => {
    const whole = filled(bytes_max, '{"name":"x","metadata":{', (at) => `"m${at}":["\\u0041",${at},null]`, '}}')
    return whole.slice(0, between(random, Math.floor(whole.length / 2), whole.length - 1))
  },
  'no JSON': (random, bytes_max) =>
    oneOf(random, [' ', ',', '"', '\\', '\u0001', '//', '/*', ':', '{]', '"\\', '1', '-', 'nul']).repeat(
      Math.floor(bytes_max / 3),
    ),
}

/** One body of every shape, of up to `bytes_max` bytes. */
export function hostileBodies(random: Random, bytes_max: number): HostileBody[] {
  return Object.entries(SHAPES).map(([shape, make]) => {
    const body = make(random, bytes_max)
    const size_bytes = Buffer.byteLength(body)
    if (size_bytes > bytes_max) throw new Error(`${shape}: ${size_bytes} bytes`)
    return { shape, body }
  })
}

/** Node refuses more than 16 KiB of headers and address together. */
const HEADER_CHARACTERS = 12_000

/** Headers of a request that are as long as they may be. */
export function hostileHeaders(random: Random): Readonly<Record<string, string>>[] {
  const fill = (piece: string) => piece.repeat(Math.floor(HEADER_CHARACTERS / piece.length))
  const half = (piece: string) => fill(piece).slice(HEADER_CHARACTERS / 2)
  const tag = oneOf(random, ['"1",', '"', ',', 'W/"1",', '" ', ' ,', '"\t'])
  return [
    { 'content-type': `application/json; charset=${fill(' ')}"x"y` },
    { 'content-type': `application/json;${half(' ')}charset${half(' ')}=x` },
    { 'content-type': fill(oneOf(random, ['application/json;', ';charset=utf-8', '="', '; a=b'])) },
    { 'if-match': `${fill(tag)}x` },
    { 'if-none-match': `${fill(tag)}x` },
    { 'idempotency-key': fill(oneOf(random, ['k', ' ', '"'])) },
    { authorization: `Bearer ${fill(oneOf(random, ['a.', '=', 'a', '.', 'eyJhIjoxfQ.']))}` },
    { authorization: `Bearer${fill(' ')}!` },
    { traceparent: fill('0'), 'x-request-id': 'x' },
    { 'x-cloud-trace-context': fill('1'), 'x-request-id': 'y' },
    { 'x-request-id': fill('z') },
    { 'user-agent': fill('\t u') },
    { origin: `https://${fill('a.')}example.com` },
    { 'access-control-request-headers': fill(oneOf(random, ['a,', ' ,', 'a '])) },
  ]
}

/** Addresses of requests that are as long as they may be. */
export function hostileTargets(random: Random): string[] {
  const fill = (piece: string) => piece.repeat(Math.floor(HEADER_CHARACTERS / piece.length))
  return [
    `/api/audiences?${fill(oneOf(random, ['a=1&', 'a&', '&', '=&', 'limit=1&', '%41=&']))}`,
    `/api/audiences?${Array.from({ length: 2000 }, (_, at) => `${at}=1`).join('&')}`,
    `/api/audiences?tag=${fill(oneOf(random, ['%C3%A9', '+', 'a', '%20']))}`,
    `/api/audiences?q=${fill(oneOf(random, ['%C3%A9', '+', 'a', '%00']))}`,
    `/api/audiences?cursor=${fill('WzEs')}`,
    `/api/audiences?limit=${fill('9')}`,
    `/api/audiences?${fill('n')}=1`,
    `/api/audiences/${fill(oneOf(random, ['a', '%2F', '%C3%A9', 'aud_']))}`,
    `/api/audiences${fill('/')}x`,
    `${fill('/')}x${'/'.repeat(100)}`,
    `/api/users/${fill(oneOf(random, ['u', '%3A', '/']))}/summary`,
  ]
}
