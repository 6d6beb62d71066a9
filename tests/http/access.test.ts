import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { identityOf } from '#shared/http/auth/identity.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import { bodyOf, closed, collectingLog, listening, type Running, startToy } from './harness.ts'
import { createToyApp } from './toy-function.ts'

const FUNCTION_URL = 'https://audiences.example.com'
const OPERATOR = 'operator@example.com'
const SMOKE = 'smoke@project.iam.gserviceaccount.com'

let toy: Running
beforeAll(async () => {
  toy = await startToy({ environment: { FUNCTION_URL, OPERATOR_ACCOUNTS: OPERATOR, SMOKE_ACCOUNTS: SMOKE } })
})
afterAll(() => toy.close())

async function status(path: string, method: string, claims: Record<string, unknown>): Promise<number> {
  const authorization = `Bearer ${await toy.token('demo_user', claims)}`
  return (await toy.call(path, { method, headers: { authorization } })).status
}
const list = (claims: Record<string, unknown>) => status('/api/audiences', 'GET', claims)
const operate = (claims: Record<string, unknown>) => status('/api/audiences/operate', 'POST', claims)
const email = (address: string, email_verified: unknown = true) => ({ email: address, email_verified })

describe('an operator route', () => {
  test('is for a verified email on the list with a token for this very function', async () => {
    expect(await operate({ ...email(OPERATOR), aud: FUNCTION_URL })).toBe(200)
  })
  test('is 403 for anyone else, and for an operator with a token for the app', async () => {
    expect(await operate({ ...email('other@example.com'), aud: FUNCTION_URL })).toBe(403)
    expect(await operate({ ...email(OPERATOR.toUpperCase()), aud: FUNCTION_URL })).toBe(403)
    expect(await operate({ ...email(OPERATOR, false), aud: FUNCTION_URL })).toBe(403)
    expect(await operate({ ...email(OPERATOR, 'true'), aud: FUNCTION_URL })).toBe(403)
    expect(await operate({ aud: FUNCTION_URL })).toBe(403)
    expect(await operate(email(OPERATOR))).toBe(403)
    expect(await operate({ ...email(OPERATOR), aud: [FUNCTION_URL, 'app'] })).toBe(403)
  })
  test('is closed to everyone when no operators or no function URL are set', async () => {
    for (const environment of [{ FUNCTION_URL }, { OPERATOR_ACCOUNTS: OPERATOR }]) {
      const closed_toy = await startToy({ environment })
      const token = await closed_toy.token('demo_user', { ...email(OPERATOR), aud: ['app'] })
      const headers = { authorization: `Bearer ${token}` }
      expect((await closed_toy.call('/api/audiences/operate', { method: 'POST', headers })).status).toBe(403)
      await closed_toy.close()
    }
  })
})

describe('an account', () => {
  test('is an email of the primary issuer, or alias:email of the issuer with that alias, and of no other', async () => {
    // The toy's issuer is the one with an alias here, and vouches for any email.
    const primary = { issuer: 'https://primary.example.com', audiences: ['app'] }
    const [toy_issuer] = JSON.parse(toy.environment['OIDC_ISSUERS']!) as [object]
    const OIDC_ISSUERS = JSON.stringify([primary, { ...toy_issuer, alias: 'google' }])
    const answers = async (OPERATOR_ACCOUNTS: string, SMOKE_ACCOUNTS: string, operator = OPERATOR, smoke = SMOKE) => {
      const environment = { ...toy.environment, OIDC_ISSUERS, FUNCTION_URL, OPERATOR_ACCOUNTS, SMOKE_ACCOUNTS }
      const server = createFunctionServer(createToyApp(environment, { log: collectingLog() }))
      const url = await listening(server)
      const call = async (path: string, method: string, claims: Record<string, unknown>) => {
        const headers = { authorization: `Bearer ${await toy.token('demo_user', claims)}` }
        return (await fetch(`${url}${path}`, { method, headers })).status
      }
      const operated = await call('/api/audiences/operate', 'POST', { ...email(operator), aud: FUNCTION_URL })
      const listed = await call('/api/audiences', 'GET', email(smoke))
      await closed(server)
      return [operated, listed]
    }
    expect(await answers(OPERATOR, SMOKE)).toEqual([403, 403])
    expect(await answers(`google:${OPERATOR}`, `google:${SMOKE}`)).toEqual([200, 200])
    expect(await answers(`google:${OPERATOR}`, `google:${SMOKE}`, 'other@example.com', `x${SMOKE}`)).toEqual([403, 403])
  })

  test('with a colon in its email is nobody’s: it could spell an account of another issuer', async () => {
    const primary = { issuer: 'https://primary.example.com', audiences: ['app'], algorithms: ['RS256' as const] }
    for (const address of [`google:${OPERATOR}`, `:${OPERATOR}`, 'a:b@example.com']) {
      for (const issuer of [primary, { ...primary, alias: 'google' }]) {
        const claims = { sub: 'demo_user', aud: 'app', ...email(address) }
        expect(identityOf(claims, issuer, 'a salt for tests only').account).toBeUndefined()
      }
    }
  })

  test('of an alias that no issuer has keeps the process from starting', () => {
    const bad = { ...toy.environment, OPERATOR_ACCOUNTS: `gogle:${OPERATOR}`, SMOKE_ACCOUNTS: `google:${SMOKE}` }
    expect(() => createToyApp(bad, { log: collectingLog() })).toThrow(
      /OPERATOR_ACCOUNTS names issuers that OIDC_ISSUERS does not have: gogle\n.*SMOKE_ACCOUNTS names .*: google/,
    )
  })
})

describe('a user route', () => {
  test('refuses a token made for operators', async () => {
    expect(await list({ ...email(OPERATOR), aud: FUNCTION_URL })).toBe(401)
  })
  test('refuses service accounts, known by their email, their authorized party, or being both client and subject', async () => {
    expect(await list(email('x@project.iam.gserviceaccount.com'))).toBe(403)
    expect(await list(email('x@project.iam.gserviceaccount.com', false))).toBe(403)
    expect(await list({ azp: 'x@developer.gserviceaccount.com' })).toBe(403)
    expect(await list({ sub: '1234567890', azp: '1234567890' })).toBe(403)
  })
  test('lets the smoke account own data like any user', async () => {
    expect(await list({ ...email(SMOKE), azp: SMOKE })).toBe(200)
    expect(await list({ ...email(SMOKE, false), azp: SMOKE })).toBe(403)
  })
})

describe('a route that takes a token or none', () => {
  const greet = (headers: Record<string, string>, query = '') =>
    fetch(`${toy.url}/api/audiences/greet${query}`, { headers })
  const greeted = async (claims: Record<string, unknown>) => {
    const answer = await greet({ authorization: `Bearer ${await toy.token('demo_user', claims)}` })
    return [answer.status, (await bodyOf(answer))['greeted']]
  }

  test('knows the user of a good token, and without one a guest', async () => {
    expect(await greeted({})).toEqual([200, 'demo_user'])
    const answer = await greet({})
    expect([answer.status, await bodyOf(answer)]).toEqual([200, { success: true, greeted: 'guest' }])
    expect(toy.lines.at(-1)).toMatchObject({ outcome: 'ok', user_hash: undefined })
  })

  test('answers a token that is not good as any route does, and never as a guest', async () => {
    const other_purpose = await toy.token('demo_user', { ...email(OPERATOR), aud: FUNCTION_URL })
    for (const authorization of ['', ' ', 'Bearer', 'Bearer x', 'Basic eDp5', `Bearer ${other_purpose}`]) {
      const answer = await greet({ authorization })
      const { status, headers } = answer
      expect([authorization, status, headers.get('www-authenticate')]).toEqual([
        authorization,
        401,
        expect.stringContaining('Bearer realm="activation-manager"') as string,
      ])
    }
  })

  test('takes service accounts as a user route does', async () => {
    expect(await greeted(email('x@project.iam.gserviceaccount.com'))).toEqual([403, undefined])
    expect(await greeted({ ...email(SMOKE), azp: SMOKE })).toEqual([200, 'demo_user'])
  })

  test('takes a user_id from its caller only', async () => {
    const authorization = `Bearer ${await toy.token('demo_user')}`
    expect((await greet({ authorization }, '?user_id=demo_user')).status).toBe(200)
    expect((await greet({ authorization }, '?user_id=other_user')).status).toBe(403)
    const guest = await greet({}, '?user_id=demo_user')
    const { errors } = await bodyOf(guest)
    expect([guest.status, errors]).toEqual([400, [{ path: 'user_id', message: expect.any(String) as string }]])
  })
})

describe('user_id, as old clients send it', () => {
  test('is accepted in query and body when it is the caller, and no handler sees it', async () => {
    const created = await toy.call('/api/audiences', { method: 'POST', json: { name: 'x', user_id: 'demo_user' } })
    expect(created.status).toBe(201)
    expect((await bodyOf(created))['body']).not.toHaveProperty('user_id')
    expect(await bodyOf(await toy.call('/api/audiences?user_id=demo_user'))).toMatchObject({ is_old_client: true })
    expect(await bodyOf(await toy.call('/api/audiences'))).toMatchObject({ is_old_client: false })
    const restored = await toy.call('/api/audiences/a/restore', { method: 'POST', json: { user_id: 'demo_user' } })
    expect(restored.status).toBe(200)
  })
  test('is 403 when it is anybody else', async () => {
    for (const user_id of ['other_user', 'DEMO_USER', '', null, ['demo_user'], { a: 1 }]) {
      expect((await toy.call('/api/audiences', { method: 'POST', json: { name: 'x', user_id } })).status).toBe(403)
    }
    expect((await toy.call('/api/audiences?user_id=other_user')).status).toBe(403)
    const patched = await toy.call('/api/audiences/a', { method: 'PATCH', json: { user_id: 'other_user' } })
    expect(patched.status).toBe(403)
  })
})
