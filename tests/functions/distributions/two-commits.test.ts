import { expect, test } from 'vitest'

import { createDistributionsApp } from '#functions/distributions/index.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import type { ObjectListing } from '#shared/objects/object-store.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { encodeFooter } from '#shared/table/object/footer.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { rowBytes } from '#shared/table/object/row-bytes.ts'
import { HISTORY_COLUMN } from '#shared/table/object/row-history.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { clockAt, fasterClock } from '#tests/support/clock.ts'
import { aPair, created, DEMO, distributionOf, PATH, reported, runningInTest } from './harness.ts'

/** A completion is two commits: the distribution first, its platform's last_sync_at second. */

/** The completion stands, and the answer says that the platform's time does not. */
async function expectHalfDone(
  { distributions }: Awaited<ReturnType<typeof runningInTest>>,
  { distribution_id }: { readonly distribution_id: string },
): Promise<void> {
  const half = await distributions.call('PUT', `${PATH}/${distribution_id}/status`, { status: 'completed' })
  expect([half.status, half.headers.has('retry-after')]).toEqual([503, true])
  expect(half.body.detail).toContain('last_sync_at')
}

test('a completed distribution sets the time of its platform, and nothing else does', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const made = await created(running.distributions, pair)
  await reported(running.distributions, made, 'in_progress')
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: null, version: 1 })
  const { result, ...cost } = await running.counted(() => reported(running.distributions, made, 'completed'))
  const platform = await running.storedPlatform(pair.platform_id)
  expect(platform).toMatchObject({ last_sync_at: result['completed_at'], version: 2, name: 'Our Trade Desk seat' })
  expect(cost).toEqual({ reads: 0, writes: 2, lists: 0 })
})

test('a crash between the two commits leaves nothing dangling: repeating the report repairs it', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const made = await created(running.distributions, pair)
  const done = await reported(running.distributions, made, 'in_progress', 'completed')
  // As it lies there when the function ended after the first commit.
  await running.platform({ platform_id: pair.platform_id, last_sync_at: null })
  const after_restart = (await running.instance(createDistributionsApp)).as(DEMO)
  const repeated = await reported(after_restart, made, 'completed')
  expect(repeated).toEqual(done)
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: done['completed_at'] })
})

test('a platform that cannot be written is a 503 that says what stands, and the repeated report sets it', async () => {
  const running = await runningInTest({ clock: fasterClock(40) })
  const pair = await aPair(running)
  const made = await created(running.distributions, pair)
  await reported(running.distributions, made, 'in_progress')
  running.gcs.faults.add({ fault: 'unavailable', operations: ['write'], prefix: 'platforms/' })
  const path = `${PATH}/${made.distribution_id}`
  await expectHalfDone(running, made)
  running.gcs.faults.reset()
  expect(distributionOf(await running.distributions.call('GET', path)).status).toBe('completed')
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: null })
  const done = await reported(running.distributions, made, 'completed')
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: done['completed_at'] })
})

test('a platform that a newer release has reserved is such a 503, too: nothing looks as if its time were set', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const made = await created(running.distributions, pair)
  await reported(running.distributions, made, 'in_progress')
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: running.gcs.url, clock: systemClock })
  const [{ name, generation }] = (await store.list('platforms/')) as [ObjectListing]
  const stored = await store.read(name)
  const { file, footer } = wholeSnapshot(name, generation, 'bytes' in stored ? stored.bytes : new Uint8Array())
  const { bytes } = assembleFile({ ...file, key_values: encodeFooter({ ...footer, min_writer: 1_000_000 }) })
  const condition = { if_generation: generation, crc32c: crc32c(bytes), content_type: 'application/octet-stream' }
  expect(await store.write(name, bytes, condition)).toMatchObject({ kind: 'written' })

  await expectHalfDone(running, made)
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: null })
})

test('a platform that has no room for its time is such a 503, too', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const made = await created(running.distributions, pair)
  await reported(running.distributions, made, 'in_progress')
  const filled = (characters: number) =>
    running.platform({ platform_id: pair.platform_id, settings: { note: 'x'.repeat(characters) } })
  await filled(0)
  const row = await running.table(PLATFORMS).get(DEMO, pair.platform_id)
  await filled(LIMITS.record_bytes - rowBytes({ ...row, [HISTORY_COLUMN]: null }))
  await expectHalfDone(running, made)
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: null })
})

test('the time of a platform never goes back, whatever order completions are reported in', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const pair = await aPair(running)
  const [early, late] = [await created(running.distributions, pair), await created(running.distributions, pair)]
  const completedAt = (completed_at: string) => ({ status: 'completed', metadata: { completed_at } })
  await reported(running.distributions, late, 'in_progress', completedAt('2025-05-15T11:00:00Z'))
  await reported(running.distributions, early, 'in_progress', completedAt('2025-05-15T10:00:00Z'))
  await reported(running.distributions, early, 'completed')
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({
    last_sync_at: '2025-05-15T11:00:00.000Z',
    version: 2,
  })
})

test('a platform deleted meanwhile stays as it is, and the completion stands', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const made = await created(running.distributions, pair)
  await running.platform({ platform_id: pair.platform_id, deleted: true })
  const done = await reported(running.distributions, made, 'in_progress', 'completed')
  expect(done.status).toBe('completed')
  expect(await running.storedPlatform(pair.platform_id)).toMatchObject({ last_sync_at: null, version: 2 })
})

test('a failure is told to the operator once it is stored, or where nobody knows whether it is; one that was refused never', async () => {
  const running = await runningInTest({ clock: fasterClock(40) })
  const made = await created(running.distributions, await aPair(running))
  const { distribution_id } = made
  const failed = (id: string, headers: Record<string, string> = {}) =>
    running.distributions.call('PUT', `${PATH}/${id}/status`, { status: 'failed' }, headers)
  const told = () =>
    running.lines
      .filter(({ event }) => event === 'distribution_failed')
      .map((line) => [line['distribution_id'], line['outcome_unknown']])
  expect((await failed(distribution_id, { 'if-match': '"7"' })).status).toBe(412)
  expect((await failed('dist_01h455vb4pex5vsknk084sn02q')).status).toBe(404)
  await reported(running.distributions, made, 'in_progress', 'completed')
  expect((await failed(distribution_id)).status).toBe(409)
  // Nor one that was never looked at.
  running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: 'distributions/' })
  const cold = (await running.instance(createDistributionsApp)).as(DEMO)
  const unread = await cold.call('PUT', `${PATH}/${distribution_id}/status`, { status: 'failed' })
  expect([unread.status, unread.body['outcome']]).toEqual([503, undefined])
  running.gcs.faults.reset()
  expect(told()).toEqual([])

  const other = await created(running.distributions, await aPair(running))
  running.gcs.faults.add({ fault: 'lost_answer', operations: ['write'], prefix: 'distributions/' })
  running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: 'distributions/' })
  const unanswered = await failed(other.distribution_id)
  expect([unanswered.status, unanswered.body['outcome']]).toEqual([503, 'unknown'])
  expect(told()).toEqual([[other.distribution_id, true]])
})
