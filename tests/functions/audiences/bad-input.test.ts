import { connect } from 'node:net'
import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, everyAudience, saved, type Reply } from './harness.ts'

const PATH = '/api/audiences'

/** A refusal as the contract has it, and nothing of the inside in it. */
function expectProblem({ status, body, headers, text }: Reply, expected: { status: number; type: string }): void {
  expect({ status, type: body.type }).toEqual({ status: expected.status, type: `/problems/${expected.type}` })
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(body).toMatchObject({ success: false, status: expected.status, error: body.detail })
  expect(text).not.toMatch(/\.ts\b|node_modules|\n\s+at |user_id=|parquet|activation-test/i)
}

test('one answer names every bad field of a save', async () => {
  const { call, gcs } = await audiencesInTest()
  gcs.operations.reset()
  const reply = await call('POST', PATH, {
    name: ['x'],
    description: 7,
    data_type: 'zeroth_party',
    original_query: ['x'],
    selected_variables: 'ENV_AWARE',
    variable_details: [{ relevance_score: 2 }, 'x', { code: 'ok', description: {}, unknown: 1 }],
    segments: [
      { segment_id: 1.5, size: -1 },
      { segment_id: 1, size_percentage: 101, characteristics: [] },
      { name: 5, size: '10' },
    ],
    total_audience_size: 1.5,
    audience_size: '5',
    status: 'deleted',
    insights: [1],
    metadata: [],
    tags: ['not here'],
    segment_ids: [],
  })
  expectProblem(reply, { status: 400, type: 'invalid-input' })
  const expected = [
    'name',
    'description',
    'data_type',
    'original_query',
    'selected_variables',
    'variable_details[0].code',
    'variable_details[0].relevance_score',
    'variable_details[1]',
    'variable_details[2].description',
    'variable_details[2].unknown',
    'segments[0].segment_id',
    'segments[0].size',
    'segments[1].size_percentage',
    'segments[1].characteristics',
    'segments[2].segment_id',
    'segments[2].name',
    'segments[2].size',
    'total_audience_size',
    'audience_size',
    'status',
    'insights[0]',
    'metadata',
    'tags',
    'segment_ids',
  ]
  expect(reply.body.errors.map(({ path }) => path).toSorted()).toEqual(expected.toSorted())
  for (const { message } of reply.body.errors) expect(message).toMatch(/^(must|is|fits|has|does) /)
  expect(gcs.operations.counts()).toMatchObject({ read: 0, write: 0, list: 0 })
})

test('a save without a name is refused before anything is read', async () => {
  const { call, gcs } = await audiencesInTest()
  gcs.operations.reset()
  for (const body of [{}, { name: null }, { description: 'x' }]) {
    const reply = await call('POST', PATH, body)
    expectProblem(reply, { status: 400, type: 'invalid-input' })
    expect(reply.body.errors).toEqual([{ path: 'name', message: 'is required' }])
  }
  expect(gcs.operations.counts()).toMatchObject({ read: 0, write: 0, list: 0 })
})

test('a missing name is named with the other bad fields', async () => {
  const { call } = await audiencesInTest()
  const { body } = await call('POST', PATH, { description: 7, status: 'x', unknown: 1, segments: [{ segment_id: {} }] })
  const paths = body.errors.map(({ path }) => path).toSorted()
  expect(paths).toEqual(['description', 'name', 'segments[0].segment_id', 'status', 'unknown'])
})

test('a new audience with a chosen id needs a name as well', async () => {
  const { call } = await audiencesInTest()
  const reply = await call('POST', PATH, { audience_id: newId('aud', systemClock.nowMs(), systemRandom) })
  expectProblem(reply, { status: 400, type: 'invalid-input' })
  expect(reply.body.errors).toEqual([{ path: 'name', message: 'is required' }])
})

test('numbers that are none, or too large to be kept exactly, are refused', async () => {
  const { call } = await audiencesInTest()
  for (const number of ['1e400', '-1', '9007199254740993', '0.1', '"1"', 'true', '[1]']) {
    const reply = await call('POST', PATH, `{"name":"x","total_audience_size":${number}}`)
    expectProblem(reply, { status: 400, type: 'invalid-input' })
    expect(reply.body.errors).toMatchObject([{ path: 'total_audience_size' }])
  }
  for (const number of ['NaN', 'Infinity', '01', '+1', '0x1']) {
    expectProblem(await call('POST', PATH, `{"name":"x","total_audience_size":${number}}`), {
      status: 400,
      type: 'invalid-input',
    })
  }
})

test('numbers in free JSON are kept exactly or refused by their path', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const body = (number: string) =>
    `{"name":"x","metadata":{"ids":[{"meta":${number}}]},"segments":[{"segment_id":1,"characteristics":{"n":${number}}}]}`
  for (const number of ['23842587529640369', '-9007199254740992', '1e999', '1e16', '9007199254740993.5']) {
    for (const [method, path] of [
      ['POST', PATH],
      ['PATCH', `${PATH}/${audience_id}`],
    ] as const) {
      const reply = await running.call(method, path, body(number))
      expectProblem(reply, { status: 400, type: 'invalid-input' })
      expect(reply.body.errors.map(({ path }) => path)).toEqual([
        'metadata.ids[0].meta',
        'segments[0].characteristics.n',
      ])
      expect(reply.body.errors[0]?.message).toContain('send it as text')
    }
  }
  for (const [number, kept] of [
    ['1e3', 1000],
    ['5.0', 5],
    ['-0', 0],
    ['0.1', 0.1],
    ['-9007199254740991', -9007199254740991],
  ] as const) {
    const { status, text } = await running.call('PATCH', `${PATH}/${audience_id}`, body(number))
    expect([number, status]).toEqual([number, 200])
    expect(text).toContain(`"ids":[{"meta":${kept}}]`)
  }
  const segment_id = await running.call('POST', PATH, '{"name":"x","segments":[{"segment_id":23842587529640369}]}')
  expect(segment_id.body.errors).toMatchObject([{ path: 'segments[0].segment_id' }])
})

const times = (count: number, value: unknown): unknown[] => Array.from({ length: count }, () => value)

test('text and lists over their limit are refused by name', async () => {
  const { call } = await audiencesInTest()
  const limits: [string, unknown, unknown][] = [
    ['name', 'x'.repeat(200), 'x'.repeat(201)],
    ['description', 'x'.repeat(5000), 'x'.repeat(5001)],
    ['original_query', 'x'.repeat(10_000), 'x'.repeat(10_001)],
    ['selected_variables', times(1000, 'v'), times(1001, 'v')],
    ['insights', times(100, 'i'), times(101, 'i')],
    ['segments', times(1000, { segment_id: 1 }), times(1001, { segment_id: 1 })],
    ['variable_details', times(1000, { code: 'c' }), times(1001, { code: 'c' })],
  ]
  for (const [field, most, more] of limits) {
    expect((await call('POST', PATH, { name: 'x', [field]: most })).status).toBe(201)
    const reply = await call('POST', PATH, { name: 'x', [field]: more })
    expectProblem(reply, { status: 400, type: 'invalid-input' })
    expect(reply.body.errors).toMatchObject([{ path: field }])
  }
})

/** As they stand in a path. Dot segments, which a client resolves before it sends, have a test of their own. */
const HOSTILE_IDS = [
  '..%2f..%2fetc%2fpasswd',
  '..%2F',
  '%2f',
  '%5c..%5c',
  'aud_%00',
  '%00',
  'aud_01h455vb4pex5vsknk084sn02q%00',
  'aud_01h455vb4pex5vsknk084sn02q%2f',
  'aud_01h455vb4pex5vsknk084sn02q%0a',
  '%f0%9f%8e%89',
  '%cc%88a',
  'a'.repeat(1000),
  `aud_${'0'.repeat(1000)}`,
  `aud_${'z'.repeat(26)}`,
  'user_id=ann',
  '*',
  '%25',
  '%24%7bjndi%3aldap%7d',
  "'%3b%20drop%20table",
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'undefined',
  'null',
  'aud_7zzzzzzzzz7zz8zzzzzzzzzzzz',
]

test.each(HOSTILE_IDS)('the id %s is nobody’s on every route, and leaves no trace in the bucket', async (id) => {
  const { call, gcs, lines } = await audiencesInTest()
  const requests = await Promise.all([
    call('GET', `${PATH}/${id}`),
    call('PATCH', `${PATH}/${id}`, { name: 'x' }),
    call('DELETE', `${PATH}/${id}`),
    call('PUT', `${PATH}/${id}/status`, { status: 'archived' }),
    call('POST', `${PATH}/${id}/restore`),
    call('GET', `${PATH}/${id}/export`),
  ])
  for (const reply of requests) expectProblem(reply, { status: 404, type: 'not-found' })
  const created = await call('POST', PATH, anAudience({ audience_id: decodeURIComponent(id) }))
  expectProblem(created, { status: 400, type: 'invalid-input' })
  expect(gcs.operations.counts().write).toBe(0)
  expect(lines.filter(({ severity }) => severity === 'ERROR' || severity === 'CRITICAL')).toEqual([])
})

test('paths with dot segments as raw bytes reach no other route', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  for (const path of [
    `${PATH}/x/../${audience_id}`,
    `${PATH}/../audiences/${audience_id}`,
    `${PATH}//${audience_id}`,
    `${PATH}/%2e%2e/audiences/${audience_id}`,
    `${PATH}/..`,
    `${PATH}/.`,
    `${PATH}/%2e%2e`,
    `${PATH}/../../audiences`,
    `${PATH}/${audience_id}/`,
    `${PATH}/${audience_id}%2fexport`,
  ]) {
    const answer = await rawGet(running.url, path, await running.token('demo_user'))
    // A slash too many is only pointed out.
    const line = path.endsWith(`${audience_id}/`) ? 'HTTP/1.1 308 Permanent Redirect' : 'HTTP/1.1 404 Not Found'
    expect({ path, line: answer.split('\r\n')[0] }).toEqual({ path, line })
    expect(answer).not.toContain('Eco-conscious')
  }
})

/** A GET with the target exactly as given. */
function rawGet(url: string, target: string, token: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`),
    )
    let answer = ''
    socket
      .setEncoding('utf8')
      .on('data', (text: string) => (answer += text))
      .on('end', () => resolve(answer))
      .on('error', reject)
  })
}

test('a percent sign that encodes nothing is 400', async () => {
  const { call } = await audiencesInTest()
  for (const path of [`${PATH}/%zz`, `${PATH}/%ff%fe`, `${PATH}?q=%e0%a4%a`]) {
    const reply = await call('GET', path)
    expect(reply.status).toBe(400)
    expectProblem(reply, { status: 400, type: 'invalid-input' })
  }
})

test('a body of 1 MiB and a byte is 413 and one of 1 MiB is read', async () => {
  const running = await audiencesInTest()
  const bodyOf = (bytes: number) => `{"name":"x"${' '.repeat(bytes - 12)}}`
  const larger = await running.call('POST', PATH, bodyOf(1024 * 1024 + 1))
  expectProblem(larger, { status: 413, type: 'too-large' })
  expect(await everyAudience(running)).toEqual([])
  expect((await running.call('POST', PATH, bodyOf(1024 * 1024))).status).toBe(201)
})

test('a record too large to be stored is 422 that names the limit, and nothing is stored of it', async () => {
  const running = await audiencesInTest()
  const characteristics = { text: 'x'.repeat(60_000) }
  const segments = Array.from({ length: 5 }, (_, segment_id) => ({ segment_id, characteristics }))
  const created = await running.call('POST', PATH, { name: 'large', segments })
  expectProblem(created, { status: 422, type: 'quota-exceeded' })
  expect(created.body).toMatchObject({ limit: 'record_bytes', limit_value: 256 * 1024 })
  const before = await saved(running, { segments: segments.slice(1) })
  const grown = await running.call('PATCH', `${PATH}/${before.audience_id}`, { segments })
  expectProblem(grown, { status: 422, type: 'quota-exceeded' })
  expect(await everyAudience(running, 'full')).toEqual([before])
})

test('a record too large fails alone: others that are saved with it stand', async () => {
  const running = await audiencesInTest()
  const characteristics = { text: 'x'.repeat(60_000) }
  const segments = Array.from({ length: 5 }, (_, segment_id) => ({ segment_id, characteristics }))
  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      running.call('POST', PATH, i % 3 === 0 ? { name: 'large', segments } : { name: `n${i}` }),
    ),
  )
  expect(replies.map(({ status }) => status)).toEqual(replies.map((_, i) => (i % 3 === 0 ? 422 : 201)))
  expect(await everyAudience(running)).toHaveLength(8)
})

test('deeply nested JSON is refused, in free objects beyond 16 levels and anywhere beyond 64', async () => {
  const { call } = await audiencesInTest()
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  expect((await call('POST', PATH, `{"name":"x","metadata":${nested(16)}}`)).status).toBe(201)
  const deeper = await call('POST', PATH, `{"name":"x","metadata":${nested(17)}}`)
  expectProblem(deeper, { status: 400, type: 'invalid-input' })
  expect(deeper.body.errors).toEqual([{ path: 'metadata', message: 'must not be nested deeper than 16 levels' }])
  for (const body of [`{"name":"x","metadata":${nested(100)}}`, '['.repeat(500_000), nested(100_000)]) {
    expectProblem(await call('POST', PATH, body), { status: 400, type: 'invalid-input' })
  }
  const listed = `{"name":"x","metadata":{"a":${'['.repeat(16)}${']'.repeat(16)}}}`
  expectProblem(await call('POST', PATH, listed), { status: 400, type: 'invalid-input' })
})

test('the name __proto__ is refused wherever it stands, and other members of Object are plain names', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const name = '__proto__'
  for (const body of [
    `{"name":"x","${name}":{"polluted":true}}`,
    `{"name":"x","metadata":{"${name}":{"polluted":true}}}`,
    `{"name":"x","segments":[{"segment_id":1,"characteristics":{"a":{"${name}":1}}}]}`,
    `{"name":"x","metadata":{"${name
      .split('')
      .map((c) => `\\u00${c.charCodeAt(0).toString(16)}`)
      .join('')}":1}}`,
  ]) {
    const reply = await running.call('POST', PATH, body)
    expectProblem(reply, { status: 400, type: 'invalid-input' })
    expect(reply.body.errors[0]!.path).toContain(name)
    expect((await running.call('PATCH', `${PATH}/${audience_id}`, body)).status).toBe(400)
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  const metadata = {
    toString: 'a',
    hasOwnProperty: { valueOf: 1 },
    __defineGetter__: null,
    length: 3,
    constructor: { prototype: 'Ferrari' },
    prototype: ['P80'],
  }
  const kept = await saved(running, { metadata })
  expect(kept.metadata).toEqual(metadata)
  const echoed = await running.call('POST', PATH, kept)
  expect([echoed.status, echoed.body.audience.metadata]).toEqual([200, metadata])
  const segments = [{ segment_id: 1, characteristics: { constructor: 'Ferrari', prototype: null } }]
  expect((await saved(running, { segments }))['segments']).toMatchObject(segments)
  const patch = { metadata: { toString: { nested: 1 }, hasOwnProperty: { valueOf: null }, constructor: { x: 1 } } }
  const patched = await running.call('PATCH', `${PATH}/${kept.audience_id}`, patch)
  expect(patched.body.audience.metadata).toEqual({
    toString: { nested: 1 },
    hasOwnProperty: {},
    __defineGetter__: null,
    length: 3,
    constructor: { prototype: 'Ferrari', x: 1 },
    prototype: ['P80'],
  })
})

test('a name that is there twice, half a character and bytes that are not UTF-8 are refused', async () => {
  const running = await audiencesInTest()
  const twice = await running.call('POST', PATH, '{"name":"a","metadata":{"x":1,"x":2}}')
  expectProblem(twice, { status: 400, type: 'invalid-input' })
  expect(twice.body.errors).toEqual([{ path: 'metadata.x', message: 'is there more than once' }])
  for (const body of [
    '{"name":"\\ud800"}',
    '{"name":"x","metadata":{"\\udfff":1}}',
    '{"name":"x","insights":["\\ud83c"]}',
  ]) {
    expectProblem(await running.call('POST', PATH, body), { status: 400, type: 'invalid-input' })
  }
  const response = await fetch(`${running.url}${PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await running.token('demo_user')}`, 'content-type': 'application/json' },
    body: Buffer.from([...Buffer.from('{"name":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
  })
  expect(response.status).toBe(400)
})

test('text is stored as sent, whatever it would mean elsewhere', async () => {
  const running = await audiencesInTest()
  const texts = [
    '<script>alert(1)</script>',
    "'; DROP TABLE audiences; --",
    '${jndi:ldap://x}',
    '\u0000\u0001\u001f',
    '\u202e right to left',
    'e\u0301 is not \u00e9',
    '=cmd()|x',
    ' padded ',
  ]
  for (const name of texts) expect((await saved(running, { name })).name).toBe(name)
  expect((await everyAudience(running)).map(({ name }) => name)).toEqual(texts.toReversed())
})

test('text that begins with a byte order mark keeps it, and saving it again is no new version', async () => {
  const running = await audiencesInTest()
  const text = '\ufeffwith a mark'
  const sent = { name: text, selected_variables: [text], metadata: { [text]: text } }
  const { audience_id } = await saved(running, sent)
  const cold = await running.anotherInstance()
  const read = await cold.call('GET', `${PATH}/${audience_id}`)
  expect(read.body.audience).toMatchObject(sent)
  expect((await cold.call('PATCH', `${PATH}/${audience_id}`, sent)).body.audience.version).toBe(1)
})

test('unknown parameters and bodies where none belong are refused by name', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const reply = await running.call('GET', `${PATH}/${audience_id}?include=all&__proto__=x`)
  expectProblem(reply, { status: 400, type: 'invalid-input' })
  expect(reply.body.errors.map(({ path }) => path).toSorted()).toEqual(['__proto__', 'include'])
  const posted = await running.call('POST', `${PATH}/${audience_id}/restore`, { status: 'active' })
  expectProblem(posted, { status: 400, type: 'invalid-input' })
})
