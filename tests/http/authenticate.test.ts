import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createLocalIssuer, JWKS_PATH, type LocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { Problem } from '#shared/base/problem.ts'
import { type Authenticator, createAuthenticator } from '#shared/http/auth/authenticate.ts'
import type { IssuerSettings } from '#shared/settings/edge-settings.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { attackerKey, hmacToken, publicPem, rsaToken, unsignedToken } from './forged-token.ts'
import { ManualClock } from './manual-clock.ts'
import { closed, listening } from './harness.ts'

const NOW_MS = Date.UTC(2026, 10, 1)
const NOW_S = NOW_MS / 1000
const MINUTE_MS = 60_000
const FUNCTION_URL = 'https://audiences.example.com'

let clock: ManualClock
let data_dir: string
let server: Server
let url: string
let issuer: LocalIssuer
let jwks_requests: number
let is_away: boolean
let is_hanging: boolean
let faults: unknown[]
let authenticator: Authenticator

beforeEach(async () => {
  clock = new ManualClock(NOW_MS)
  data_dir = await mkdtemp(join(tmpdir(), 'issuer-'))
  jwks_requests = 0
  is_away = false
  is_hanging = false
  faults = []
  server = createServer((request, response) => {
    if (request.url === JWKS_PATH) jwks_requests += 1
    if (is_hanging) return
    if (is_away) response.writeHead(503).end()
    else issuer.listener(request, response)
  })
  url = await listening(server)
  await shareIssuerKey(data_dir)
  issuer = await createLocalIssuer({ data_dir, issuer: url, audience: 'app', clock })
  authenticator = authenticatorOf({})
})

afterEach(async () => {
  await closed(server)
  await rm(data_dir, { recursive: true })
})

function authenticatorOf(settings: Partial<IssuerSettings>, on_cloud = false): Authenticator {
  return createAuthenticator({
    issuers: [{ issuer: url, audiences: ['app'], algorithms: ['RS256'], ...settings }],
    function_url: FUNCTION_URL,
    user_hash_salt: 'a salt for tests only',
    on_cloud,
    clock,
    onFault: (error) => faults.push(error),
  })
}

const claims = (more: object = {}) => ({ iss: url, aud: 'app', sub: 'mallory', iat: NOW_S, exp: NOW_S + 3600, ...more })
const identify = (token: string, by = authenticator) => by.identify(`Bearer ${token}`)
const sign = (more: Record<string, unknown> = {}) => issuer.sign({ sub: 'demo_user', ...more })

/** The issuer's real key, which an attacker does not have, for tokens that are wrong in other ways. */
async function publishedKey(): Promise<{ kid: string } & Record<string, unknown>> {
  const { keys } = (await (await fetch(`${url}${JWKS_PATH}`)).json()) as { keys: [{ kid: string }] }
  jwks_requests = 0
  return keys[0]
}

/** The problem that `attempt` ends with. */
async function problemOf(attempt: Promise<unknown>): Promise<Problem> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Problem)) throw new Error('no problem', { cause: error })
  return error
}

/** True when `token` is refused as such, with a reason in plain ASCII that repeats nothing of the token. */
async function refused(token: string): Promise<true> {
  await reasonOf(token)
  return true
}

/** Why `token` is refused. */
async function reasonOf(token: string, by = authenticator): Promise<string> {
  const { kind, headers, message } = await problemOf(identify(token, by))
  expect(kind).toBe('unauthenticated')
  expect(message).toMatch(/^The token (is not valid for this service: [\w ().,]+|has expired)$/)
  expect(message.length).toBeLessThan(150)
  expect(message).not.toMatch(/mallory|another-app|example\.com|127\.0\.0\.1/)
  expect(headers['WWW-Authenticate']).toBe(
    `Bearer realm="activation-manager", error="invalid_token", error_description="${message}"`,
  )
  return message.replace('The token is not valid for this service: ', '')
}

async function replaceKey(): Promise<void> {
  await rm(data_dir, { recursive: true })
  issuer = await createLocalIssuer({ data_dir, issuer: url, audience: 'app', clock })
}

describe('a good token', () => {
  test('names the user by sub, with the email only when it is verified', async () => {
    expect(await identify(await sign())).toMatchObject({ user_id: 'demo_user', email: undefined })
    const unverified = { email: 'a@example.com', email_verified: 'true' }
    expect(await identify(await sign(unverified))).toMatchObject({ email: undefined })
    const verified = { email: 'a@example.com', email_verified: true }
    expect(await identify(await sign(verified))).toMatchObject({ email: 'a@example.com' })
  })

  test('of an issuer with an alias names the user <alias>:<sub>', async () => {
    const aliased = authenticatorOf({ alias: 'corp' })
    expect(await identify(await sign({ sub: 'x:y' }), aliased)).toMatchObject({ user_id: 'corp:x:y' })
  })

  test('of the primary issuer whose sub has a colon names the user :<sub>, so that no two users can meet', async () => {
    const subjects = ['f:9d3c-x:ann', 'did:key:z6Mk', ':', '::', 'a:', ':a', 'corp:ann', ':corp:ann']
    const aliased = authenticatorOf({ alias: 'corp' })
    const user_ids: string[] = []
    for (const sub of subjects) {
      const { user_id, own_names } = await identify(await sign({ sub }))
      expect([user_id, own_names]).toEqual([`:${sub}`, [`:${sub}`, sub]])
      const other = await identify(await sign({ sub }), aliased)
      expect([other.user_id, other.own_names]).toEqual([`corp:${sub}`, [`corp:${sub}`]])
      user_ids.push(user_id, other.user_id)
    }
    for (const sub of ['ann', 'f', 'did']) user_ids.push((await identify(await sign({ sub }))).user_id)
    expect(new Set(user_ids).size).toBe(user_ids.length)
  })

  test('of Google names its issuer with or without https, whichever of them the setting has', async () => {
    const jwks_url = `${url}${JWKS_PATH}`
    for (const issuer of ['https://accounts.google.com', 'accounts.google.com']) {
      const google = authenticatorOf({ issuer, jwks_url })
      for (const iss of ['https://accounts.google.com', 'accounts.google.com']) {
        expect(await identify(await sign({ iss }), google)).toMatchObject({ user_id: 'demo_user' })
      }
      for (const iss of [
        'http://accounts.google.com',
        'ACCOUNTS.google.com',
        'accounts.google.com/',
        '//accounts.google.com',
      ]) {
        expect(await reasonOf(await sign({ iss }), google)).toBe('its issuer (iss) is not trusted here')
      }
    }
  })

  test('of another issuer names it exactly as the setting; a host without scheme there stands for https', async () => {
    const jwks_url = `${url}${JWKS_PATH}`
    const exact = authenticatorOf({ issuer: 'https://idp.example.com', jwks_url })
    expect(await reasonOf(await sign({ iss: 'idp.example.com' }), exact)).toBe('its issuer (iss) is not trusted here')
    const bare = authenticatorOf({ issuer: 'idp.example.com/realms/a', jwks_url })
    for (const iss of ['idp.example.com/realms/a', 'https://idp.example.com/realms/a']) {
      expect(await identify(await sign({ iss }), bare)).toMatchObject({ user_id: 'demo_user' })
    }
  })

  test('is found good by discovery as by a given address of the keys', async () => {
    const given = authenticatorOf({ jwks_url: `${url}${JWKS_PATH}` })
    expect((await identify(await sign(), given)).user_id).toBe('demo_user')
  })

  test('costs one fetch of the keys for any number of requests', async () => {
    await Promise.all(Array.from({ length: 20 }, async (_, index) => identify(await sign({ sub: `u${index}` }))))
    expect(jwks_requests).toBe(1)
  })
})

describe('a token is refused', () => {
  test('without a signature, however alg none is spelled', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await refused(unsignedToken({ alg }, claims()))).toBe(true)
      expect(await refused(unsignedToken({ alg }, claims(), 'AAAA'))).toBe(true)
    }
  })

  test('signed by another key, even under the kid of the real one', async () => {
    const { kid } = await publishedKey()
    expect(await refused(rsaToken({ alg: 'RS256', kid }, claims()))).toBe(true)
    expect(await refused(rsaToken({ alg: 'RS256' }, claims()))).toBe(true)
  })

  test('with its own key in the header', async () => {
    const jwk = attackerKey.export({ format: 'jwk' })
    expect(await refused(rsaToken({ alg: 'RS256', jwk: { kty: jwk.kty, n: jwk.n, e: jwk.e } }, claims()))).toBe(true)
    expect(await refused(rsaToken({ alg: 'RS256', jku: `${url}${JWKS_PATH}`, kid: 'x' }, claims()))).toBe(true)
  })

  test('signed with the public key as if it were a shared secret', async () => {
    const key = await publishedKey()
    expect(await refused(hmacToken({ alg: 'HS256', kid: key.kid }, claims(), publicPem(key)))).toBe(true)
    expect(await refused(hmacToken({ alg: 'HS256' }, claims(), publicPem(key)))).toBe(true)
  })

  test('signed well by an algorithm that is not on the list', async () => {
    const other = authenticatorOf({ algorithms: ['ES256', 'PS256'] })
    const { kind } = await problemOf(identify(await sign(), other))
    expect(kind).toBe('unauthenticated')
  })

  test('with a critical header that is not understood', async () => {
    const { kid } = await publishedKey()
    expect(await refused(rsaToken({ alg: 'RS256', kid, crit: ['b64'], b64: false }, claims()))).toBe(true)
  })

  test('for another audience, from another issuer, or from none', async () => {
    expect(await refused(await sign({ aud: 'another-app' }))).toBe(true)
    expect(await refused(await sign({ aud: [] }))).toBe(true)
    expect(await refused(await sign({ iss: `${url}/` }))).toBe(true)
    expect(await refused(await sign({ iss: 'https://accounts.example.com' }))).toBe(true)
    expect(await refused(await sign({ iss: undefined }))).toBe(true)
  })

  test('expired beyond the tolerance of a minute, or not yet valid by more than that', async () => {
    expect(await identify(await sign({ exp: NOW_S - 59 }))).toMatchObject({ user_id: 'demo_user' })
    expect(await refused(await sign({ exp: NOW_S - 60 }))).toBe(true)
    expect(await identify(await sign({ nbf: NOW_S + 60 }))).toMatchObject({ user_id: 'demo_user' })
    expect(await refused(await sign({ nbf: NOW_S + 61 }))).toBe(true)
  })

  test('without an expiry, or with one that is no number', async () => {
    expect(await refused(await sign({ exp: undefined }))).toBe(true)
    expect(await refused(await sign({ exp: '9999999999' }))).toBe(true)
  })

  test('that was good a moment ago, once it has expired: a remembered token is held to its times', async () => {
    const token = await sign({ exp: NOW_S + 10 })
    await identify(token)
    clock.advance(69_000)
    await identify(token)
    clock.advance(1_000)
    expect(await refused(token)).toBe(true)
  })

  test('whose time has not come again: a clock that goes back makes a remembered token one that is to come', async () => {
    const coming = await sign({ nbf: NOW_S + 70, exp: NOW_S + 3600 })
    clock.advance(10_000)
    await identify(coming)
    clock.advance(-1)
    expect(await reasonOf(coming)).toBe('it is not valid yet (nbf)')
  })

  test('to the second of its tolerance, also once it is remembered', async () => {
    const [expiring, coming] = [await sign({ exp: NOW_S + 10 }), await sign({ nbf: NOW_S + 70, exp: NOW_S + 3600 })]
    await identify(expiring)
    expect(await refused(coming)).toBe(true)
    clock.advance(10_000)
    expect(await identify(coming)).toMatchObject({ user_id: 'demo_user' })
    clock.advance(59_999)
    expect(await identify(expiring)).toMatchObject({ user_id: 'demo_user' })
    clock.advance(1)
    expect(await reasonOf(expiring)).toBe('The token has expired')
    expect(await reasonOf(await sign({ exp: NOW_S + 10 }))).toBe('The token has expired')
  })

  test('with a subject that cannot be a user id', async () => {
    for (const sub of [undefined, '', 7, 'a\0b', 'a\nb', '\ud800', 'ü'.repeat(128), 'x'.repeat(256)]) {
      expect(await refused(await sign({ sub }))).toBe(true)
    }
    expect((await identify(await sign({ sub: 'x'.repeat(255) }))).user_id).toHaveLength(255)
    expect((await identify(await sign({ sub: `${'x'.repeat(254)}:` }))).user_id).toHaveLength(256)
  })

  test('with a subject like the id of a workspace, of any issuer', async () => {
    for (const by of [authenticator, authenticatorOf({ alias: 'corp' })]) {
      for (const sub of ['ws_', 'ws_01h455vb4pex5vsknk084sn02q', 'ws_a:b']) {
        expect(await reasonOf(await sign({ sub }), by)).toBe('its subject (sub) begins with ws_, which is reserved')
      }
      for (const sub of ['ws', 'wsx', 'WS_a', 'aws_a', ':ws_a']) {
        expect((await identify(await sign({ sub }), by)).user_id).toMatch(/ws/i)
      }
    }
  })

  test('and told why', async () => {
    const { kid } = await publishedKey()
    for (const [token, reason] of [
      [await sign({ exp: NOW_S - 100 }), 'The token has expired'],
      [await sign({ nbf: NOW_S + 100 }), 'it is not valid yet (nbf)'],
      [await sign({ aud: 'another-app' }), 'its audience (aud) is another one'],
      [await sign({ aud: undefined, iss: url }), 'its audience (aud) is another one'],
      [await sign({ iss: 'https://evil.example.com' }), 'its issuer (iss) is not trusted here'],
      [await sign({ exp: undefined }), 'its claim exp is missing'],
      [await sign({ sub: '' }), 'it has no subject (sub)'],
      [await sign({ sub: 'x'.repeat(256) }), 'its subject (sub) is longer than 255 bytes'],
      [await sign({ sub: 'a\nb' }), 'its subject (sub) is not plain text'],
      [rsaToken({ alg: 'RS256', kid }, claims()), 'its signature is not that of its issuer'],
      [rsaToken({ alg: 'RS256', kid: 'x' }, claims()), 'its issuer publishes no key that could have signed it'],
      [unsignedToken({ alg: 'none' }, claims(), 'AAAA'), 'its algorithm (alg) is not accepted'],
      ['x', 'it is not a JWT'],
      ['a b', 'Authorization is not the word Bearer and one token'],
      [`${'a'.repeat(9000)}.b.c`, 'it is longer than 8192 characters'],
    ] as const) {
      expect(await reasonOf(token)).toBe(reason)
    }
  })

  test('that is no token at all', async () => {
    for (const text of ['', 'x', 'a.b.c', 'Bearer', 'a b', '..', `${'a'.repeat(9000)}.b.c`]) {
      expect((await problemOf(identify(text))).kind).toBe('unauthenticated')
    }
    expect((await problemOf(authenticator.identify('Basic dXNlcjpwYXNz'))).kind).toBe('unauthenticated')
  })

  test('and none sent asks for one, without an error code (RFC 6750)', async () => {
    const { headers } = await problemOf(authenticator.identify(undefined))
    expect(headers['WWW-Authenticate']).toBe('Bearer realm="activation-manager"')
  })
})

describe('keys', () => {
  test('that are new are fetched for an unknown kid, at most once a minute', async () => {
    await identify(await sign())
    await replaceKey()
    expect(await refused(await sign())).toBe(true)
    expect(await refused(await sign())).toBe(true)
    expect(jwks_requests).toBe(1)
    clock.advance(MINUTE_MS)
    expect(await identify(await sign())).toMatchObject({ user_id: 'demo_user' })
    expect(jwks_requests).toBe(2)
    expect(await refused(rsaToken({ alg: 'RS256', kid: 'made-up' }, claims()))).toBe(true)
    expect(await refused(rsaToken({ alg: 'RS256', kid: 'made-up-too' }, claims()))).toBe(true)
    expect(jwks_requests).toBe(2)
  })

  test('that were withdrawn are no longer trusted, not even for a remembered token', async () => {
    const old_token = await sign()
    expect(await identify(old_token)).toMatchObject({ user_id: 'demo_user' })
    await replaceKey()
    clock.advance(MINUTE_MS)
    await identify(await sign())
    expect(await refused(old_token)).toBe(true)
  })

  test('that cannot be fetched at the start are 503 with Retry-After, and recover by themselves', async () => {
    is_away = true
    const token = await sign()
    const problem = await problemOf(identify(token))
    expect([problem.kind, problem.retry_after_ms]).toEqual(['unavailable', 5000])
    is_away = false
    clock.advance(1_000)
    expect(await identify(token)).toMatchObject({ user_id: 'demo_user' })
    expect(faults).toHaveLength(1)
  })

  test('that do not arrive within five seconds are 503', async () => {
    is_hanging = true
    const attempt = problemOf(identify(await sign()))
    await new Promise((resolve) => server.once('request', resolve))
    clock.advance(5_000)
    expect((await attempt).kind).toBe('unavailable')
  })

  test('in the cache stay in use for a day while their issuer is unavailable', async () => {
    await identify(await sign())
    is_away = true
    clock.advance(11 * MINUTE_MS)
    expect(await identify(await sign())).toMatchObject({ user_id: 'demo_user' })
    clock.advance(24 * 60 * MINUTE_MS)
    expect((await problemOf(identify(await sign()))).kind).toBe('unavailable')
  })

  test('older than ten minutes are replaced in the background', async () => {
    await identify(await sign())
    clock.advance(11 * MINUTE_MS)
    await identify(await sign())
    await expect.poll(() => jwks_requests).toBe(2)
  })

  test('at an address of this machine are not fetched on the cloud, even when discovery names it', async () => {
    const { kind } = await problemOf(identify(await sign(), authenticatorOf({}, true)))
    expect(kind).toBe('unavailable')
    expect(jwks_requests).toBe(0)
    expect(String(faults[0])).toContain('not allowed')
  })

  test('of a discovery document for another issuer are not used', async () => {
    issuer = await createLocalIssuer({ data_dir, issuer: 'https://evil.example.com', audience: 'app', clock })
    const { kind } = await problemOf(identify(await sign({ iss: url })))
    expect(kind).toBe('unavailable')
  })

  test('that cannot be used are 503 and no fault of the request, reported once', async () => {
    const { kid } = await publishedKey()
    server.removeAllListeners('request')
    const keys = [{ kty: 'RSA', kid, n: 'damaged', e: 'AQAB' }]
    server.on('request', (request, response) => {
      if (request.url === JWKS_PATH) response.end(JSON.stringify({ keys }))
      else issuer.listener(request, response)
    })
    for (const sub of ['ann', 'bob']) {
      const problem = await problemOf(identify(await sign({ sub })))
      expect([problem.kind, problem.retry_after_ms]).toEqual(['unavailable', 5000])
    }
    expect(faults).toHaveLength(1)
  })
})
