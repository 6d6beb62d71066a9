import { describe, expect, test } from 'vitest'

import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { rowsById } from '#shared/table/recovery/restore.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import {
  aPair,
  created,
  DISPATCH,
  runningInTest,
  type DistributionJson,
} from '#tests/functions/distributions/harness.ts'
import { aPlatform, connected, PATH as PLATFORMS_PATH, platformsInTest } from '#tests/functions/platforms/harness.ts'
import { clockAt } from '#tests/support/clock.ts'
import { restoringOn } from './restoring.ts'

describe('a restore of platforms', () => {
  /** A connected platform, and the generation that has its credentials. */
  async function withPlatform() {
    const running = await platformsInTest()
    const restoring = restoringOn(running.gcs)
    const { platform_id } = await connected(running)
    const good = await restoring.liveOf('platforms/')
    const path = `${PLATFORMS_PATH}/${platform_id}`
    const read = async () => (await running.call('GET', path)).body.platform
    return { ...running, restoring, path, good, read, wish: { selection: { object: good.name }, source: good } }
  }

  test('keeps the credentials, status and last test that are live, and brings back the rest', async () => {
    const { call, restoring, path, read, wish } = await withPlatform()
    const credentials = { api_key: 'good-anotherOne77', account_id: 'advertiser-7777' }
    await call('PATCH', path, { name: 'spoilt' })
    await call('PUT', `${path}/credentials`, { credentials })
    const { text } = await restoring.run(wish)
    expect(text).toContain('name: "spoilt" → "My Trade Desk Account"')
    expect(text).not.toMatch(/credentials|hint|7777/)
    expect(await read()).toMatchObject({
      name: 'My Trade Desk Account',
      status: 'pending',
      credentials: { hint: { account_id: '…7777' } },
    })
    expect((await call('POST', `${path}/test`)).body).toMatchObject({ ok: true })
  })

  test('that were deleted brings them back pending and without credentials, which no generation after it has', async () => {
    const { call, restoring, path, read, wish } = await withPlatform()
    await call('DELETE', path)
    const { text } = await restoring.run(wish)
    expect(text).toContain('is undeleted')
    expect(await read()).toMatchObject({ status: 'pending', credentials: null, last_test: null })
    const { name, generation } = await restoring.liveOf('platforms/')
    const stored = wholeSnapshot(name, generation, await restoring.bytesOf(name, generation))
    const [row] = [...(await rowsById(PLATFORMS, stored)).values()]
    expect(row).toMatchObject({ deleted: false, sealed_credentials: null })
  })

  test('over an unreadable object has their credentials only when nothing can have been deleted since', async () => {
    const { call, restoring, path, read, wish } = await withPlatform()
    await call('PATCH', path, { name: 'newest' })
    const newest = await restoring.liveOf('platforms/')
    await restoring.overwrite(newest.name, new Uint8Array(5))
    await restoring.run({ ...wish, source: newest })
    expect(await read()).toMatchObject({ name: 'newest', status: 'connected', credentials: { encrypted: true } })
    expect((await call('POST', `${path}/test`)).body).toMatchObject({ ok: true })
    await restoring.overwrite(newest.name, new Uint8Array(5))
    await restoring.run(wish)
    expect(await read()).toMatchObject({ name: 'My Trade Desk Account', status: 'pending', credentials: null })
  })

  test('created since then makes tombstones of them, and their credentials are gone', async () => {
    const { call, restoring, wish } = await withPlatform()
    const { body } = await call('POST', PLATFORMS_PATH, aPlatform({ name: 'later' }))
    const { text } = await restoring.run(wish)
    expect(text).toMatch(/becomes a tombstone\n(.*\n)*? {6}credentials: removed\n/)
    expect((await call('GET', `${PLATFORMS_PATH}/${body.platform_id}`)).status).toBe(404)
  })
})

test('a restore of distributions makes nobody send again: reports stay, and what was still to be sent is cancelled', async () => {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await runningInTest({ clock })
  const restoring = restoringOn(running.gcs)
  const pair = await aPair(running)
  const scheduled_at = '2025-05-15T12:05:00Z'
  const sent = await created(running.distributions, { ...pair, scheduled_at })
  const removed = await created(running.distributions, { ...pair, scheduled_at })
  const good = await restoring.liveOf('distributions/')
  const path = (id: string) => `/api/distributions/${id}`
  await running.distributions.call('DELETE', path(removed.distribution_id))
  clock.set('2025-05-15T12:06:00Z')
  const maintenance = await running.instance(createMaintenanceApp)
  expect((await maintenance.asOperator().call('POST', DISPATCH)).body).toMatchObject({ started: 1 })
  const read = async (id: string) =>
    (await running.distributions.call('GET', path(id))).body['distribution'] as DistributionJson
  const before = await read(sent.distribution_id)
  await restoring.run({ selection: { object: good.name }, source: { generation: good.generation } })
  expect(await read(sent.distribution_id)).toEqual(before)
  expect(await read(removed.distribution_id)).toMatchObject({ status: 'cancelled', deleted: false })
  expect((await maintenance.asOperator().call('POST', DISPATCH)).body).toMatchObject({ started: 0 })
})
