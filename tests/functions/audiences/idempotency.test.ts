import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { longTest } from '#tests/support/effort.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, everyAudience, saved, type Client, type Reply } from './harness.ts'

const PATH = '/api/audiences'
const keyed = (key: string) => ({ 'idempotency-key': key })
const create = (client: Client, key: string, more: Record<string, unknown> = {}): Promise<Reply> =>
  client.call('POST', PATH, anAudience(more), keyed(key))

test('a repeated create is answered with the same status and id, marked as a replay, and creates nothing', async () => {
  const running = await audiencesInTest()
  const first = await create(running, 'k1')
  expect(first.status).toBe(201)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  const again = await create(running, 'k1')
  expect(again.status).toBe(201)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.headers.get('etag')).toBe('"1"')
  expect(again.body).toEqual(first.body)
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a replay shows the record as it stands now', async () => {
  const running = await audiencesInTest()
  const { body } = await create(running, 'k1')
  await running.call('PATCH', `${PATH}/${body.audience_id}`, { name: 'renamed since' })
  const again = await create(running, 'k1')
  expect(again.status).toBe(201)
  expect(again.body.audience).toMatchObject({ audience_id: body.audience_id, name: 'renamed since', version: 2 })
  expect(again.headers.get('etag')).toBe('"2"')
})

test('a replay works on another instance, cold or warm', async () => {
  const running = await audiencesInTest()
  const warm = await running.anotherInstance()
  await saved(warm)
  const first = await create(running, 'k1')
  const cold = await running.anotherInstance()
  for (const other of [warm, cold]) {
    const again = await create(other, 'k1')
    expect(again.status).toBe(201)
    expect(again.body.audience_id).toBe(first.body.audience_id)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  }
})

test('the same key with another body is 422, whatever the order of members', async () => {
  const running = await audiencesInTest()
  const sent = { name: 'a', metadata: { x: 1, y: [1, 2] } }
  const first = await running.call('POST', PATH, sent, keyed('k'))
  const reordered = '{"metadata": {"y":[1,2], "x":1.0}, "name":"a"}'
  const same = await running.call('POST', PATH, reordered, keyed('k'))
  expect(same.headers.get('idempotency-replayed')).toBe('true')
  expect(same.body.audience_id).toBe(first.body.audience_id)
  for (const other of [{ ...sent, name: 'b' }, { ...sent, metadata: { x: 1, y: [2, 1] } }, { name: 'a' }]) {
    const { status, body } = await running.call('POST', PATH, other, keyed('k'))
    expect(status).toBe(422)
    expect(body.type).toBe('/problems/idempotency-mismatch')
  }
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a replay of what was deleted since is 404 and brings nothing back', async () => {
  const running = await audiencesInTest()
  const { body } = await create(running, 'k1')
  await running.call('DELETE', `${PATH}/${body.audience_id}`)
  const again = await create(running, 'k1')
  expect(again.status).toBe(404)
  expect(again.body.type).toBe('/problems/not-found')
  expect(await everyAudience(running)).toEqual([])
})

test('a refusal is not recorded: the same key works once the request is right', async () => {
  const running = await audiencesInTest()
  expect((await running.call('POST', PATH, { name: '' }, keyed('k'))).status).toBe(400)
  const { audience_id } = await saved(running)
  const illegal = await running.call('POST', PATH, { audience_id, status: 'draft' }, keyed('k'))
  expect(illegal.status).toBe(409)
  const right = await create(running, 'k')
  expect(right.status).toBe(201)
  expect(right.headers.get('idempotency-replayed')).toBeNull()
})

test('a key belongs to one user and one path', async () => {
  const running = await audiencesInTest()
  const ann = await create(running.as('ann'), 'k')
  const bob = await create(running.as('bob'), 'k')
  expect(bob.status).toBe(201)
  expect(bob.headers.get('idempotency-replayed')).toBeNull()
  expect(bob.body.audience_id).not.toBe(ann.body.audience_id)
  await running.as('ann').call('DELETE', `${PATH}/${ann.body.audience_id}`)
  const restored = await running
    .as('ann')
    .call('POST', `${PATH}/${ann.body.audience_id}/restore`, undefined, keyed('k'))
  expect(restored.status).toBe(200)
})

test('a key is 1 to 255 visible characters', async () => {
  const running = await audiencesInTest()
  expect((await create(running, 'k'.repeat(255))).status).toBe(201)
  for (const key of ['', 'k'.repeat(256), 'a b', 'ä']) {
    const { status, body } = await create(running, key)
    expect({ key, status }).toEqual({ key, status: 400 })
    expect(body.errors).toMatchObject([{ path: 'Idempotency-Key' }])
  }
})

test('a repeated restore is a replay, although the audience could not be restored again', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { status: 'archived' })
  const restore = () => running.call('POST', `${PATH}/${audience_id}/restore`, undefined, keyed('r'))
  expect((await restore()).status).toBe(200)
  const again = await restore()
  expect(again.status).toBe(200)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.body.audience).toMatchObject({ status: 'active', version: 2 })
  expect((await running.call('POST', `${PATH}/${audience_id}/restore`)).status).toBe(409)
})

test('with an id that the client chose, the key is looked up where that id lives', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const audience_id = newId('aud', Date.UTC(2024, 6, 1), systemRandom)
  const first = await create(running, 'k', { audience_id })
  await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'edited since' })
  const again = await create(running, 'k', { audience_id })
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.body.audience).toMatchObject({ name: 'edited since', version: 2 })
})

test('many simultaneous repetitions, over two instances, create one audience', async () => {
  const running = await audiencesInTest()
  const other = await running.anotherInstance()
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, i) => create(i % 2 === 0 ? running : other, 'same', { name: 'one' })),
  )
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(replies.map(({ body }) => body.audience_id)).size).toBe(1)
  expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a keyed create at the beginning of a month belongs to that month and is replayed for a day', async () => {
  const clock = clockAt('2025-06-01T00:00:30Z')
  const running = await audiencesInTest({ clock })
  const first = await create(running, 'k')
  expect(first.body.audience.created_at).toMatch(/^2025-06-01T00:00:30/)
  for (const time of ['2025-06-01T00:00:45Z', '2025-06-01T00:10:15Z', '2025-06-01T12:00:00Z', '2025-06-02T00:00:20Z']) {
    clock.set(time)
    const again = await create(running, 'k')
    expect({ time, id: again.body.audience_id }).toEqual({ time, id: first.body.audience_id })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  }
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a create in the last second of a month is replayed in the next one for 24 hours, and not beyond', async () => {
  const clock = clockAt('2025-12-31T23:59:58Z')
  const running = await audiencesInTest({ clock })
  const first = await create(running, 'k')
  expect(first.body.audience.created_at).toMatch(/^2025-12-31T23:59:5/)
  for (const time of ['2026-01-01T00:00:01Z', '2026-01-01T00:01:01Z', '2026-01-01T23:59:30Z']) {
    clock.set(time)
    const again = await create(running, 'k')
    expect({ time, id: again.body.audience_id }).toEqual({ time, id: first.body.audience_id })
    expect((await create(running, 'k', { name: 'other body' })).status).toBe(422)
  }
  clock.set('2026-01-02T00:02:00Z')
  const later = await create(running, 'k')
  expect(later.headers.get('idempotency-replayed')).toBeNull()
  expect(later.body.audience.created_at).toMatch(/^2026-01-02T/)
})

test('two instances whose clocks are 30 s apart agree at a month’s end, in either order', async () => {
  const clock = clockAt('2025-06-30T23:59:45Z')
  const running = await audiencesInTest({ clock })
  const ahead = await running.anotherInstance({ clock: clockAt('2025-07-01T00:00:15Z') })
  const one = await create(running, 'k1')
  expect((await create(ahead, 'k1')).body.audience_id).toBe(one.body.audience_id)
  const two = await create(ahead, 'k2')
  expect((await create(running, 'k2')).body.audience_id).toBe(two.body.audience_id)
  clock.set('2025-07-01T00:00:45Z')
  const further = await running.anotherInstance({ clock: clockAt('2025-07-01T00:01:15Z') })
  const three = await create(running, 'k3')
  expect((await create(further, 'k3')).body.audience_id).toBe(three.body.audience_id)
  expect(await everyAudience(running)).toHaveLength(3)
})

test('a create without a key belongs to its own month from the first millisecond', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-06-01T00:00:00Z') })
  expect((await saved(running)).created_at).toMatch(/^2025-06-01T00:00:0/)
})

longTest('keys are forgotten by age only: 23 hours and many commits later a replay still is one', async () => {
  const clock = clockAt('2025-06-10T00:00:00Z')
  const running = await audiencesInTest({ clock })
  const first = await create(running, 'k')
  for (let i = 0; i < 30; i++) await create(running, `other ${i}`.replace(' ', '-'))
  clock.set('2025-06-10T23:00:00Z')
  expect((await create(running, 'k')).body.audience_id).toBe(first.body.audience_id)
  clock.set('2025-06-11T01:00:00Z')
  await saved(running)
  const second = await create(running, 'k')
  expect(second.body.audience_id).not.toBe(first.body.audience_id)
})

test('a key whose first answer was lost on the way finds the record that was made', async () => {
  const running = await audiencesInTest()
  // The instance is gone before it can say what happened: the commit is there, the answer is not.
  const audience_id = newId('aud', systemClock.nowMs(), systemRandom)
  running.gcs.faults.add({ fault: 'lost_answer', operations: ['write'], times: 1 })
  const first = await create(running, 'k', { audience_id })
  expect(first.status).toBe(201)
  const fresh = await running.anotherInstance()
  const again = await create(fresh, 'k', { audience_id })
  expect({ status: again.status, replayed: again.headers.get('idempotency-replayed') }).toEqual({
    status: 201,
    replayed: 'true',
  })
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a keyed save that changed nothing is remembered too: repeated later, it does not undo what came since', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'A' })
  const save = () => running.call('POST', PATH, { audience_id, name: 'A' }, keyed('same-again'))
  expect((await save()).status).toBe(200)
  await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'B' })
  const repeated = await save()
  expect(repeated.headers.get('idempotency-replayed')).toBe('true')
  expect(repeated.body.audience).toMatchObject({ name: 'B', version: 2 })
})
