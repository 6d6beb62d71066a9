import { expect, test } from 'vitest'

import { AUDIENCES } from '#shared/records/audience.ts'
import type { Table } from '#shared/table/table.ts'
import { clockAt } from '#tests/support/clock.ts'
import { audiencesInTest, storedAudiences } from './fixture.ts'
import { anAudience, everyAudience, saved, type Client, type RunningAudiences } from './harness.ts'
import { WRITER } from '#tests/table/notes.ts'

/** What requests cost at the bucket when this instance made or validated the last write (storage.md, "Warm counts"). */

const PATH = '/api/audiences'
const ONE_PUT = { reads: 0, writes: 1, lists: 0 }
const ONE_GET = { reads: 1, writes: 0, lists: 0 }
const ONE_LIST = { reads: 0, writes: 0, lists: 1 }
const NOTHING = { reads: 0, writes: 0, lists: 0 }

async function warm(): Promise<{ running: RunningAudiences; id: string; path: string }> {
  const running = await audiencesInTest()
  const { audience_id: id } = await saved(running)
  return { running, id, path: `${PATH}/${id}` }
}

/** Status and cost of one call. */
async function costOf(running: RunningAudiences, ...[method, path, body, headers]: Parameters<Client['call']>) {
  const { result, ...cost } = await running.counted(() => running.call(method, path, body, headers))
  return { status: result.status, ...cost }
}

test('a save, an update, an archive, a delete and a restore cost one PUT each and nothing else', async () => {
  const { running, id, path } = await warm()
  expect(await costOf(running, 'POST', PATH, anAudience())).toEqual({ status: 201, ...ONE_PUT })
  expect(await costOf(running, 'POST', PATH, { audience_id: id, name: 'a' })).toEqual({ status: 200, ...ONE_PUT })
  expect(await costOf(running, 'PATCH', path, { name: 'b' })).toEqual({ status: 200, ...ONE_PUT })
  const status = { status: 'archived' }
  expect(await costOf(running, 'PUT', `${path}/status`, status)).toEqual({ status: 200, ...ONE_PUT })
  expect(await costOf(running, 'POST', `${path}/restore`)).toEqual({ status: 200, ...ONE_PUT })
  expect(await costOf(running, 'DELETE', path, undefined, { 'if-match': '"5"' })).toEqual({ status: 204, ...ONE_PUT })
  expect(await costOf(running, 'POST', `${path}/restore`)).toEqual({ status: 200, ...ONE_PUT })
})

test('a get costs one GET, also when it is answered 304, and an export of one as well', async () => {
  const { running, path } = await warm()
  expect(await costOf(running, 'GET', path)).toEqual({ status: 200, ...ONE_GET })
  expect(await costOf(running, 'GET', path, undefined, { 'if-none-match': '"1"' })).toEqual({ status: 304, ...ONE_GET })
  expect(await costOf(running, 'GET', `${path}/export?format=csv`)).toEqual({ status: 200, ...ONE_GET })
})

test('a warm get moves no bytes: the bucket answers 304', async () => {
  const { running, path } = await warm()
  await running.counted(() => running.call('GET', path))
  expect(running.gcs.operations.counts().by_status).toEqual({ 304: 1 })
})

test('a list costs one LIST, and a GET more for each month that another instance changed', async () => {
  const { running, path } = await warm()
  expect(await costOf(running, 'GET', PATH)).toEqual({ status: 200, ...ONE_LIST })
  expect(await costOf(running, 'GET', `${PATH}?view=full&tag=spring`)).toEqual({ status: 200, ...ONE_LIST })
  const other = await running.anotherInstance()
  await other.call('PATCH', path, { name: 'elsewhere' })
  expect(await costOf(running, 'GET', PATH)).toEqual({ status: 200, reads: 1, writes: 0, lists: 1 })
  expect(await costOf(running, 'GET', PATH)).toEqual({ status: 200, ...ONE_LIST })
})

test('a refusal costs one conditional GET', async () => {
  const { running, id, path } = await warm()
  await running.call('PATCH', path, { name: 'second version' })
  const absent = `${PATH}/${id.slice(0, -4)}zzzz`
  const stale = { 'if-match': '"1"' }
  const status = { status: 'draft' }
  expect(await costOf(running, 'PUT', `${path}/status`, status)).toEqual({ status: 409, ...ONE_GET })
  expect(await costOf(running, 'PATCH', path, { name: 'x' }, stale)).toEqual({ status: 412, ...ONE_GET })
  expect(await costOf(running, 'DELETE', path, undefined, stale)).toEqual({ status: 412, ...ONE_GET })
  expect(await costOf(running, 'PATCH', absent, { name: 'x' })).toEqual({ status: 404, ...ONE_GET })
  expect(await costOf(running, 'GET', absent)).toEqual({ status: 404, ...ONE_GET })
  expect(await costOf(running, 'POST', `${path}/restore`)).toEqual({ status: 409, ...ONE_GET })
})

test('what changes nothing costs one GET', async () => {
  const { running, id, path } = await warm()
  expect(await costOf(running, 'PATCH', path, {})).toEqual({ status: 200, ...ONE_GET })
  expect(await costOf(running, 'PUT', `${path}/status`, { status: 'active' })).toEqual({ status: 200, ...ONE_GET })
  expect(await costOf(running, 'POST', PATH, { audience_id: id })).toEqual({ status: 200, ...ONE_GET })
})

test('a keyed save costs one PUT, its replay one GET', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-15T12:00:00Z') })
  await saved(running)
  const key = { 'idempotency-key': 'k' }
  expect(await costOf(running, 'POST', PATH, anAudience(), key)).toEqual({ status: 201, ...ONE_PUT })
  expect(await costOf(running, 'POST', PATH, anAudience(), key)).toEqual({ status: 201, ...ONE_GET })
})

test('a keyed create on the first day of a month costs one GET more, of the month before', async () => {
  const clock = clockAt('2025-05-31T12:00:00Z')
  const running = await audiencesInTest({ clock })
  await saved(running)
  clock.set('2025-06-01T12:00:00Z')
  await saved(running)
  await running.call('GET', PATH)
  const keyed = (key: string) => costOf(running, 'POST', PATH, anAudience(), { 'idempotency-key': key })
  expect(await keyed('a')).toEqual({ status: 201, reads: 1, writes: 1, lists: 0 })
  expect(await costOf(running, 'POST', PATH, anAudience())).toEqual({ status: 201, ...ONE_PUT })
  clock.set('2025-06-02T12:00:00Z')
  expect(await keyed('b')).toEqual({ status: 201, ...ONE_PUT })
})

test('what is refused at the edge costs nothing', async () => {
  const { running, path } = await warm()
  expect(await costOf(running, 'POST', PATH, { name: 7 })).toEqual({ status: 400, ...NOTHING })
  expect(await costOf(running, 'GET', `${PATH}?cursor=x`)).toEqual({ status: 400, ...NOTHING })
  expect(await costOf(running, 'GET', `${PATH}/health`)).toEqual({ status: 200, ...NOTHING })
  expect(await costOf(running, 'PATCH', path, { user_id: 'other' })).toEqual({ status: 403, ...NOTHING })
})

test('a cold instance reads the month once before its first change', async () => {
  const { running, path } = await warm()
  const cold = await running.anotherInstance()
  const { result, ...cost } = await running.counted(() => cold.call('PATCH', path, { name: 'cold' }))
  expect({ status: result.status, ...cost }).toEqual({ status: 200, reads: 1, writes: 1, lists: 0 })
})

test('how much the user has saved in other months does not show in the cost of a save', async () => {
  const clock = clockAt('2024-01-15T00:00:00Z')
  const running = await audiencesInTest({ clock })
  for (let month = 1; month <= 12; month++) {
    clock.set(`2024-${String(month).padStart(2, '0')}-15T00:00:00Z`)
    await saved(running)
  }
  expect(await costOf(running, 'POST', PATH, anAudience())).toEqual({ status: 201, ...ONE_PUT })
  expect(await everyAudience(running)).toHaveLength(12 + 1)
})

test('the log line of a request tells what it cost', async () => {
  const { running, path } = await warm()
  running.lines.length = 0
  await running.call('PATCH', path, { name: 'x' })
  await running.call('GET', path)
  await running.call('GET', PATH)
  const costs = running.lines
    .filter(({ httpRequest }) => httpRequest)
    .map(({ store, group_size }) => ({ store, group_size }))
  expect(costs).toEqual([
    { store: ONE_PUT, group_size: 1 },
    { store: ONE_GET, group_size: 0 },
    { store: ONE_LIST, group_size: 0 },
  ])
})

/** Tells the index of old ids where an imported audience is, as the import does before it writes the rows. */
async function index(running: RunningAudiences, id: string, month: string): Promise<Table> {
  const table = storedAudiences(running)
  await table.legacy_ids.add(AUDIENCES, 'demo_user', [{ id, month }])
  return table
}

test('an imported audience costs what any does, under either spelling of its old id', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-15T12:00:00Z') })
  const table = await index(running, 'aud-ab12cd34', '202505')
  const { status, audience_id: _, ...template } = await saved(running, { name: 'imported' })
  const row = (await table.get('demo_user', _))!
  await table.mutate('demo_user', {
    id: 'aud-ab12cd34',
    writer: WRITER,
    size_bytes: 0,
    decide: () => ({ kind: 'write', status: 201, row: { ...row, audience_id: 'aud-ab12cd34', name: 'old' } }),
  })
  const old = await running.call('GET', `${PATH}/aud_ab12cd34`)
  expect(old.body.audience).toMatchObject({
    audience_id: 'aud-ab12cd34',
    name: 'old',
    status,
    metadata: template.metadata,
  })
  for (const id of ['aud_ab12cd34', 'aud-ab12cd34']) {
    expect(await costOf(running, 'GET', `${PATH}/${id}`)).toEqual({ status: 200, ...ONE_GET })
    expect(await costOf(running, 'PATCH', `${PATH}/${id}`, { name: id })).toEqual({ status: 200, ...ONE_PUT })
    expect(await costOf(running, 'POST', PATH, { audience_id: id, name: `${id}!` })).toEqual({
      status: 200,
      ...ONE_PUT,
    })
    expect(await costOf(running, 'PUT', `${PATH}/${id}/status`, { status })).toEqual({ status: 200, ...ONE_GET })
  }
  expect((await everyAudience(running)).map(({ audience_id }) => audience_id).toSorted()).toEqual(
    ['aud-ab12cd34', _].toSorted(),
  )
})

test('an old id whose row was never imported is not there, and a save does not make it', async () => {
  const running = await audiencesInTest()
  await index(running, 'aud_ab12cd34', '202505')
  expect((await running.call('GET', `${PATH}/aud_ab12cd34`)).status).toBe(404)
  expect((await running.call('PATCH', `${PATH}/aud_ab12cd34`, { name: 'x' })).status).toBe(404)
  const { status, body } = await running.call('POST', PATH, { audience_id: 'aud_ab12cd34', name: 'x' })
  expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({ status: 400, paths: ['audience_id'] })
  expect(await everyAudience(running)).toEqual([])
})
