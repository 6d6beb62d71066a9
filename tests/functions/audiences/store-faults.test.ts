import { join } from 'node:path'
import { expect, test } from 'vitest'

import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt, fasterClock } from '#tests/support/clock.ts'
import { effort, someOf } from '#tests/support/effort.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, BUCKET, everyAudience, saved } from './harness.ts'

const PATH = '/api/audiences'

/** Function and bucket wait forty times as fast: the limits are those of production, counted on one faster clock. */
const faster = () => fasterClock(40)

const FAULTS = ['lost_answer', 'unavailable_after_commit', 'late_landing', 'unavailable', 'rate_limited'] as const

/** A write that landed unheard, one that lands late, and one that was turned away. */
const FEW_FAULTS: readonly string[] = ['lost_answer', 'late_landing', 'rate_limited']
const SOME_FAULTS = someOf(FAULTS, (fault) => FEW_FAULTS.includes(fault))

test.each(SOME_FAULTS)('a save that meets %s is made once and answered 201 once', async (fault) => {
  const running = await audiencesInTest({ clock: faster() })
  const before = await saved(running, { name: 'before' })
  running.gcs.faults.add({ fault, operations: ['write'], times: 1 })
  const { status, body } = await running.call('POST', PATH, anAudience({ name: 'struck' }))
  expect(status).toBe(201)
  expect(body.audience.version).toBe(1)
  await running.gcs.settled()
  const cold = await running.anotherInstance()
  for (const client of [running, cold]) {
    expect((await everyAudience(client)).map(({ audience_id }) => audience_id)).toEqual([
      body.audience_id,
      before.audience_id,
    ])
  }
  expect(running.gcs.faults.state().rules).toEqual([])
})

test.each(someOf(FAULTS, (fault) => fault === 'late_landing'))(
  'a patch, an archive and a delete that each meet %s several times count once',
  async (fault) => {
    const running = await audiencesInTest({ clock: faster() })
    const { audience_id } = await saved(running)
    const path = `${PATH}/${audience_id}`
    const strike = () => running.gcs.faults.add({ fault, operations: ['write'], times: 3 })
    strike()
    const patched = await running.call('PATCH', path, { name: 'patched' }, { 'if-match': '"1"' })
    expect({ status: patched.status, version: patched.body.audience?.version }).toEqual({ status: 200, version: 2 })
    await running.gcs.settled()
    running.gcs.faults.reset()
    strike()
    const archived = await running.call('PUT', `${path}/status`, { status: 'archived' }, { 'if-match': '"2"' })
    expect({ status: archived.status, version: archived.body.audience?.version }).toEqual({ status: 200, version: 3 })
    await running.gcs.settled()
    running.gcs.faults.reset()
    strike()
    expect((await running.call('DELETE', path, undefined, { 'if-match': '"3"' })).status).toBe(204)
    await running.gcs.settled()
    running.gcs.faults.reset()
    const restored = await running.call('POST', `${path}/restore`)
    expect(restored.body.audience).toMatchObject({ name: 'patched', status: 'archived', version: 5 })
  },
)

test('a write that lands long after it was given up never undoes what came later', async () => {
  const running = await audiencesInTest({ clock: faster() })
  const { audience_id } = await saved(running)
  running.gcs.faults.add({ fault: 'late_landing', operations: ['write'], times: 1, delay_ms: 8000 })
  expect((await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'first' })).status).toBe(200)
  expect((await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'second' })).status).toBe(200)
  await running.gcs.settled()
  const { body } = await running.call('GET', `${PATH}/${audience_id}`)
  expect(body.audience).toMatchObject({ name: 'second', version: 3 })
})

test('a lost answer is found by its commit id although another instance has written since', async () => {
  const running = await audiencesInTest({ clock: faster() })
  const other = await running.anotherInstance()
  await saved(running)
  for (let round = 0; round < 5; round++) {
    running.gcs.faults.add({ fault: 'lost_answer', operations: ['write'], times: 1 })
    const [mine, theirs] = await Promise.all([
      saved(running, { name: `mine ${round}` }),
      saved(other, { name: `theirs ${round}` }),
    ])
    expect([mine.version, theirs.version]).toEqual([1, 1])
  }
  const names = (await everyAudience(running)).map(({ name }) => name)
  expect(names).toHaveLength(11)
  expect(new Set(names).size).toBe(11)
})

test('writers on a bucket that turns one in three requests away lose and double nothing', async () => {
  const running = await audiencesInTest({ clock: faster() })
  const other = await running.anotherInstance()
  const { audience_id } = await saved(running)
  for (const fault of [
    'lost_answer',
    'unavailable',
    'unavailable_after_commit',
    'rate_limited',
    'late_landing',
  ] as const) {
    running.gcs.faults.add({ fault, operations: ['write'], probability: 0.08 })
  }
  running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], probability: 0.1 })
  const each = effort(2, 4)
  const made: string[] = []
  let changes = 0
  const statuses = new Set<number>()
  await Promise.all(
    [running, other].flatMap((client, c) =>
      Array.from({ length: 6 }, async (_, writer) => {
        for (let i = 0; i < each; i++) {
          const name = `${c} ${writer} ${i}`
          const created = await client.call('POST', PATH, { name })
          if (created.status === 201) made.push(name)
          const patched = await client.call('PATCH', `${PATH}/${audience_id}`, { description: name })
          if (patched.status === 200) changes++
          statuses.add(created.status).add(patched.status)
        }
      }),
    ),
  )
  running.gcs.faults.reset()
  await running.gcs.settled()
  expect(made.length).toBeGreaterThan(0)
  expect([200, 201, 503]).toEqual(expect.arrayContaining([...statuses]))
  const stored = await everyAudience(running)
  const names = stored.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of made) expect(names).toContain(name)
  const { version } = stored.find((row) => row.audience_id === audience_id)!
  // A change whose answer was 503 may have landed; one that was acknowledged has, and once.
  expect(version - 1).toBeGreaterThanOrEqual(changes)
  expect(version - 1).toBeLessThanOrEqual(12 * each)
})

test('with the store away everything is a 503 with Retry-After, and works again by itself afterwards', async () => {
  const running = await audiencesInTest({ clock: faster() })
  const { audience_id } = await saved(running)
  running.gcs.faults.add({ fault: 'unavailable' })
  const replies = await Promise.all([
    running.call('GET', PATH),
    running.call('GET', `${PATH}/${audience_id}`),
    running.call('POST', PATH, anAudience()),
    running.call('PATCH', `${PATH}/${audience_id}`, { name: 'x' }),
    running.call('DELETE', `${PATH}/${audience_id}`),
    running.call('GET', `${PATH}/health?deep=1`),
  ])
  for (const { status, headers, body } of replies) {
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(body.type).toMatch(/^\/problems\/(unavailable|contended)$/)
  }
  expect((await running.call('GET', `${PATH}/health`)).status).toBe(200)
  running.gcs.faults.reset()
  expect((await running.call('GET', `${PATH}/${audience_id}`)).status).toBe(200)
  expect((await running.call('POST', PATH, anAudience())).status).toBe(201)
})

test('a store whose process is gone is a 503, and once it is back on its folder nothing is missing', async () => {
  const running = await audiencesInTest({ clock: faster() })
  const { audience_id } = await saved(running)
  const { port } = running.gcs
  await running.gcs.close()
  expect((await running.call('GET', `${PATH}/${audience_id}`)).status).toBe(503)
  const write = await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'x' })
  expect(write.status).toBe(503)
  expect(Number(write.headers.get('retry-after'))).toBeGreaterThan(0)
  const again = await startGcs({ data_dir: join(running.bucket_dir, '../..'), port, buckets: [BUCKET], fsync: false })
  try {
    expect(again.adopted).toEqual([])
    expect((await running.call('GET', `${PATH}/${audience_id}`)).body.audience).toMatchObject({ version: 1 })
    expect((await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'y' })).body.audience.version).toBe(2)
  } finally {
    await again.close()
  }
})

test('a bucket that only ever says 429 is a 503 that the change was not made', async () => {
  const running = await audiencesInTest({ clock: faster() })
  await saved(running)
  running.gcs.faults.add({ fault: 'rate_limited', operations: ['write'] })
  const { status, body, headers } = await running.call('POST', PATH, anAudience())
  expect(status).toBe(503)
  expect(body.type).toBe('/problems/contended')
  expect(body).not.toHaveProperty('outcome')
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  running.gcs.faults.reset()
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a store that takes one write per second of a name, as Cloud Storage does, costs time and no save', async () => {
  const running = await audiencesInTest({ clock: faster() })
  running.gcs.faults.set({ rate_limit: true })
  const made = await Promise.all(Array.from({ length: 50 }, (_, i) => saved(running, { name: `n${i}` })))
  expect(await everyAudience(running)).toHaveLength(made.length)
})

const UNKNOWN = ['stall', 'unavailable', 'lost_answer'] as const
test.each(someOf(UNKNOWN, (fault) => fault === 'lost_answer'))(
  'a create whose outcome stays unknown (%s) says so with the id it used, and repeating with that id is safe',
  async (fault) => {
    const running = await audiencesInTest({ clock: faster() })
    await saved(running)
    running.gcs.faults.add({ fault, operations: ['write'] })
    // Whether a write landed cannot be found out either.
    running.gcs.faults.add({ fault: 'unavailable', operations: ['read'] })
    const { status, body, headers } = await running.call('POST', PATH, anAudience(), { 'idempotency-key': 'k' })
    expect({ status, type: body.type, outcome: body['outcome'] }).toEqual({
      status: 503,
      type: '/problems/unavailable',
      outcome: 'unknown',
    })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(body.audience_id).toMatch(/^aud_/)
    running.gcs.faults.reset()
    const again = await running.call('POST', PATH, anAudience({ audience_id: body.audience_id }))
    expect([200, 201]).toContain(again.status)
    expect(again.body.audience).toMatchObject({ audience_id: body.audience_id, version: 1 })
    expect(await everyAudience(running)).toHaveLength(2)
  },
)

test('a create that lands after its 503 is the record that a repetition with its id finds', async () => {
  const running = await audiencesInTest({ clock: faster() })
  await saved(running)
  running.gcs.faults.add({ fault: 'late_landing', operations: ['write'], times: 1, delay_ms: 40_000 })
  running.gcs.faults.add({ fault: 'stall', operations: ['write'] })
  const { status, body } = await running.call('POST', PATH, anAudience({ name: 'late' }))
  expect({ status, outcome: body['outcome'] }).toEqual({ status: 503, outcome: 'unknown' })
  await running.gcs.settled()
  running.gcs.faults.reset()
  const again = await running.call('POST', PATH, anAudience({ name: 'late', audience_id: body.audience_id }))
  expect({ status: again.status, version: again.body.audience.version }).toEqual({ status: 200, version: 1 })
  expect(await everyAudience(running)).toHaveLength(2)
})

test('everyone in a batch whose outcome is unknown learns the id of their own record', async () => {
  const running = await audiencesInTest({ clock: faster() })
  await saved(running)
  running.gcs.faults.add({ fault: 'stall', operations: ['write'] })
  const replies = await Promise.all(Array.from({ length: 8 }, (_, i) => running.call('POST', PATH, { name: `n${i}` })))
  running.gcs.faults.reset()
  for (const { status } of replies) expect(status).toBe(503)
  const unknown = replies.filter(({ body }) => body['outcome'] === 'unknown')
  expect(unknown.length).toBeGreaterThan(0)
  for (const { body } of unknown) expect(body.audience_id).toMatch(/^aud_/)
  expect(new Set(unknown.map(({ body }) => body.audience_id)).size).toBe(unknown.length)
})

test('a store that answers nothing at all: every save is told whether and how to repeat it', async () => {
  const clock = faster()
  const running = await audiencesInTest({ clock })
  const { audience_id } = await saved(running)
  const cold = await running.anotherInstance()
  running.gcs.faults.add({ fault: 'stall' })
  const replies = await Promise.all([
    cold.call('POST', PATH, anAudience()),
    cold.call('POST', PATH, anAudience(), { 'idempotency-key': 'k' }),
    running.call('POST', PATH, anAudience()),
    running.call('PATCH', `${PATH}/${audience_id}`, { name: 'x' }),
    cold.call('POST', PATH, { audience_id: newId('aud', clock.nowMs(), systemRandom), name: 'x' }),
  ])
  for (const { status, headers } of replies) {
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  // Unless nothing was made for sure, the id is there to repeat it with.
  const unknown = replies.filter(({ body }) => body['outcome'] === 'unknown')
  for (const { body } of unknown) expect(body.audience_id).toMatch(/^aud_/)
  const get = await running.call('GET', `${PATH}/${audience_id}`)
  expect(get.status).toBe(503)
  expect(get.body).not.toHaveProperty('outcome')
  running.gcs.faults.reset()
  expect((await running.call('GET', `${PATH}/${audience_id}`)).status).toBe(200)
})

test('an answer cut in the middle is read again', async () => {
  const running = await audiencesInTest({ clock: faster() })
  const { audience_id } = await saved(running)
  const cold = await running.anotherInstance()
  running.gcs.faults.add({ fault: 'truncated_answer', operations: ['read'], times: 2 })
  expect((await cold.call('GET', `${PATH}/${audience_id}`)).status).toBe(200)
  const colder = await running.anotherInstance()
  running.gcs.faults.add({ fault: 'truncated_answer', operations: ['list'], times: 2 })
  expect((await colder.call('GET', PATH)).body.count).toBe(1)
})

test('a slow store costs time only', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-15T00:00:00Z') })
  running.gcs.faults.set({ latency: { read_ms: 30, write_ms: 100, list_ms: 30 } })
  await Promise.all(Array.from({ length: 30 }, (_, i) => saved(running, { name: `n${i}` })))
  expect(await everyAudience(running)).toHaveLength(30)
})
