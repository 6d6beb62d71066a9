import { createPrivateKey } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { keptKey } from '#infra/stand-ins/issuer/kept-key.ts'
import { createLocalIssuer, DISCOVERY_PATH, JWKS_PATH, type LocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { Problem } from '#shared/base/problem.ts'
import { type Authenticator, createAuthenticator } from '#shared/http/auth/authenticate.ts'
import { attackerKey, hmacToken, rsaToken, unsignedToken } from '#tests/http/forged-token.ts'
import { ManualClock } from '#tests/http/manual-clock.ts'
import { closed, listening } from '#tests/http/harness.ts'
import { fc, REPEAT, runs } from '#tests/support/seeds.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

/** What tests/http/authenticate.test.ts leaves open: any header, any claims, and whatever an issuer may answer. */

const NOW_MS = Date.UTC(2026, 10, 1)
const NOW_S = NOW_MS / 1000
const MINUTE_MS = 60_000

type Answering = (request: IncomingMessage, response: ServerResponse) => void

let clock: ManualClock
let data_dir: string
let server: Server
let url: string
let issuer: LocalIssuer
/** What the issuer's server does; by default what the issuer does. */
let answering: Answering | undefined
let requests: string[]
let faults: unknown[]
let authenticator: Authenticator

beforeEach(async () => {
  clock = new ManualClock(NOW_MS)
  data_dir = await mkdtemp(join(tmpdir(), 'issuer-'))
  answering = undefined
  requests = []
  faults = []
  server = createServer((request, response) => {
    requests.push(request.url!)
    ;(answering ?? issuer.listener)(request, response)
  })
  url = await listening(server)
  await shareIssuerKey(data_dir)
  issuer = await createLocalIssuer({ data_dir, issuer: url, audience: 'app', clock })
  authenticator = createAuthenticator({
    issuers: [{ issuer: url, audiences: ['app'], algorithms: ['RS256'] }],
    function_url: 'https://audiences.example.com',
    user_hash_salt: 'a salt for tests only',
    on_cloud: false,
    clock,
    onFault: (error) => faults.push(error),
  })
})
afterEach(async () => {
  await closed(server)
  await rm(data_dir, { recursive: true })
})

const claims = (more: object = {}) => ({ iss: url, aud: 'app', sub: 'mallory', iat: NOW_S, exp: NOW_S + 3600, ...more })
const jwksRequests = () => requests.filter((path) => path === JWKS_PATH).length

/** The user, or the kind of problem that the header ends with; anything else that is thrown fails the test. */
async function outcomeOf(authorization: string): Promise<string> {
  try {
    const { user_id } = await authenticator.identify(authorization)
    return `user ${user_id}`
  } catch (error) {
    if (error instanceof Problem) return error.kind
    throw error
  }
}
const outcomeOfToken = (token: string) => outcomeOf(`Bearer ${token}`)

/** Signed with the issuer's own key, under any header. */
async function signedWell(payload: object, header: object = {}): Promise<string> {
  const jwk = await keptKey(join(data_dir, 'issuer'))
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return rsaToken({ alg: 'RS256', kid: jwk.kid, ...header }, payload, key)
}

/** What a well signed token may end with whose claims are changed by `more`. */
function outcomesOf(more: Readonly<Record<string, unknown>>): string[] {
  const is_changed = ['iss', 'aud', 'sub', 'exp', 'nbf', 'iat'].some((name) => Object.hasOwn(more, name))
  const { sub } = { ...claims(), ...more }
  return [
    ...(typeof sub === 'string' ? [`user ${sub}`, `user :${sub}`] : []),
    ...(is_changed ? ['unauthenticated'] : []),
  ]
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, '', 'x', [], {}, [null], 'none', 'RS256', 'HS256', '\0', '\ud800'),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }),
)

describe(`a token (${REPEAT})`, () => {
  test('forged by another key is refused whatever its header says', async () => {
    const names = ['alg', 'kid', 'typ', 'cty', 'crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'enc', 'zip', 'p2c']
    const members = fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] })
    const { kid } = await keptKey(join(data_dir, 'issuer'))
    const header = fc.tuple(members, fc.constantFrom({}, { alg: 'RS256' }, { alg: 'RS256', kid }))
    await fc.assert(
      fc.asyncProperty(header, fc.constantFrom('rsa', 'hmac', 'none'), async ([more, fixed], how) => {
        const forged = { ...more, ...fixed }
        const made = { rsa: rsaToken, hmac: hmac, none: unsignedToken }[how](forged, claims())
        expect(await outcomeOfToken(made)).toBe('unauthenticated')
      }),
      runs(8, 750),
    )
    expect(jwksRequests()).toBe(1)
  })

  test('signed well is a user or refused whatever its claims say, and never a fault', async () => {
    const names = ['iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'azp', 'email', 'email_verified', 'jti', '__proto__']
    const members = fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(members, async (more) => {
        expect(outcomesOf(more)).toContain(await outcomeOfToken(await signedWell({ ...claims(), ...more })))
      }),
      runs(8, 750),
    )
  })

  test('whose subject is an object is refused, whatever methods it seems to have', async () => {
    for (const sub of [{ toString: 7 }, { toString: null, valueOf: '' }, {}, ['mallory'], { sub: 'mallory' }]) {
      expect(outcomesOf({ sub })).toEqual(['unauthenticated'])
      expect([sub, await outcomeOfToken(await signedWell(claims({ sub })))]).toEqual([sub, 'unauthenticated'])
    }
  })

  test('that is changed in one character is refused', async () => {
    const good = await signedWell(claims())
    const [, , signature] = good.split('.') as [string, string, string]
    // The last character of a signature carries bits that do not count.
    const place = fc.nat(good.length - 2)
    const other = fc.constantFrom('A', 'z', '0', '-', '_', '.', '=', '+', '/', '~')
    await fc.assert(
      fc.asyncProperty(place, other, async (at, character) => {
        fc.pre(good[at] !== character)
        const changed = `${good.slice(0, at)}${character}${good.slice(at + 1)}`
        expect(await outcomeOfToken(changed)).toBe('unauthenticated')
      }),
      runs(8, 1000),
    )
    expect(signature.length).toBeGreaterThan(300)
    expect(await outcomeOfToken(good)).toBe('user mallory')
  })

  test('for several audiences is taken when one is ours, and refused when none is exactly', async () => {
    expect(await outcomeOfToken(await signedWell(claims({ aud: ['other', 'app'] })))).toBe('user mallory')
    for (const aud of [
      'https://platforms.example.com',
      ['other'],
      'APP',
      'app ',
      'app/',
      ['app '],
      [['app']],
      { app: 1 },
      7,
      null,
      '',
    ]) {
      expect([aud, await outcomeOfToken(await signedWell(claims({ aud })))]).toEqual([aud, 'unauthenticated'])
    }
  })

  test('says nothing by when it was made: iat decides neither way', async () => {
    for (const iat of [0, NOW_S - 1e6, NOW_S + 30]) {
      expect(await outcomeOfToken(await signedWell(claims({ iat })))).toBe('user mallory')
    }
  })

  test('inside a token, with its payload apart, or with more or fewer parts, is refused', async () => {
    const good = await signedWell(claims())
    const [header, payload, signature] = good.split('.') as [string, string, string]
    const nested = await signedWell(claims(), { cty: 'JWT' })
    expect(await outcomeOfToken(nested)).toBe('user mallory')
    const inside = Buffer.from(JSON.stringify(good)).toString('base64url')
    const encrypted = Buffer.from('{"alg":"RSA-OAEP","enc":"A256GCM"}').toString('base64url')
    for (const token of [
      rsaToken({ alg: 'RS256', cty: 'JWT' }, { token: good }),
      `${header}.${inside}.${signature}`,
      `${header}..${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${good}.`,
      `.${good}`,
      `${good}.${signature}`,
      `${encrypted}.${payload}.${signature}.${signature}.${signature}`,
      `${good}${good}`,
      `${good},${good}`,
      `${good} ${good}`,
      good.replaceAll('.', '%2e'),
    ]) {
      expect([token, await outcomeOfToken(token)]).toEqual([token, 'unauthenticated'])
    }
  })

  test('is read from a Bearer header in any case, and from nothing else', async () => {
    const good = await signedWell(claims())
    for (const scheme of ['Bearer ', 'bearer ', 'BEARER  ']) expect(await outcomeOf(scheme + good)).toBe('user mallory')
    for (const text of [good, `Bearer:${good}`, `Bearer\t${good}`, `Token ${good}`, `Bearer ${good}, Bearer ${good}`]) {
      expect([text, await outcomeOf(text)]).toEqual([text, 'unauthenticated'])
    }
  })
})

const hmac = (header: object, payload: object) => hmacToken(header, payload, 'secret')

describe('a storm of unknown key ids', () => {
  test('makes at most one request for keys a minute, and keeps nobody out', async () => {
    const good = await signedWell(claims())
    expect(await outcomeOfToken(good)).toBe('user mallory')
    for (let minute = 1; minute <= 5; minute++) {
      const storm = Array.from({ length: 40 }, (_, index) =>
        outcomeOfToken(rsaToken({ alg: 'RS256', kid: `made up ${minute} ${index}` }, claims(), attackerKey)),
      )
      expect(new Set(await Promise.all(storm))).toEqual(new Set(['unauthenticated']))
      expect(await outcomeOfToken(good)).toBe('user mallory')
      expect(jwksRequests()).toBe(minute)
      clock.advance(MINUTE_MS)
    }
  })

  test('while keys rotate delays a new key by a minute at most, and the old ones hold until they are withdrawn', async () => {
    const old = await signedWell(claims())
    expect(await outcomeOfToken(old)).toBe('user mallory')
    clock.advance(MINUTE_MS)
    await outcomeOfToken(rsaToken({ alg: 'RS256', kid: 'made up' }, claims()))
    await rm(data_dir, { recursive: true })
    issuer = await createLocalIssuer({ data_dir, issuer: url, audience: 'app', clock })
    const fresh = await signedWell(claims())
    expect(await outcomeOfToken(fresh)).toBe('unauthenticated')
    expect(await outcomeOfToken(old)).toBe('user mallory')
    clock.advance(MINUTE_MS)
    expect(await outcomeOfToken(fresh)).toBe('user mallory')
    expect(await outcomeOfToken(old)).toBe('unauthenticated')
  })
})

/** Answers the keys with this, and all else as the issuer does. */
const keysAre =
  (answer: (response: ServerResponse) => void): Answering =>
  (request, response) =>
    request.url === JWKS_PATH ? answer(response) : issuer.listener(request, response)

const text =
  (body: string, type = 'application/json'): ((response: ServerResponse) => void) =>
  (response) =>
    response.writeHead(200, { 'Content-Type': type }).end(body)

/** What an issuer may answer instead of keys. */
const BAD_KEYS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'an empty body': text(''),
  'no JSON': text('<html>sign in</html>', 'text/html'),
  null: text('null'),
  'a list': text('[]'),
  'keys that are no list': text('{"keys":{"0":{}}}'),
  'keys that are no keys': text('{"keys":[null,7,"x"]}'),
  'more than a document may have': text(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`),
  'a redirect': (response) => response.writeHead(302, { Location: `${url}/elsewhere` }).end(),
  'an error': (response) => response.writeHead(500).end('{"keys":[]}'),
  'half an answer': (response) => {
    response.writeHead(200, { 'Content-Length': '1000' })
    response.write('{"keys":[')
    response.destroy()
  },
}

describe('an issuer that answers for its keys', () => {
  test.each(Object.keys(BAD_KEYS))('%s has none: 503, and users are back once it answers well', async (name) => {
    answering = keysAre(BAD_KEYS[name]!)
    const good = await signedWell(claims())
    expect(await outcomeOfToken(good)).toBe('unavailable')
    expect(requests).not.toContain('/elsewhere')
    expect(faults.length).toBeGreaterThan(0)
    answering = undefined
    clock.advance(1_000)
    expect(await outcomeOfToken(good)).toBe('user mallory')
  })

  test.each(Object.keys(BAD_KEYS))('%s later on loses nobody: the keys at hand hold', async (name) => {
    const good = await signedWell(claims())
    expect(await outcomeOfToken(good)).toBe('user mallory')
    answering = keysAre(BAD_KEYS[name]!)
    clock.advance(MINUTE_MS)
    expect(await outcomeOfToken(rsaToken({ alg: 'RS256', kid: 'made up' }, claims()))).toBe('unauthenticated')
    expect(faults.length).toBeGreaterThan(0)
    expect(await outcomeOfToken(good)).toBe('user mallory')
  })

  const keyIs = async (key: object): Promise<string> => {
    const { kid } = await keptKey(join(data_dir, 'issuer'))
    answering = keysAre(text(JSON.stringify({ keys: [{ ...key, kid }] })))
    expect(await outcomeOfToken(hmacToken({ alg: 'HS256', kid }, claims(), 'secret'))).toBe('unauthenticated')
    return outcomeOfToken(await signedWell(claims()))
  }

  test.each([
    ['of another kind', { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' }],
    ['that is a secret', { kty: 'oct', k: 'c2VjcmV0' }],
    ['for encryption', { kty: 'RSA', use: 'enc', n: 'sXch', e: 'AQAB' }],
  ])('with a key %s under the right id trusts nobody', async (_, key) => {
    expect(await keyIs(key)).toBe('unauthenticated')
    expect(faults).toEqual([])
  })

  test.each([
    ['that is damaged', { kty: 'RSA', n: 'not base64!', e: 'AQAB' }],
    ['without its numbers', { kty: 'RSA' }],
    ['that is too short to be safe', { kty: 'RSA', n: 'sXch', e: 'AQAB' }],
  ])('with a key %s has its tokens answered by 503, and is reported once', async (_, key) => {
    expect(await keyIs(key)).toBe('unavailable')
    expect(await outcomeOfToken(await signedWell(claims({ sub: 'ann' })))).toBe('unavailable')
    expect(faults).toHaveLength(1)
  })

  test('by a trickle that never ends is given up after five seconds', async () => {
    const good = await signedWell(claims())
    answering = keysAre((response) => {
      response.writeHead(200).write('{')
      clock.advance(5_000)
    })
    expect(await outcomeOfToken(good)).toBe('unavailable')
  })

  test('at a place that discovery sends elsewhere by a redirect is not followed', async () => {
    const good = await signedWell(claims())
    answering = (request, response) => {
      if (request.url === DISCOVERY_PATH) response.writeHead(301, { Location: `${url}/elsewhere` }).end()
      else issuer.listener(request, response)
    }
    expect(await outcomeOfToken(good)).toBe('unavailable')
    expect(requests).toEqual([DISCOVERY_PATH])
  })
})
