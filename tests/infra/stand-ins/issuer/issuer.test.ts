import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, get, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import {
  createLocalIssuer,
  DISCOVERY_PATH,
  ISSUER_PATH,
  JWKS_PATH,
  type LocalIssuer,
  TOKEN_PATH,
} from '#infra/stand-ins/issuer/issuer.ts'
import { keptKey } from '#infra/stand-ins/issuer/kept-key.ts'
import { bodyOf, closed, listening } from '#tests/http/harness.ts'

let data_dir: string
let server: Server
let url: string
let issuer: LocalIssuer

beforeEach(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'issuer-'))
  server = createServer((request, response) => issuer.listener(request, response))
  url = await listening(server)
  issuer = await createLocalIssuer({ data_dir, issuer: url, audience: 'app' })
})
afterEach(async () => {
  await closed(server)
  await rm(data_dir, { recursive: true })
})

const ask = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}${TOKEN_PATH}`, { method: 'POST', body: JSON.stringify(body), headers })

async function claimsOf(answer: Response): Promise<Record<string, unknown>> {
  const { id_token } = (await answer.json()) as { id_token: string }
  return JSON.parse(Buffer.from(id_token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
}

describe('the local issuer', () => {
  test('gives anyone a token of an hour', async () => {
    const claims = await claimsOf(await ask({ user_id: 'demo_user', email: 'demo@example.com', name: 'Demo' }))
    expect(claims).toMatchObject({
      iss: url,
      aud: 'app',
      sub: 'demo_user',
      email: 'demo@example.com',
      email_verified: true,
      name: 'Demo',
    })
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(3600)
    expect(await claimsOf(await ask({ user_id: 'demo_user' }))).not.toHaveProperty('email')
    expect(await claimsOf(await ask({ user_id: 'x', audience: 'https://f.example.com' }))).toMatchObject({
      aud: 'https://f.example.com',
    })
  })

  test('refuses what it does not understand', async () => {
    for (const body of [{}, { user_id: '' }, { user_id: 7 }, { user_id: 'x', admin: true }, 'x', null]) {
      expect((await ask(body)).status).toBe(400)
    }
    expect((await fetch(`${url}${TOKEN_PATH}`)).status).toBe(405)
    expect((await fetch(`${url}/local/else`)).status).toBe(404)
  })

  test('keeps its key in the data folder, for its owner alone, and publishes the public half', async () => {
    const file = join(data_dir, 'issuer', 'key.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const published = await (await fetch(`${url}${JWKS_PATH}`)).text()
    const again = await createLocalIssuer({ data_dir, issuer: url, audience: 'app' })
    issuer = again
    expect(await (await fetch(`${url}${JWKS_PATH}`)).text()).toBe(published)
    const { d } = JSON.parse(await readFile(file, 'utf8')) as { d: string }
    expect(published).not.toContain(d)
    expect(await bodyOf(await fetch(`${url}${DISCOVERY_PATH}`))).toMatchObject({
      issuer: url,
      jwks_uri: `${url}${JWKS_PATH}`,
    })
  })

  test('gives no token to another site’s page, even one whose name resolves to this machine', async () => {
    const foreign = await ask({ user_id: 'x' }, { origin: 'https://evil.example.com' })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    const own = await ask({ user_id: 'x' }, { origin: 'http://localhost:5173' })
    expect(own.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    const preflight = await fetch(`${url}${TOKEN_PATH}`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Content-Type.*traceparent.*sentry-trace/)
  })
})

describe('its discovery document', () => {
  test.each([DISCOVERY_PATH, `${ISSUER_PATH}${DISCOVERY_PATH}`])('at %s names keys that are there', async (path) => {
    const document = await bodyOf(await fetch(`${url}${path}`))
    expect(document['issuer']).toBe(url)
    expect(await bodyOf(await fetch(String(document['jwks_uri'])))).toMatchObject({
      keys: [{ kty: 'RSA', use: 'sig' }],
    })
  })

  test('names them by the host and port that it was asked by', async () => {
    const asked = async (host: string) =>
      new Promise<string>((resolve, reject) => {
        const request = get(`${url}${DISCOVERY_PATH}`, { headers: { host } }, (response) => {
          void text(response).then((body) => resolve((JSON.parse(body) as { jwks_uri: string }).jwks_uri), reject)
        })
        request.on('error', reject)
      })
    expect(await asked('localhost:18080')).toBe(`http://localhost:18080${JWKS_PATH}`)
    expect(await asked('[::1]:9000')).toBe(`http://[::1]:9000${JWKS_PATH}`)
    expect(await asked('a b')).toBe(`${url}${JWKS_PATH}`)
  })
})

describe('a signing key that cannot be used', () => {
  test.each(['', '{', '{}', 'null', '{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQ","kid":"x"}'])(
    '(%s), as a full disk or a person left it, is replaced, and the terminal says so',
    async (damaged) => {
      const folder = join(data_dir, 'issuer')
      await writeFile(join(folder, 'key.json'), damaged)
      const told: string[] = []
      const key = await keptKey(folder, (line) => told.push(line))
      expect(told).toEqual([expect.stringMatching(/key\.json was damaged.*Tokens from before are refused/)])
      expect(await keptKey(folder)).toEqual(key)
      expect(await readdir(folder)).toEqual(['key.json'])
      expect(told).toHaveLength(1)
    },
  )
})
