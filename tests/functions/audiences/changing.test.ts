import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { audiencesInTest } from './fixture.ts'
import { saved } from './harness.ts'

const PATH = '/api/audiences'

test('a get has the version as ETag, and If-None-Match that names it is 304 without a body', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const path = `${PATH}/${audience_id}`
  const first = await running.call('GET', path)
  expect(first.status).toBe(200)
  expect(first.headers.get('etag')).toBe('"1"')
  expect(first.body).toMatchObject({ success: true, audience: { audience_id } })
  for (const tag of ['"1"', 'W/"1"', '"0", "1"', '*']) {
    const same = await running.call('GET', path, undefined, { 'if-none-match': tag })
    expect({ tag, status: same.status, text: same.text }).toEqual({ tag, status: 304, text: '' })
    expect(same.headers.get('etag')).toBe('"1"')
  }
  await running.call('PATCH', path, { name: 'changed' })
  const changed = await running.call('GET', path, undefined, { 'if-none-match': '"1"' })
  expect(changed.status).toBe(200)
  expect(changed.headers.get('etag')).toBe('"2"')
  const head = await running.call('HEAD', path)
  expect({ status: head.status, text: head.text, etag: head.headers.get('etag') }).toEqual({
    status: 200,
    text: '',
    etag: '"2"',
  })
})

test('a patch changes what it names, merges metadata and resets what it says is null', async () => {
  const running = await audiencesInTest()
  const before = await saved(running, {
    metadata: { tags: ['a'], campaign_id: 'c1', deep: { keep: 1, drop: 2 }, list: [1, 2] },
  })
  const { status, body, headers } = await running.call('PATCH', `${PATH}/${before.audience_id}`, {
    name: 'Patched',
    description: null,
    segments: null,
    metadata: { campaign_id: null, deep: { drop: null, more: { x: null, y: 1 } }, list: [3], new: 'n' },
  })
  expect(status).toBe(200)
  expect(headers.get('etag')).toBe('"2"')
  expect(body).toEqual({
    success: true,
    audience: {
      ...before,
      name: 'Patched',
      description: null,
      segments: [],
      metadata: { tags: ['a'], deep: { keep: 1, more: { y: 1 } }, list: [3], new: 'n' },
      version: 2,
      updated_at: body.audience.updated_at,
    },
  })
  expect(body.audience.updated_at >= before.updated_at).toBe(true)
  const emptied = await running.call('PATCH', `${PATH}/${before.audience_id}`, { metadata: null })
  expect(emptied.body.audience.metadata).toEqual({})
})

test('a patch replaces lists whole', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const { body } = await running.call('PATCH', `${PATH}/${audience_id}`, {
    selected_variables: ['ONE'],
    segments: [{ segment_id: 9 }],
  })
  expect(body.audience['selected_variables']).toEqual(['ONE'])
  expect(body.audience['segments']).toEqual([{ segment_id: 9 }])
})

test('a patch may be sent as application/merge-patch+json', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const headers = { 'content-type': 'application/merge-patch+json' }
  const { status, body } = await running.call('PATCH', `${PATH}/${audience_id}`, '{"name":"as RFC 7396"}', headers)
  expect({ status, name: body.audience.name }).toEqual({ status: 200, name: 'as RFC 7396' })
})

test('a patch that changes nothing, and an empty one, is 200 and no new version', async () => {
  const running = await audiencesInTest()
  const before = await saved(running)
  for (const patch of [{}, { name: before.name }, { metadata: {} }, { metadata: { absent: null } }]) {
    const { status, body, headers } = await running.call('PATCH', `${PATH}/${before.audience_id}`, patch)
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe('"1"')
    expect(body.audience).toEqual(before)
  }
  expect((await running.call('PATCH', `${PATH}/${before.audience_id}`)).status).toBe(400)
})

test('the name cannot be patched away', async () => {
  const running = await audiencesInTest()
  const before = await saved(running)
  for (const name of [null, '', 'x'.repeat(201)]) {
    const { status, body } = await running.call('PATCH', `${PATH}/${before.audience_id}`, { name })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ path: 'name' }])
  }
  expect((await running.call('GET', `${PATH}/${before.audience_id}`)).body.audience).toEqual(before)
})

test('a patch whose result would not be valid is refused as a whole', async () => {
  const running = await audiencesInTest()
  const half = { text: 'x'.repeat(40_000) }
  const before = await saved(running, { metadata: { half } })
  const { status, body } = await running.call('PATCH', `${PATH}/${before.audience_id}`, {
    name: 'would be fine',
    metadata: { other_half: half },
  })
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ path: 'metadata', message: 'must not take more than 65536 bytes' }])
  const tags = await running.call('PATCH', `${PATH}/${before.audience_id}`, { metadata: { tags: { not: 'a list' } } })
  expect(tags.status).toBe(400)
  expect(tags.body.errors).toEqual([{ path: 'metadata.tags', message: 'must be a list of strings' }])
  expect((await running.call('GET', `${PATH}/${before.audience_id}`)).body.audience).toEqual(before)
})

test('If-Match that does not hold is 412 with the current record and its ETag, for patch, status and delete', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const path = `${PATH}/${audience_id}`
  const { body: current } = await running.call('PATCH', path, { name: 'now' })
  for (const tag of ['"1"', '"3"', 'W/"2"', '"two"']) {
    const stale = { 'if-match': tag }
    const refused = [
      await running.call('PATCH', path, { name: 'lost update' }, stale),
      await running.call('PUT', `${path}/status`, { status: 'archived' }, stale),
      await running.call('DELETE', path, undefined, stale),
    ]
    for (const { status, body, headers } of refused) {
      expect(status).toBe(412)
      expect(headers.get('etag')).toBe('"2"')
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(body).toMatchObject({ type: '/problems/stale-version', success: false, audience: current.audience })
    }
  }
  expect((await running.call('GET', path)).body.audience).toEqual(current.audience)
  const held = await running.call('PATCH', path, { name: 'next' }, { 'if-match': '"2"' })
  expect({ status: held.status, etag: held.headers.get('etag') }).toEqual({ status: 200, etag: '"3"' })
  expect((await running.call('PATCH', path, { name: 'any' }, { 'if-match': '*' })).status).toBe(200)
  expect((await running.call('PATCH', path, { name: 'bad' }, { 'if-match': '4' })).status).toBe(400)
  expect((await running.call('DELETE', path, undefined, { 'if-match': '"4"' })).status).toBe(204)
})

test('a list in If-Match holds when one of its versions does; If-None-Match when none does', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const path = `${PATH}/${audience_id}`
  const patch = async (headers: Record<string, string>, name = 'x') =>
    (await running.call('PATCH', path, { name }, headers)).status
  expect(await patch({ 'if-match': '"7", "1"' }, 'second')).toBe(200)
  expect(await patch({ 'if-match': '"7", "9"' })).toBe(412)
  expect(await patch({ 'if-match': 'W/"2", "9"' })).toBe(412)
  expect(await patch({ 'if-none-match': '"1", W/"2"' })).toBe(412)
  expect(await patch({ 'if-none-match': '*' })).toBe(412)
  expect(await patch({ 'if-match': '"2"', 'if-none-match': '"2"' })).toBe(412)
  const { body } = await running.call('PATCH', path, { name: 'x' }, { 'if-match': '"7", "9"' })
  expect(body).toMatchObject({ detail: 'The audience is at version 2, not 7 or 9.', audience: { name: 'second' } })
  expect(await patch({ 'if-none-match': '"1", "3"' }, 'third')).toBe(200)
  const read = async (headers: Record<string, string>) => (await running.call('GET', path, undefined, headers)).status
  expect(await read({ 'if-match': '"3", "9"' })).toBe(200)
  expect(await read({ 'if-match': '"2"' })).toBe(412)
  expect(await read({ 'if-match': '"3"', 'if-none-match': '"3"' })).toBe(304)
})

test('a save with If-None-Match: * only creates, and one with If-Match only changes', async () => {
  const running = await audiencesInTest()
  const audience_id = newId('aud', systemClock.nowMs(), systemRandom)
  const save = (headers: Record<string, string>, name: string) =>
    running.call('POST', PATH, { audience_id, name }, headers)
  const missing = await save({ 'if-match': '*' }, 'too early')
  expect([missing.status, missing.body.type]).toEqual([412, '/problems/stale-version'])
  const keyed = { 'if-none-match': '*', 'idempotency-key': 'once' }
  expect((await save(keyed, 'first')).status).toBe(201)
  const repeated = await save(keyed, 'first')
  expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  expect((await save({ 'if-none-match': '*' }, 'second')).status).toBe(412)
  expect((await save({ 'if-match': '"1"' }, 'changed')).status).toBe(200)
  expect((await save({ 'if-match': '"1"' }, 'lost update')).status).toBe(412)
  const { body } = await running.call('GET', `${PATH}/${audience_id}`)
  expect(body.audience).toMatchObject({ name: 'changed', version: 2 })
})

test('If-Match that does not hold refuses also what would change nothing', async () => {
  const running = await audiencesInTest()
  const { audience_id, name } = await saved(running)
  await running.call('PATCH', `${PATH}/${audience_id}`, { description: 'x' })
  const stale = { 'if-match': '"1"' }
  expect((await running.call('PATCH', `${PATH}/${audience_id}`, { name }, stale)).status).toBe(412)
  expect((await running.call('PUT', `${PATH}/${audience_id}/status`, { status: 'active' }, stale)).status).toBe(412)
})

test('a deleted audience is 404 everywhere, its id cannot be used again, and only restore brings it back as it was', async () => {
  const running = await audiencesInTest()
  const before = await saved(running, { status: 'draft' })
  const path = `${PATH}/${before.audience_id}`
  const gone = await running.call('DELETE', path)
  expect({ status: gone.status, text: gone.text }).toEqual({ status: 204, text: '' })
  const refused = [
    await running.call('GET', path),
    await running.call('PATCH', path, { name: 'x' }),
    await running.call('PUT', `${path}/status`, { status: 'active' }),
    await running.call('DELETE', path),
    await running.call('GET', `${path}/export`),
  ]
  for (const { status, body } of refused) {
    expect(status).toBe(404)
    expect(body.type).toBe('/problems/not-found')
    expect(body).not.toHaveProperty('audience')
  }
  expect((await running.call('GET', `${PATH}?status=all`)).body.count).toBe(0)
  const again = await running.call('POST', PATH, { audience_id: before.audience_id, name: 'reborn' })
  expect(again.status).toBe(409)
  expect(again.body).toMatchObject({ type: '/problems/conflict', deleted: true })

  const restored = await running.call('POST', `${path}/restore`)
  expect(restored.status).toBe(200)
  expect(restored.headers.get('etag')).toBe('"3"')
  expect(restored.body.message).toContain('draft')
  const { updated_at } = restored.body.audience
  expect(restored.body.audience).toEqual({ ...before, version: 3, updated_at })
  expect((await running.call('GET', path)).body.audience).toEqual(restored.body.audience)
})

test('restore brings an archived audience back to active, a deleted archived one to archived, others it refuses', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { status: 'archived' })
  const path = `${PATH}/${audience_id}`
  await running.call('DELETE', path)
  expect((await running.call('POST', `${path}/restore`)).body.audience).toMatchObject({
    status: 'archived',
    version: 3,
  })
  expect((await running.call('POST', `${path}/restore`, {})).body.audience).toMatchObject({
    status: 'active',
    version: 4,
  })
  const active = await running.call('POST', `${path}/restore`)
  expect(active.status).toBe(409)
  expect(active.body).toMatchObject({ type: '/problems/illegal-transition' })
  expect(active.body.detail).toContain('active')
  const draft = await saved(running, { status: 'draft' })
  expect((await running.call('POST', `${PATH}/${draft.audience_id}/restore`)).status).toBe(409)
  const absent = newId('aud', systemClock.nowMs(), systemRandom)
  expect((await running.call('POST', `${PATH}/${absent}/restore`)).status).toBe(404)
})

const ALLOWED: Record<string, readonly string[]> = {
  draft: ['active', 'archived'],
  active: ['archived'],
  archived: ['active'],
}
const STATES = Object.keys(ALLOWED)
const ILLEGAL = STATES.flatMap((from) =>
  STATES.filter((to) => to !== from && !ALLOWED[from]!.includes(to)).map((to) => [from, to] as const),
)

/** Asks for a status by each route that can: every one gets an audience of its own. */
async function askEachRoute(from: string, to: string) {
  const running = await audiencesInTest()
  const routes = [
    (id: string) => running.call('PUT', `${PATH}/${id}/status`, { status: to }),
    (id: string) => running.call('PATCH', `${PATH}/${id}`, { status: to }),
    (id: string) => running.call('POST', PATH, { audience_id: id, status: to }),
  ]
  return Promise.all(
    routes.map(async (ask) => {
      const before = await saved(running, { status: from })
      const reply = await ask(before.audience_id)
      const after = (await running.call('GET', `${PATH}/${before.audience_id}`)).body.audience
      return { before, reply, after }
    }),
  )
}

test.each(STATES.flatMap((from) => ALLOWED[from]!.map((to) => [from, to] as const)))(
  '%s may become %s, whichever route asks',
  async (from, to) => {
    for (const { reply, after } of await askEachRoute(from, to)) {
      expect(reply.status).toBe(200)
      expect(reply.body.audience).toMatchObject({ status: to, version: 2 })
      expect(after).toEqual(reply.body.audience)
    }
  },
)

test.each(ILLEGAL)(
  '%s may not become %s: 409 that names both and what is allowed, whichever route asks',
  async (from, to) => {
    const allowed = ALLOWED[from]!
    for (const { before, reply, after } of await askEachRoute(from, to)) {
      expect(reply.status).toBe(409)
      const type = '/problems/illegal-transition'
      expect(reply.body).toMatchObject({ type, status_now: from, status_wanted: to, allowed })
      for (const word of [from, to, ...allowed]) expect(reply.body.detail).toContain(word)
      expect(after).toEqual(before)
    }
  },
)

test.each(STATES)('what is %s already stays so: 200 and no new version, whichever route asks', async (state) => {
  for (const { before, reply, after } of await askEachRoute(state, state)) {
    expect(reply.status).toBe(200)
    expect(reply.headers.get('etag')).toBe('"1"')
    expect(reply.body.audience).toEqual(before)
    expect(after).toEqual(before)
  }
})

test('an illegal transition refuses the whole change with it', async () => {
  const running = await audiencesInTest()
  const before = await saved(running)
  const { status } = await running.call('PATCH', `${PATH}/${before.audience_id}`, { status: 'draft', name: 'new' })
  expect(status).toBe(409)
  expect((await running.call('GET', `${PATH}/${before.audience_id}`)).body.audience).toEqual(before)
})

test('setting a status answers with the audience and a message, and takes nothing but a status', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const path = `${PATH}/${audience_id}/status`
  const { body, headers } = await running.call('PUT', path, { status: 'archived' })
  expect(body).toMatchObject({ success: true, message: 'Audience is archived', audience: { status: 'archived' } })
  expect(headers.get('etag')).toBe('"2"')
  for (const bad of [{}, { status: null }, { status: 'gone' }, { status: 'active', name: 'x' }, { Status: 'active' }]) {
    expect((await running.call('PUT', path, bad)).status).toBe(400)
  }
  expect((await running.call('PUT', path)).status).toBe(400)
})

test('delete and restore take an empty body, an empty object or none', async () => {
  const running = await audiencesInTest()
  for (const body of [undefined, '', {}]) {
    const { audience_id } = await saved(running)
    expect((await running.call('DELETE', `${PATH}/${audience_id}`, body)).status).toBe(204)
    expect((await running.call('POST', `${PATH}/${audience_id}/restore`, body)).status).toBe(200)
  }
  const { audience_id } = await saved(running)
  const surplus = await running.call('DELETE', `${PATH}/${audience_id}`, { really: true })
  expect(surplus.status).toBe(400)
  expect(surplus.body.errors).toEqual([{ path: 'really', message: 'is not a known field' }])
})
