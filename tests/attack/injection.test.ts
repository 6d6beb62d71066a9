import { fc, REPEAT, runs } from '#tests/support/seeds.ts'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { answersIn, type HttpAnswer } from './http-answers.ts'
import { type AttackedSystem, jsonBytes, startAttacked } from './harness.ts'

let system: AttackedSystem
beforeAll(async () => {
  system = await startAttacked()
})
afterAll(() => system.close())

/** Recognizable wherever it turns up. */
const USER = 'very.private.user@example.com'
const CANARY = 'canary7f3a'

const PIECES = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\u001b[2J',
  '\u009b31m',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '"',
  '\\',
  '\\n',
  '{"severity":"CRITICAL","message":"forged"}',
  '","severity":"CRITICAL","x":"',
  '\r\nSet-Cookie: a=b',
  '\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n',
  '%0d%0aX-Evil:%201',
  '; filename=evil.exe',
  '../../',
  'é',
  '🎉',
  'x'.repeat(3000),
  CANARY,
]
const hostile = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))

/** Every field that the line of a request has. */
const FIELDS = [
  'severity time message httpRequest logging.googleapis.com/trace logging.googleapis.com/spanId function revision',
  'request_id route user_hash record_id outcome store cache group_size retries ms sync client',
].flatMap((names) => names.split(' '))

/** Requests that were logged since, but for the scheduler's own; fails when anything is not one whole line of ours. */
function requestsSince(mark: number): Record<string, unknown>[] {
  return linesSince(mark).filter((line) => {
    return line['httpRequest'] !== undefined && line['route'] !== '/api/maintenance/dispatch'
  })
}

function linesSince(mark: number): Record<string, unknown>[] {
  const text = system.loggedSince(mark)
  // Whatever any reader takes for the end of a line, or obeys.
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const DEVICE = { client_id: 'cli_01h455vb4pex5vsknk084sn02q' }
const pulled = (text: string) => ({ ...DEVICE, cursor: text })
/** What an app tells of itself is logged when it is short names; with a space it is not. */
const told = (hostile_text: string) => {
  const text = `${hostile_text} `
  const errors = { count: 1, last: { name: text, build: text } }
  return { ...DEVICE, client: { app_version: text, mode: text, flag: text, errors, [text]: text } }
}
const pushed = (change: (text: string) => Record<string, unknown>) => (text: string) => {
  return {
    ...DEVICE,
    acked: 0,
    mutations: [{ seq: 1, mutation_id: text, op: 'create', kind: 'audience', ...change(text) }],
  }
}
const OF_JULY_2023 = 'aud_01h455vb4pex5vsknk084sn02q'
/** Bodies of pulls and pushes. */
const syncs: readonly ((text: string) => Record<string, unknown>)[] = [
  pulled,
  told,
  (text) => ({ client_id: text, acked: 0, mutations: [] }),
  (text) => ({ ...DEVICE, acked: 0, mutations: [], migration: { id: text, expected: 0, found: 0 } }),
  pushed((text) => ({ id: text, value: { name: text } })),
  pushed((text) => ({ id: OF_JULY_2023, value: { name: text, metadata: { [text]: text } } })),
  pushed((text) => ({ id: OF_JULY_2023, value: { [text]: text } })),
  pushed((text) => ({ op: text, kind: text, id: text })),
  pushed((text) => {
    const set = { name: text, metadata: { [text]: text } }
    return { op: 'patch', id: OF_JULY_2023, base_version: 0, set, base: { name: text } }
  }),
]

/** What is wrong with the line of a request. */
function lineFaults(line: Record<string, unknown>): string[] {
  const faults = Object.keys(line).flatMap((name) => (FIELDS.includes(name) ? [] : `has ${name}`))
  if (!['INFO', 'NOTICE'].includes(String(line['severity']))) faults.push(`is ${String(line['severity'])}`)
  if (JSON.stringify(line).length > 3_000) faults.push('is long')
  return faults
}

const encoded = encodeURIComponent

describe(`what a client sends (${REPEAT})`, () => {
  test('in names, ids, queries and bodies makes one line in the log, and nothing of it is in there', async () => {
    const authorization = `Bearer ${await system.tokenOf(USER)}`
    const json = { authorization, 'content-type': 'application/json' }
    const asks: readonly ((text: string) => Parameters<AttackedSystem['send']>[0])[] = [
      (text) => ({ method: 'GET', target: `/api/audiences?q=${encoded(text)}`, headers: json }),
      (text) => ({ method: 'GET', target: `/api/audiences?${encoded(text)}=${encoded(text)}`, headers: json }),
      (text) => ({ method: 'GET', target: `/api/audiences?cursor=${encoded(text)}`, headers: json }),
      (text) => ({ method: 'POST', target: '/api/audiences', headers: json, body: jsonBytes({ name: text }) }),
      (text) => ({ method: 'POST', target: '/api/audiences', headers: json, body: jsonBytes({ [text]: text }) }),
      (text) => ({ method: 'POST', target: '/api/audiences', headers: json, body: Buffer.from(text) }),
      (text) => ({ method: 'POST', target: '/api/platforms', headers: json, body: jsonBytes({ credentials: text }) }),
      (text) => ({ method: 'GET', target: `/api/users/${encoded(USER + text)}/summary`, headers: json }),
      (text) => ({ method: 'GET', target: `/api/users/${encoded(USER + text)}/summary/`, headers: json }),
      (text) => ({ method: 'GET', target: `/api/users/${encoded(USER + text)}`, headers: json }),
      (text) => ({ method: 'GET', target: `/api/users/me/summary?user_id=${encoded(USER + text)}`, headers: json }),
      (text) => ({ method: 'GET', target: `/api/flags?client_id=${encoded(text)}` }),
      ...syncs.map((bodyOf) => (text: string) => {
        const path = bodyOf === pulled || bodyOf === told ? 'pull' : 'push'
        return { method: 'POST', target: `/api/sync/${path}`, headers: json, body: jsonBytes(bodyOf(text)) }
      }),
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...asks), hostile, async (ask, text) => {
        const mark = system.lineCount()
        const { headers } = await system.send(ask(text))
        expect(headers['x-evil']).toBeUndefined()
        expect(requestsSince(mark).map(lineFaults)).toEqual([[]])
        expect(system.loggedSince(mark)).not.toMatch(/canary7f3a|private|forged|eyJ/)
      }),
      runs(20, 400),
    )
  })

  test('as an id or a path stands in its line as text and nowhere else', async () => {
    const authorization = `Bearer ${await system.tokenOf(USER)}`
    const paths: readonly ((text: string) => string)[] = [
      (text) => `/api/audiences/${text}`,
      (text) => `/api/audiences/${text}/export`,
      (text) => `/api/distributions/${text}`,
      (text) => `/api/audiences/${text}/nothing/here`,
      (text) => `/api/maintenance/${text}`,
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), hostile, async (pathOf, text) => {
        const mark = system.lineCount()
        await system.send({ method: 'GET', target: pathOf(encoded(text)), headers: { authorization } })
        expect(requestsSince(mark).map(lineFaults)).toEqual([[]])
      }),
      runs(15, 250),
    )
  })

  test('in headers makes one line and one answer, or is no request at all', async () => {
    const authorization = `Bearer ${await system.tokenOf(USER)}`
    const names = [
      'traceparent',
      'X-Cloud-Trace-Context',
      'X-Request-Id',
      'User-Agent',
      'Idempotency-Key',
      'If-None-Match',
      'Origin',
      'Content-Type',
      'X-Forwarded-For',
      'X-HTTP-Method-Override',
      'Access-Control-Request-Method',
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), hostile, async (name, value) => {
        // An empty line would end the request: what comes then is another one.
        fc.pre(!/\r?\n\r?\n/.test(value))
        const mark = system.lineCount()
        // What is private must not be logged from any header but those in which clients name themselves and the request.
        const own_words = ['User-Agent', 'X-Request-Id']
        const sent = `${value}${own_words.includes(name) ? '.' : CANARY}`
        const head = `GET /api/audiences?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`
        const answers = answersIn(await exchange(`${head}${name}: ${sent}\r\nConnection: close\r\n\r\n`))
        expect(answers).toHaveLength(1)
        const [{ status, names: answered }] = answers as [HttpAnswer]
        expect([200, 400]).toContain(status)
        expect(answered).not.toContain('x-evil')
        expect(answered).not.toContain('set-cookie')
        // What is not HTTP has no line.
        const requests = requestsSince(mark)
        expect(requests.length).toBe(status === 200 ? 1 : 0)
        expect(requests.flatMap(lineFaults)).toEqual([])
        expect(system.loggedSince(mark)).not.toContain(own_words.includes(name) ? 'nothing of it' : CANARY)
      }),
      runs(20, 400),
    )
  })

  test('cannot say twice who is asking, how long the body is, or how it is framed', async () => {
    const ann = `Bearer ${await system.tokenOf('ann')}`
    const bob = `Bearer ${await system.tokenOf('bob')}`
    const body = '{"name":"x"}'
    const post = (headers: string, text = body) =>
      exchange(`POST /api/audiences HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${text}`)
    const smuggled = `0\r\n\r\nGET /api/audiences HTTP/1.1\r\nHost: x\r\nAuthorization: ${bob}\r\nConnection: close\r\n\r\n`
    const mark = system.lineCount()
    const framed = await Promise.all([
      post(`Authorization: ${ann}\r\nContent-Length: 12\r\nContent-Length: 5`),
      post(`Authorization: ${ann}\r\nContent-Length: 12\r\nTransfer-Encoding: chunked`, smuggled),
      post(`Authorization: ${ann}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity`, smuggled),
      post(`Authorization: ${ann}\r\nTransfer-Encoding: xchunked`, smuggled),
      post(`Authorization: ${ann}\r\nContent-Length: +12`),
      post(`Authorization : ${ann}\r\nContent-Length: 12`),
    ])
    expect(framed.map((answer) => answersIn(answer).map(({ status }) => status))).toEqual(framed.map(() => [400]))
    // Of the fourth only the body cannot be read. Its line comes after its answer; none of the others is a request.
    const logged = () => requestsSince(mark).map(({ message, outcome }) => `${String(message)} ${String(outcome)}`)
    const unread = 'POST /api/audiences 400 cut-off'
    await expect.poll(logged).toEqual([unread])
    const twice = await post(
      `Authorization: ${ann}\r\nAuthorization: ${bob}\r\nContent-Length: 12\r\nConnection: close`,
    )
    expect(answersIn(twice)[0]!.status).toBe(201)
    expect(twice.toString()).toContain('"user_id":"ann"')
    const in_query = await system.send({ method: 'GET', target: `/api/audiences?access_token=${bob.slice(7)}` })
    const as_cookie = await system.send({
      method: 'GET',
      target: '/api/audiences',
      headers: { cookie: `authorization=${bob}`, 'x-authorization': bob, 'proxy-authorization': bob },
    })
    expect([in_query.status, as_cookie.status]).toEqual([401, 401])
    // And nothing that was smuggled in a body was served in between.
    const served = 'POST /api/audiences 201 ok'
    const refused = 'GET /api/audiences 401 unauthenticated'
    expect(logged()).toEqual([unread, served, refused, refused])
  })

  test('as an origin is never reflected, unless it is one on the list exactly', async () => {
    for (const origin of [
      'null',
      'http://evil.example',
      `${system.url}.evil.example`,
      `${system.url}/`,
      '*',
      `x${system.url}`,
    ]) {
      const { headers } = await system.send({ method: 'GET', target: '/api/audiences/health', headers: { origin } })
      expect([origin, headers['access-control-allow-origin']]).toEqual([origin, undefined])
    }
    const { headers } = await system.send({
      method: 'GET',
      target: '/api/audiences/health',
      headers: { origin: system.url },
    })
    expect(headers['access-control-allow-origin']).toBe(system.url)
    expect(headers['access-control-allow-credentials']).toBeUndefined()
  })
})

describe(`the name of an exported file (${REPEAT})`, () => {
  test('is one header of plain ASCII that names a file, in one folder, as what it is', async () => {
    const headers = { authorization: `Bearer ${await system.tokenOf('exporter')}`, 'content-type': 'application/json' }
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom('json', 'csv', 'parquet'), async (text, format) => {
        const name = text.slice(0, 200)
        const created = await system.send({
          method: 'POST',
          target: '/api/audiences',
          headers,
          body: jsonBytes({ name }),
        })
        const target = `/api/audiences/${String(created.json!['audience_id'])}/export?format=${format}`
        const { status, raw_headers } = await system.send({ method: 'GET', target, headers })
        expect(status).toBe(200)
        const at = raw_headers.indexOf('Content-Disposition')
        expect(raw_headers.lastIndexOf('Content-Disposition')).toBe(at)
        const value = raw_headers[at + 1]!
        const parts =
          /^attachment; filename="([\x20\x21\x23-\x5b\x5d-\x7e]+)"; filename\*=UTF-8''([\w.!#$&+^`|~%-]+)$/.exec(value)
        expect([value, parts]).not.toEqual([value, null])
        for (const file of [parts![1]!, decodeURIComponent(parts![2]!)]) {
          expect(file).not.toMatch(/[/\\:*?"<>|\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
          expect(file.endsWith(`.${format}`)).toBe(true)
        }
      }),
      runs(9, 150),
    )
  })
})

/** Everything that comes back for these bytes until the connection ends. */
function exchange(bytes: string): Promise<Buffer> {
  const { hostname, port } = new URL(system.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(bytes)))
    const chunks: Buffer[] = []
    socket
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', reject)
  })
}
