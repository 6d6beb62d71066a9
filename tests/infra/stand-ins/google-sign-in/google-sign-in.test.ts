import { expect, onTestFinished, test } from 'vitest'

import { LOCAL_CLIENT_ID, startGoogleSignIn } from '#infra/stand-ins/google-sign-in/server.ts'
import { bodyOf } from '#tests/http/harness.ts'

async function start() {
  const signed: object[] = []
  const sign = async (claims: object): Promise<string> => `token ${signed.push(claims)}`
  const { script_url, close } = await startGoogleSignIn({ sign })
  onTestFinished(close)
  const ask = (body: unknown) =>
    fetch(new URL('credential', script_url), { method: 'POST', body: JSON.stringify(body) }).then(bodyOf)
  return { script_url, signed, ask }
}

test('a credential is an ID token of Google, of whoever was chosen', async () => {
  const { ask, signed } = await start()
  const answer = await ask({ client_id: LOCAL_CLIENT_ID, email: 'ann@example.com' })
  expect(answer).toEqual({ credential: 'token 1' })
  const account = { sub: 'ann', email: 'ann@example.com', email_verified: true }
  expect(signed).toEqual([{ iss: 'https://accounts.google.com', aud: LOCAL_CLIENT_ID, ...account }])
})

test('another client id, or what is no address, gets no credential', async () => {
  const { ask, signed } = await start()
  for (const body of [
    { client_id: 'other', email: 'ann@example.com' },
    { client_id: LOCAL_CLIENT_ID, email: 'x' },
    1,
  ]) {
    expect(Object.keys(await ask(body))).toEqual(['message'])
  }
  expect(signed).toEqual([])
})

test('every file that a browser needs of it is sent as what it is', async () => {
  const { script_url } = await start()
  const types: [string, string][] = [
    ['client', 'text/javascript'],
    ['style', 'text/css'],
    ['button', 'text/html'],
    ['button.js', 'text/javascript'],
    ['select', 'text/html'],
    ['select.js', 'text/javascript'],
  ]
  for (const [name, type] of types) {
    const answer = await fetch(new URL(name, script_url))
    expect([name, answer.headers.get('content-type')]).toEqual([name, `${type}; charset=utf-8`])
  }
  expect((await fetch(new URL('other', script_url))).status).toBe(404)
})
