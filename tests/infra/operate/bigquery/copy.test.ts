import { expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import { objectName } from '#shared/table/object/partition.ts'
import { Table } from '#shared/table/table.ts'
import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import { BUCKET, saved, type Client, type RunningAudiences } from '#tests/functions/audiences/harness.ts'
import { PATH as PLATFORMS_PATH, platformsInTest, saved as savedPlatform } from '#tests/functions/platforms/harness.ts'
import { lakeInTest, mustPutInto, type Lake } from './lake.ts'
import { recordsOf, sideBySide } from './records.ts'
import { WRITER } from '#tests/table/notes.ts'

const NOTHING = { INSERT: 0, UPDATE: 0, DELETE: 0 }

/** That the copy holds what the view shows, no more and no less. */
async function expectCopied(lake: Lake, kind: RecordKind): Promise<void> {
  const live = recordsOf(kind, await lake.live())
  const { records, others } = sideBySide(live, recordsOf(kind, await lake.native()))
  expect(recordsOf(kind, await lake.native())).toEqual(records)
  expect(others).toEqual(kind.partitioned_by === 'month' && live.size > 0 ? ['month', 'year'] : [])
}

function storeOf({ gcs }: Pick<RunningAudiences, 'gcs'>) {
  return gcsObjectStore({ bucket: BUCKET, api_endpoint: gcs.url, clock: systemClock })
}

function tableOver(running: Pick<RunningAudiences, 'gcs'>, kind: RecordKind): Table {
  const events = logTableEvents({ write: () => undefined }, (user_id) => user_id)
  const dependencies = { clock: systemClock, random: systemRandom, events, cache_bytes_max: 64 * 1024 * 1024 }
  return new Table(kind, { store: storeOf(running), ...dependencies })
}

const remove = (client: Client, id: string) => client.call('DELETE', `/api/audiences/${id}`)
const rename = (client: Client, id: string, name: string) => client.call('PATCH', `/api/audiences/${id}`, { name })

async function someAudiences(client: Client): Promise<string[]> {
  const months = [Date.UTC(2024, 11, 31, 23, 59), Date.UTC(2025, 0, 1), Date.UTC(2025, 4, 28)]
  const ids = months.flatMap((time_ms) => [0, 1].map(() => newId('aud', time_ms, systemRandom)))
  for (const audience_id of ids) await saved(client, { audience_id, name: audience_id })
  return ids
}

test('the copy is what is live: first all of it, then nothing, then what has changed', async () => {
  const running = await audiencesInTest()
  const [a, b] = [running.as('a'), running.as('b')]
  const [first, second, third] = await someAudiences(a)
  await remove(b, (await someAudiences(b))[0]!)
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)

  expect(await lake.copy()).toEqual({ ...NOTHING, INSERT: 11 })
  await expectCopied(lake, AUDIENCES)
  expect(await lake.copy()).toEqual(NOTHING)

  await rename(a, first!, 'renamed')
  await rename(a, second!, 'renamed twice')
  await rename(a, second!, 'renamed again')
  await remove(a, third!)
  await saved(b, { name: 'new' })
  expect(await lake.copy()).toEqual({ INSERT: 1, UPDATE: 2, DELETE: 1 })
  await expectCopied(lake, AUDIENCES)
  expect(await lake.copy()).toEqual(NOTHING)

  await a.call('POST', `/api/audiences/${third}/restore`)
  expect(await lake.copy()).toEqual({ ...NOTHING, INSERT: 1 })
  await remove(a, second!)
  await a.call('POST', `/api/audiences/${second}/restore`)
  expect(await lake.copy()).toEqual({ ...NOTHING, UPDATE: 1 })
  await expectCopied(lake, AUDIENCES)
})

test('an id that two users chose is two records', async () => {
  const running = await audiencesInTest()
  const audience_id = newId('aud', Date.UTC(2025, 0, 1), systemRandom)
  for (const user of ['a', 'b']) await saved(running.as(user), { audience_id, name: user })
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  expect(await lake.copy()).toEqual({ ...NOTHING, INSERT: 2 })
  await rename(running.as('b'), audience_id, 'renamed')
  expect(await lake.copy()).toEqual({ ...NOTHING, UPDATE: 1 })
  const names = new Map((await lake.native()).map(({ user_id, name }) => [user_id, name]))
  expect(Object.fromEntries(names)).toEqual({ a: 'a', b: 'renamed' })
})

test('what was purged leaves the copy, also when no copy was made while it was a tombstone', async () => {
  const running = await audiencesInTest()
  const client = running.as('u')
  const ids = await someAudiences(client)
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  await lake.copy()
  const december = ids.slice(0, 2)
  await Promise.all(december.map((id) => remove(client, id)))
  const purged = await tableOver(running, AUDIENCES).mutateAll(
    'u',
    '202412',
    december.map((id) => ({ id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) })),
  )
  expect(purged.map(({ kind }) => kind)).toEqual(['written', 'written'])
  expect(await lake.copy()).toEqual({ ...NOTHING, DELETE: 2 })
  await expectCopied(lake, AUDIENCES)
})

test('a user whose objects are gone leaves the copy', async () => {
  const running = await audiencesInTest()
  await someAudiences(running.as('stays'))
  const { created_at } = await saved(running.as('goes'))
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  await lake.copy()
  const name = objectName(AUDIENCES, 'goes', created_at.slice(0, 7).replace('-', ''))
  const url = `${running.gcs.url}/storage/v1/b/${BUCKET}/o/${encodeURIComponent(name)}`
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
  expect(await lake.copy()).toEqual({ ...NOTHING, DELETE: 1 })
  await expectCopied(lake, AUDIENCES)
})

test('another record of the same version and revision is a change: an older generation was put back', async () => {
  const running = await audiencesInTest()
  const client = running.as('u')
  const { audience_id, created_at } = await saved(client, { name: 'first' })
  const store = storeOf(running)
  const name = objectName(AUDIENCES, 'u', created_at.slice(0, 7).replace('-', ''))
  const older = await store.read(name)
  if (older.kind !== 'found') throw new Error(older.kind)
  await rename(client, audience_id, 'second')
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  await lake.copy()
  const [copied] = await lake.native()
  await mustPutInto(running, name, older.bytes)
  await rename(client, audience_id, 'another second')
  expect(await lake.copy()).toEqual({ ...NOTHING, UPDATE: 1 })
  const [again] = await lake.native()
  expect(again).toMatchObject({ name: 'another second', version: copied!['version'], rev: copied!['rev'] })
})

test('objects of an older release lack newer columns; the copy follows when they are filled, and when it gets them', async () => {
  const running = await audiencesInTest()
  const older: RecordKind = {
    ...AUDIENCES,
    columns: AUDIENCES.columns.filter(({ name }) => name !== 'enhanced_name' && name !== 'segments'),
  }
  const client = running.as('u')
  await saved(client, { name: 'new release', enhanced_name: 'already written' })
  const id = newId('aud', Date.UTC(2024, 0, 1), systemRandom)
  const created_at = Date.UTC(2024, 0, 1)
  const row = { audience_id: id, created_at, deleted: false, client_id: null, status: 'active', name: 'old release' }
  const old_table = tableOver(running, older)
  await old_table.mutate('u', {
    id,
    writer: WRITER,
    size_bytes: 0,
    decide: () => ({ kind: 'write', row, status: 201 }),
  })
  const lake = await lakeInTest(running.bucket_dir, older)
  expect(await lake.copy()).toEqual({ ...NOTHING, INSERT: 2 })
  await expectCopied(lake, older)

  await lake.addColumns(AUDIENCES)
  await lake.copy()
  await expectCopied(lake, AUDIENCES)
  const names = recordsOf(AUDIENCES, await lake.native())
  expect([...names.values()].map(({ enhanced_name }) => enhanced_name)).toEqual([null, 'already written'])
  expect(await lake.copy()).toEqual(NOTHING)

  await client.call('PATCH', `/api/audiences/${id}`, { enhanced_name: 'now too' })
  expect(await lake.copy()).toEqual({ ...NOTHING, UPDATE: 1 })
  await expectCopied(lake, AUDIENCES)
})

test('platforms are copied without a month, and no deleted one stays', async () => {
  const running = await platformsInTest()
  const [a, b] = [await savedPlatform(running.as('a')), await savedPlatform(running.as('b'))]
  const lake = await lakeInTest(running.bucket_dir, PLATFORMS)
  expect(await lake.copy()).toEqual({ ...NOTHING, INSERT: 2 })
  await running.as('a').call('DELETE', `${PLATFORMS_PATH}/${a.platform_id}`)
  await running.as('b').call('PATCH', `${PLATFORMS_PATH}/${b.platform_id}`, { name: 'renamed' })
  expect(await lake.copy()).toEqual({ INSERT: 0, UPDATE: 1, DELETE: 1 })
  await expectCopied(lake, PLATFORMS)
})

test('a record whose JSON cannot be represented shows null there, and stops no copy', async () => {
  const running = await audiencesInTest()
  // DuckDB checks what Parquet calls JSON before any statement sees it; text it leaves alone.
  const columns = AUDIENCES.columns.map((column) => (column.type === 'json' ? { ...column, type: 'string' } : column))
  const table = tableOver(running, { ...AUDIENCES, columns } as RecordKind)
  const id = newId('aud', Date.UTC(2025, 0, 1), systemRandom)
  const row = {
    audience_id: id,
    created_at: Date.UTC(2025, 0, 1),
    deleted: false,
    client_id: null,
    metadata: '{"not": JSON',
    segments: '[]',
  }
  await table.mutate('u', { id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'write', row, status: 201 }) })
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  expect(await lake.copy()).toEqual({ ...NOTHING, INSERT: 1 })
  expect(recordsOf(AUDIENCES, await lake.native()).get(id)).toMatchObject({ metadata: null, segments: [] })
})
