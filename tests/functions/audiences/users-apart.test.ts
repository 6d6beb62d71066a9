import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { systemClock } from '#shared/base/clock.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, BUCKET, createClient, everyAudience, saved, type RunningAudiences } from './harness.ts'

const PATH = '/api/audiences'

const EASILY_CONFUSED = [
  'a',
  'A',
  'a%2Fb',
  'a/b',
  'a%2fb',
  'a%252Fb',
  '.',
  '..',
  '../a',
  '..%2fa',
  '*',
  'a*',
  '🎉',
  'é',
  'e\u0301',
  ' ',
  'a ',
  'a=b',
  'user_id=a',
  '__HIVE_DEFAULT_PARTITION__',
  'null',
  '__proto__',
  'constructor',
  '\\a',
  'a#b?c&d',
  '"a"',
  "a'b",
  '{a}',
  'x'.repeat(255),
  '🎉'.repeat(63),
]

test('users whose ids look alike never see each other’s audiences, and each has one folder in the bucket', async () => {
  const running = await audiencesInTest()
  const ids = new Map<string, string>()
  for (const user of EASILY_CONFUSED) {
    ids.set(user, (await saved(running.as(user), { name: `of ${user}`.slice(0, 200) })).audience_id)
  }
  expect(new Set(ids.values()).size).toBe(EASILY_CONFUSED.length)
  for (const user of EASILY_CONFUSED) {
    const mine = await everyAudience(running.as(user), 'full')
    expect(mine.map(({ audience_id, user_id }) => [audience_id, user_id])).toEqual([[ids.get(user), user]])
  }
  const objects = await objectNames(running)
  const folders = objects.map(
    (name) => /^audiences\/(user_id=[\x21-\x7e]+)\/year=\d{4}\/month=\d\d\/[^/]+$/.exec(name)?.[1],
  )
  expect(new Set(folders).size).toBe(EASILY_CONFUSED.length)
  const decoded = folders.map((folder) => decodeURIComponent(folder!.slice('user_id='.length)))
  expect(new Set(decoded)).toEqual(new Set(EASILY_CONFUSED))
  expect(await readdir(running.bucket_dir)).toEqual(['audiences'])
})

async function objectNames({ gcs }: RunningAudiences): Promise<string[]> {
  const response = await fetch(`${gcs.url}/storage/v1/b/${BUCKET}/o`)
  const { items = [] } = (await response.json()) as { items?: { name: string }[] }
  return items.map(({ name }) => name)
}

test('a user id of 255 bytes works, and one byte more is no user', async () => {
  const running = await audiencesInTest()
  for (const user of ['é'.repeat(127) + 'x', 'x'.repeat(255), '%'.repeat(255), '🎉'.repeat(63) + 'xyz']) {
    expect(Buffer.byteLength(user)).toBe(255)
    const { audience_id } = await saved(running.as(user))
    expect((await running.as(user).call('GET', `${PATH}/${audience_id}`)).body.audience.user_id).toBe(user)
    expect((await running.as(`${user}x`).call('GET', PATH)).status).toBe(401)
  }
})

test('subjects that cannot be user ids are 401: empty, like a workspace, a control character or NUL, or no text', async () => {
  const running = await audiencesInTest()
  for (const sub of ['', 'ws_b', 'a\u0000b', '\u0000', 'a\nb', 'a\u0085', 7, null, ['a'], { toString: 'a' }]) {
    const token = await running.token('ignored', { sub })
    const { status, headers, body } = await createClient(running.url, async () => token).call(
      'POST',
      PATH,
      anAudience(),
    )
    expect({ sub, status }).toEqual({ sub, status: 401 })
    expect(headers.get('www-authenticate')).toContain('Bearer')
    expect(body.type).toBe('/problems/unauthenticated')
  }
  expect(running.gcs.operations.counts().write).toBe(0)
})

test('a subject with a colon owns records as :<sub>, under a name of its own, and may call itself by either', async () => {
  const running = await audiencesInTest()
  const ann = running.as('f:9d3c:ann')
  for (const user_id of ['f:9d3c:ann', ':f:9d3c:ann']) {
    expect((await saved(ann, { user_id })).user_id).toBe(':f:9d3c:ann')
    expect((await ann.call('GET', `${PATH}?user_id=${encodeURIComponent(user_id)}`)).body.count).toBeGreaterThan(0)
  }
  for (const user_id of ['9d3c:ann', '::f:9d3c:ann', 'f:9d3c:Ann']) {
    expect((await ann.call('POST', PATH, anAudience({ user_id }))).status).toBe(403)
  }
  expect((await running.as(':f:9d3c:ann').call('GET', PATH)).body.count).toBe(0)
})

test('another user’s audience cannot be told from one that does not exist, on any route', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running.as('ann'), { name: 'secret of ann' })
  const absent = `${audience_id.slice(0, -4)}zzzz`
  const bob = running.as('bob')
  await saved(bob)
  const ask = async (id: string) => {
    const replies = [
      await bob.call('GET', `${PATH}/${id}`),
      await bob.call('GET', `${PATH}/${id}`, undefined, { 'if-none-match': '"1"' }),
      await bob.call('PATCH', `${PATH}/${id}`, { name: 'mine now' }),
      await bob.call('PATCH', `${PATH}/${id}`, { name: 'mine now' }, { 'if-match': '"9"' }),
      await bob.call('DELETE', `${PATH}/${id}`),
      await bob.call('PUT', `${PATH}/${id}/status`, { status: 'archived' }),
      await bob.call('POST', `${PATH}/${id}/restore`),
      await bob.call('GET', `${PATH}/${id}/export?format=csv`),
    ]
    // `instance` names the request, so it always differs.
    return replies.map(({ status, body, headers }) => ({
      status,
      body: { ...body, instance: '' },
      headers: [...headers.keys()],
    }))
  }
  const foreign = await ask(audience_id)
  expect(foreign).toEqual(await ask(absent))
  for (const { status } of foreign) expect(status).toBe(404)
  const untouched = await running.as('ann').call('GET', `${PATH}/${audience_id}`)
  expect(untouched.body.audience).toMatchObject({ version: 1, name: 'secret of ann' })
})

test('a save with another user’s id makes a record in one’s own space and leaves the other alone', async () => {
  const running = await audiencesInTest()
  const theirs = await saved(running.as('ann'), { name: 'of ann' })
  const { status, body } = await running
    .as('bob')
    .call('POST', PATH, anAudience({ audience_id: theirs.audience_id, name: 'of bob' }))
  expect(status).toBe(201)
  expect(body.audience).toMatchObject({ audience_id: theirs.audience_id, user_id: 'bob', name: 'of bob', version: 1 })
  await running.as('bob').call('DELETE', `${PATH}/${theirs.audience_id}`)
  expect((await running.as('ann').call('GET', `${PATH}/${theirs.audience_id}`)).body.audience).toEqual(theirs)
})

test('reading makes nothing: no request but a save creates a folder', async () => {
  const running = await audiencesInTest()
  const nobody = running.as('never seen')
  await nobody.call('GET', PATH)
  await nobody.call('GET', `${PATH}/aud_01h455vb4pex5vsknk084sn02q`)
  await nobody.call('GET', `${PATH}/export?format=csv`)
  await nobody.call('DELETE', `${PATH}/aud_01h455vb4pex5vsknk084sn02q`)
  await nobody.call('PATCH', `${PATH}/aud_01h455vb4pex5vsknk084sn02q`, { name: 'x' })
  expect(running.gcs.operations.counts().write).toBe(0)
  expect(await readdir(running.bucket_dir).catch(() => [])).toEqual([])
})

test('no token, a forged one, an expired one and one for somebody else’s app are 401 and reach no data', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const now_s = Math.floor(systemClock.nowMs() / 1000)
  const good = await running.token('demo_user')
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bad: Record<string, string> = {
    none: '',
    'not a token': 'Bearer x',
    'another scheme': `Basic ${Buffer.from('demo_user:x').toString('base64')}`,
    'without a signature': `Bearer ${encode({ alg: 'none' })}.${payload}.`,
    'another payload': `Bearer ${header}.${encode({ ...claims, sub: 'ann' })}.${signature}`,
    'signed by a stranger': `Bearer ${await signedByStranger(claims)}`,
    expired: `Bearer ${await running.token('demo_user', { exp: now_s - 61 })}`,
    'not yet valid': `Bearer ${await running.token('demo_user', { nbf: now_s + 120 })}`,
    'without an expiry': `Bearer ${await running.token('demo_user', { exp: undefined })}`,
    'for another app': `Bearer ${await running.token('demo_user', { aud: 'other' })}`,
    'of another issuer': `Bearer ${await running.token('demo_user', { iss: 'https://evil.example' })}`,
  }
  running.gcs.operations.reset()
  for (const [what, authorization] of Object.entries(bad)) {
    for (const [method, path] of [
      ['GET', `${PATH}/${audience_id}`],
      ['GET', PATH],
      ['POST', PATH],
      ['DELETE', `${PATH}/${audience_id}`],
    ] as const) {
      const { status, headers, text } = await running.call(method, path, undefined, { authorization })
      expect({ what, status }).toEqual({ what, status: 401 })
      expect(headers.get('www-authenticate')).toContain('Bearer')
      expect(text).not.toContain('Eco-conscious')
    }
  }
  expect(running.gcs.operations.counts()).toMatchObject({ read: 0, write: 0, list: 0 })
})

/** A token with these claims by somebody who has a key, but not the issuer's. */
async function signedByStranger(claims: Record<string, unknown>): Promise<string> {
  const data_dir = await mkdtemp(join(tmpdir(), 'stranger-'))
  onTestFinished(() => rm(data_dir, { recursive: true }))
  const stranger = await createLocalIssuer({ data_dir, issuer: String(claims['iss']), audience: 'app' })
  return stranger.sign(claims)
}

test('no log line says who the user is or what was stored', async () => {
  const running = await audiencesInTest()
  const user = 'very.recognizable@example.com'
  const client = running.as(user)
  const { audience_id } = await saved(client, { name: 'Top secret campaign' })
  await client.call('PATCH', `${PATH}/${audience_id}`, { description: 'Top secret' })
  await client.call('GET', `${PATH}?q=Top+secret&user_id=${encodeURIComponent(user)}`)
  await client.call('POST', PATH, { name: 7, user_id: user })
  await client.call('POST', PATH, { name: 'x', user_id: 'mallory' })
  const logged = JSON.stringify(running.lines)
  expect(running.lines.filter(({ event }) => event === 'commit')).toHaveLength(2)
  expect(logged).toContain('user_hash')
  for (const secret of ['recognizable', 'ecret', 'Eco-conscious', 'mallory']) expect(logged).not.toContain(secret)
})
