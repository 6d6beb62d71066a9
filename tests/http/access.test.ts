import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { bodyOf, type Running, startToy } from './harness.ts'

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
