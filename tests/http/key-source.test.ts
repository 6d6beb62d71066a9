import { createServer, type Server, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createKeySource } from '#shared/http/auth/key-source.ts'
import { closed, listening } from './harness.ts'
import { ManualClock } from './manual-clock.ts'

/** Where the keys of an issuer come from, and for how long they are good. */

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const DISCOVERY = '/.well-known/openid-configuration'
/** Reachable, and with keys that would do: only what discovery says can keep them from being used. */
const KEYS = '/keys'

let clock: ManualClock
let server: Server
let url: string
let asked: string[]
let faults: unknown[]
let answers: Record<string, (response: ServerResponse) => void>

const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value))
const keysWith = (kid: string) => json({ keys: [{ kty: 'oct', k: 'AAAA', kid }] })

beforeEach(async () => {
  clock = new ManualClock(0)
  asked = []
  faults = []
  server = createServer((request, response) => {
    asked.push(request.url!)
    const answer = answers[request.url!]
    if (answer) answer(response)
    else response.writeHead(404).end()
  })
  url = await listening(server)
  answers = { [DISCOVERY]: json({ issuer: url, jwks_uri: `${url}${KEYS}` }), [KEYS]: keysWith('first') }
})

afterEach(() => closed(server))

function source(more: Partial<Parameters<typeof createKeySource>[0]> = {}) {
  const onFault = (error: unknown): void => void faults.push(error)
  return createKeySource({ issuer: url, clock, acceptsUrl: () => true, onFault, ...more })
}

/** The revision of the keys at hand, or the kind of the problem. */
const current = (keys: ReturnType<typeof source>) =>
  keys.current().then(
    ({ revision }) => revision,
    (error: unknown) => (error as { kind?: unknown }).kind ?? error,
  )

describe('a discovery document', () => {
  test.each([
    ['of another issuer', (issuer: string) => ({ issuer: `${issuer}/other` })],
    ['of an issuer whose name only begins alike', (issuer: string) => ({ issuer: `${issuer}0` })],
    ['of an issuer of another scheme', (issuer: string) => ({ issuer: issuer.replace('http:', 'https:') })],
    ['that names no issuer', () => ({ issuer: undefined })],
    ['whose issuer is no text', () => ({ issuer: 7 })],
    ['that names no keys', () => ({ jwks_uri: undefined })],
  ])('%s is not used, although its keys can be fetched and would do', async (_, more) => {
    answers[DISCOVERY] = json({ issuer: url, jwks_uri: `${url}${KEYS}`, ...more(url) })
    expect(await current(source())).toBe('unavailable')
    expect(asked).toEqual([DISCOVERY])
    expect(faults).toHaveLength(1)
  })

  test('of the very issuer is used, and what else it says does not matter', async () => {
    answers[DISCOVERY] = json({ issuer: url, jwks_uri: `${url}${KEYS}`, more: 'x' })
    expect(await current(source())).toBe(1)
    expect(asked).toEqual([DISCOVERY, KEYS])
  })

  test.each([
    ['is no JSON', (response: ServerResponse) => void response.end('<html>')],
    ['is null', json(null)],
    ['is not there', (response: ServerResponse) => void response.writeHead(404).end('{}')],
    ['leads elsewhere', (response: ServerResponse) => void response.writeHead(302, { location: KEYS }).end()],
    [
      'is larger than any',
      (response: ServerResponse) => void response.end(JSON.stringify({ x: 'x'.repeat(257 * 1024) })),
    ],
  ])('that %s is not used', async (_, answer) => {
    answers[DISCOVERY] = answer
    expect(await current(source())).toBe('unavailable')
    expect(asked).toEqual([DISCOVERY])
  })

  test('is not asked for where the address of the keys is set, and an address that is not allowed is asked for nothing', async () => {
    expect(await current(source({ jwks_url: `${url}${KEYS}` }))).toBe(1)
    expect(asked).toEqual([KEYS])
    expect(await current(source({ acceptsUrl: (address) => address !== `${url}${KEYS}` }))).toBe('unavailable')
    expect(asked).toEqual([KEYS, DISCOVERY])
  })
})

describe('the keys of an issuer', () => {
  test.each([
    ['are no JSON', (response: ServerResponse) => void response.end('x')],
    ['are no key set', json({})],
    ['are not there', (response: ServerResponse) => void response.writeHead(500).end('{"keys": []}')],
  ])('that %s are unavailable, once a second, until they are right', async (_, answer) => {
    answers[KEYS] = answer
    const keys = source()
    expect(await current(keys)).toBe('unavailable')
    answers[KEYS] = keysWith('first')
    clock.advance(999)
    expect([await current(keys), asked.length]).toEqual(['unavailable', 2])
    clock.advance(1)
    expect([await current(keys), asked.length]).toEqual([1, 4])
    expect(faults).toHaveLength(1)
  })

  test('are fetched again in the background when they are more than ten minutes old, and used meanwhile', async () => {
    const keys = source()
    await current(keys)
    answers[KEYS] = keysWith('second')
    clock.advance(10 * MINUTE_MS)
    expect([await current(keys), asked.length]).toEqual([1, 2])
    clock.advance(1)
    expect(await current(keys)).toBe(1)
    await expect.poll(() => current(keys)).toBe(2)
    expect(asked).toHaveLength(4)
  })

  test('that are the same as before keep their revision: no token is verified again for them', async () => {
    const keys = source()
    await current(keys)
    clock.advance(10 * MINUTE_MS + 1)
    await current(keys)
    await expect.poll(() => asked.length).toBe(4)
    // A day after the second fetch, which counts, and more than a day after the first.
    answers[DISCOVERY] = (response) => void response.writeHead(503).end()
    clock.advance(DAY_MS - MINUTE_MS)
    expect(await current(keys)).toBe(1)
  })

  test('that cannot be refreshed are good for a day, to the millisecond', async () => {
    const keys = source()
    await current(keys)
    answers[DISCOVERY] = (response) => void response.writeHead(503).end()
    clock.advance(DAY_MS - 1)
    expect(await current(keys)).toBe(1)
    await expect.poll(() => faults.length).toBe(1)
    clock.advance(1)
    // The refresh that failed was a moment ago.
    expect(await current(keys)).toBe('unavailable')
    expect(asked).toHaveLength(3)
  })

  test('are fetched for an unknown key at most once a minute, and stay as they are when that fails', async () => {
    const keys = source()
    await current(keys)
    clock.advance(MINUTE_MS - 1)
    expect([(await keys.afterUnknownKey()).revision, asked.length]).toEqual([1, 2])
    answers[KEYS] = keysWith('second')
    clock.advance(1)
    expect([(await keys.afterUnknownKey()).revision, asked.length]).toEqual([2, 4])
    answers[KEYS] = (response) => void response.writeHead(500).end()
    clock.advance(MINUTE_MS)
    expect([(await keys.afterUnknownKey()).revision, asked.length]).toEqual([2, 6])
    expect(faults).toHaveLength(1)
  })

  test('are fetched once for all who ask at the same time', async () => {
    const keys = source()
    expect(
      await Promise.all([current(keys), current(keys), keys.afterUnknownKey().then(({ revision }) => revision)]),
    ).toEqual([1, 1, 1])
    expect(asked).toHaveLength(2)
  })
})
