import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { crc32c, crc32cToBase64 } from '#shared/base/crc32c.ts'
import { gcsObjectHistory } from '#shared/objects/gcs-object-history.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

/** What the adapters make of any answer: nothing that may have been done is called undone, nor the other way round. */

type Answer = (response: ServerResponse) => void

const BYTES = new TextEncoder().encode('0123456789')
const TYPE = 'application/octet-stream'

let answer: Answer
const requests: { query: URLSearchParams; body: string }[] = []
const server = createServer((request, response) => {
  void text(request).then((body) => {
    requests.push({ query: new URL(request.url!, url).searchParams, body })
    answer(response)
  })
})
let url: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function open(clock = new VirtualClock()) {
  const options = { bucket: 'any', clock, api_endpoint: url }
  return { store: gcsObjectStore(options), history: gcsObjectHistory(options) }
}

function put(store: ReturnType<typeof gcsObjectStore>, bytes: Uint8Array = BYTES) {
  return store.write('object', bytes, { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type: TYPE })
}

const METHODS: Readonly<Record<string, (adapters: ReturnType<typeof open>) => Promise<unknown>>> = {
  read: ({ store }) => store.read('object'),
  'read unless': ({ store }) => store.read('object', { unless: '7' }),
  'read of a range': ({ store }) => store.readRange('object', { start: 0, end: 4 }),
  'read of the end of a generation': ({ store }) => store.readRange('object', { suffix_bytes: 4 }, { generation: '7' }),
  write: ({ store }) => put(store),
  list: ({ store }) => store.list('obj'),
  'list of generations': ({ history }) => history.generations('obj'),
  'read of an old generation': ({ history }) => history.read('object', '7'),
}

/** What a method gives or, where it fails, the kind of its failure. */
async function outcomeOf(method: string): Promise<unknown> {
  return await METHODS[method]!(open()).catch((error: unknown) => (error as { kind?: unknown }).kind ?? error)
}

const REFUSED = [400, 401, 403, 405, 409, 410, 411, 413, 416]
const UNKNOWN = [408, 500, 501, 502, 503, 504, 599]
const ABSENT = { kind: 'absent' }

/** Of these methods the status is an answer. */
const ANSWERED: Readonly<Record<string, Readonly<Record<number, unknown>>>> = {
  read: { 404: ABSENT },
  'read unless': { 404: ABSENT, 304: { kind: 'unmodified' } },
  'read of a range': { 404: ABSENT },
  'read of the end of a generation': { 404: ABSENT },
  write: { 412: { kind: 'conflict' } },
  'read of an old generation': { 404: undefined },
}

function expectedOf(method: string, status: number): unknown {
  const answered = ANSWERED[method] ?? {}
  if (status in answered) return answered[status]
  if (status === 429) return 'throttled'
  return UNKNOWN.includes(status) ? 'unavailable' : 'rejected'
}

describe('a status means the same, whatever the method', () => {
  for (const method of Object.keys(METHODS)) {
    test(`${method}: what may have happened is unavailable, a refusal is a refusal`, async () => {
      for (const status of [...REFUSED, ...UNKNOWN, 404, 412, 429, ...(method === 'read unless' ? [304] : [])]) {
        const body = status === 304 ? undefined : JSON.stringify({ error: { code: status, message: 'as tested' } })
        answer = (response) => response.writeHead(status).end(body)
        expect([status, await outcomeOf(method)]).toEqual([status, expectedOf(method, status)])
      }
    })
  }

  test('and in whatever words it comes, also from a front end before the service', async () => {
    for (const method of ['read', 'read of a range', 'write', 'list']) {
      for (const status of [403, 404, 502]) {
        for (const body of [`<html><title>${status}</title></html>`, '']) {
          answer = (response) => response.writeHead(status).end(body)
          expect([method, status, await outcomeOf(method)]).toEqual([method, status, expectedOf(method, status)])
        }
      }
    }
  })

  test('and one that is none of its own says nothing: a success of another kind, or a way to somewhere else', async () => {
    for (const method of ['read', 'read of a range', 'write', 'list']) {
      for (const status of [201, 202, 204, 301, 302, 307, 308, 600, 999]) {
        answer = (response) => response.writeHead(status, { location: `${url}/elsewhere` }).end()
        expect([method, status, await outcomeOf(method)]).toEqual([method, status, 'unavailable'])
      }
    }
    answer = (response) => response.writeHead(206, { 'x-goog-generation': '7' }).end(BYTES.subarray(0, 4))
    expect(await outcomeOf('read')).toBe('unavailable')
  })

  test('and is asked for once: no method repeats by itself', async () => {
    for (const status of [429, 503]) {
      answer = (response) => response.writeHead(status).end()
      requests.length = 0
      for (const method of Object.keys(METHODS)) await outcomeOf(method)
      // An old generation is asked for its bytes and its checksum.
      expect([status, requests.length]).toEqual([status, Object.keys(METHODS).length + 1])
    }
  })
})

describe('an answer that is not whole', () => {
  const HASH = { 'x-goog-hash': `crc32c=${crc32cToBase64(crc32c(BYTES))}` }
  const GENERATION = { 'x-goog-generation': '7' }

  test('is unavailable when it does not name the generation', async () => {
    answer = (response) => response.writeHead(200, HASH).end(BYTES)
    expect(await outcomeOf('read')).toBe('unavailable')
    answer = (response) => response.writeHead(206, { 'content-range': 'bytes 0-3/10' }).end(BYTES.subarray(0, 4))
    expect(await outcomeOf('read of a range')).toBe('unavailable')
  })

  test('says nothing of a write: it may have landed', async () => {
    for (const body of ['{}', '', '{"generation": "1', '<html>', '[]']) {
      answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      expect([body, await outcomeOf('write')]).toEqual([body, 'unavailable'])
    }
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"generation": "17"}')
    expect(await outcomeOf('write')).toEqual({ kind: 'written', generation: '17' })
  })

  const RANGES: readonly (readonly [string, number, Record<string, string>, Uint8Array])[] = [
    ['has fewer bytes than were asked for', 206, { 'content-range': 'bytes 0-2/10' }, BYTES.subarray(0, 3)],
    ['has more bytes than were asked for', 206, { 'content-range': 'bytes 0-4/10' }, BYTES.subarray(0, 5)],
    ['is the whole object', 200, {}, BYTES],
    ['has no bytes', 206, { 'content-range': 'bytes 0-3/10' }, BYTES.subarray(0, 0)],
  ]
  test.each(RANGES)('is unavailable as a range that %s', async (_, status, headers, bytes) => {
    answer = (response) => response.writeHead(status, { ...GENERATION, ...headers }).end(bytes)
    expect(await outcomeOf('read of a range')).toBe('unavailable')
    expect(await outcomeOf('read of the end of a generation')).toBe('unavailable')
  })

  test('is a range all the same where the object ends before it', async () => {
    answer = (response) =>
      response.writeHead(206, { ...GENERATION, 'content-range': 'bytes 0-1/2' }).end(BYTES.subarray(0, 2))
    const found = { kind: 'found', generation: '7', object_bytes: 2 }
    expect(await outcomeOf('read of a range')).toMatchObject(found)
    expect(await outcomeOf('read of the end of a generation')).toMatchObject(found)
  })

  test('is unavailable when it ends early, with and without a length', async () => {
    const endings: readonly Answer[] = [
      (response) => {
        response.writeHead(200, { ...GENERATION, ...HASH, 'content-length': BYTES.length })
        response.write(BYTES.subarray(0, 4), () => response.destroy())
      },
      (response) => {
        response.writeHead(200, { ...GENERATION, ...HASH })
        response.write(BYTES.subarray(0, 4), () => response.destroy())
      },
    ]
    for (answer of endings) {
      expect(await outcomeOf('read')).toBe('unavailable')
      expect(await outcomeOf('read of a range')).toBe('unavailable')
    }
  })

  test('of an old generation is unavailable when its bytes are not those of its checksum', async () => {
    answer = (response) =>
      response.writeHead(200, { ...GENERATION, 'content-type': 'application/json' }).end('{"crc32c": "AAAAAA=="}')
    expect(await outcomeOf('read of an old generation')).toBe('unavailable')
  })
})

describe('a list that comes in pages', () => {
  const listed = (...names: string[]) => names.map((name) => ({ name, generation: '7', size: '10' }))
  const PAGES: Readonly<Record<string, object>> = {
    first: { items: listed('o/1', 'o/2'), nextPageToken: 'second' },
    second: { nextPageToken: 'third' },
    third: { items: listed('o/3', 'o/4') },
  }
  const ofPages = (response: ServerResponse): void => {
    const page = PAGES[requests.at(-1)!.query.get('pageToken') ?? 'first']
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page))
  }
  const namesOf = async (options: { from?: string; limit?: number }) =>
    (await open().store.list('o/', options)).map(({ name }) => name)

  test('is listed to its end, also behind a page with nothing on it', async () => {
    answer = ofPages
    requests.length = 0
    expect(await namesOf({ from: 'o/0' })).toEqual(['o/1', 'o/2', 'o/3', 'o/4'])
    expect(requests.map(({ query }) => [query.get('prefix'), query.get('startOffset')])).toEqual(
      Array.from({ length: 3 }, () => ['o/', 'o/0']),
    )
  })

  test('has no more than was asked for, and no page is fetched for nothing', async () => {
    answer = ofPages
    for (const [limit, pages] of [
      [1, 1],
      [2, 1],
      [3, 3],
      [9, 3],
    ] as const) {
      requests.length = 0
      expect(await namesOf({ limit })).toEqual(['o/1', 'o/2', 'o/3', 'o/4'].slice(0, limit))
      expect([limit, requests.length]).toEqual([limit, pages])
    }
  })

  test('is unavailable when one of its pages is', async () => {
    answer = (response) => (requests.at(-1)!.query.has('pageToken') ? response.writeHead(503).end() : ofPages(response))
    expect(await outcomeOf('list')).toBe('unavailable')
  })
})

test('a write says what its bytes are, and how they are to arrive', async () => {
  answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"generation": "17"}')
  requests.length = 0
  await put(open().store)
  const [{ query, body }] = requests as [(typeof requests)[number]]
  expect(query.get('ifGenerationMatch')).toBe(NO_OBJECT)
  expect(body).toContain(`"contentType":"${TYPE}"`)
  expect(body).toContain(`"crc32c":"${crc32cToBase64(crc32c(BYTES))}"`)
})

describe('a request that is not answered', () => {
  /** The time on the clock after which a call is given up. */
  async function givenUpAfterMs(call: (adapters: ReturnType<typeof open>) => Promise<unknown>): Promise<number> {
    const arrived = Promise.withResolvers<void>()
    answer = () => arrived.resolve()
    const clock = new VirtualClock()
    const failure = call(open(clock)).catch((error: unknown) => error)
    let failed_ms: number | undefined
    void failure.then(() => (failed_ms = clock.monotonicMs()))
    await arrived.promise
    while (failed_ms === undefined && clock.monotonicMs() < 1_000_000) await clock.advance(500)
    expect(await failure).toMatchObject({ name: 'StoreError', kind: 'unavailable' })
    return failed_ms!
  }

  test('is given up after ten seconds', async () => {
    for (const method of ['read', 'read of a range', 'write', 'list']) {
      expect([method, Math.floor(await givenUpAfterMs(METHODS[method]!))]).toEqual([method, 10_000])
    }
  })

  test('to write has a second more for each megabyte', async () => {
    expect(await givenUpAfterMs(({ store }) => put(store, new Uint8Array(5_000_000)))).toBe(15_000)
  })
})
