import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { place } from '#tests/functions/maintenance/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { storedObject } from '#tests/table/stored.ts'
import { created, DEMO, PATH, runningInTest } from './harness.ts'

const NOW = '2025-05-15T12:00:00Z'
/** As they are stored, and the other spelling of the same. */
const STORED = { audience_id: 'aud-ab12cd34', platform_id: 'plat-ab12cd34' }
const OTHER = { audience_id: 'aud_ab12cd34', platform_id: 'plat_ab12cd34' }

/** An audience and a platform of the old system. */
async function withOldPair() {
  const clock = clockAt(NOW)
  const running = await runningInTest({ clock })
  const time = '2024-03-04T05:06:07.000Z'
  const system = { version: 1, rev: 1, deleted: false, client_id: null, created_at: time, updated_at: time }
  const audience = { ...AUDIENCES.defaults, ...system, segment_count: 0, audience_id: STORED.audience_id, name: 'A' }
  const platform = { ...PLATFORMS.defaults, ...system, platform_id: STORED.platform_id, name: 'P' }
  const audiences = `audiences/user_id=${DEMO}/year=2024/month=03/audiences_202403.parquet`
  const platforms = `platforms/user_id=${DEMO}/platforms.parquet`
  await place(running, audiences, await storedObject(AUDIENCES, audiences, [rowOf(AUDIENCES, audience)]))
  await place(
    running,
    platforms,
    await storedObject(PLATFORMS, platforms, [rowOf(PLATFORMS, { ...platform, platform_type: 'tiktok' })]),
  )
  const tables = {
    audiences: { [OTHER.audience_id]: [STORED.audience_id, '202403'] },
    platforms: { [OTHER.platform_id]: [STORED.platform_id, ''] },
  }
  await place(running, `indexes/user_id=${DEMO}/legacy_ids.json`, Buffer.from(JSON.stringify({ format: 1, tables })))
  return { running, distribution_id: newId('dist', clock.nowMs(), seededRandom(1)) }
}

test('a distribution of an old audience to an old platform is found by either spelling of their ids', async () => {
  const { running } = await withOldPair()
  const made = await created(running.distributions, OTHER)
  expect(made).toMatchObject(STORED)
  for (const { audience_id, platform_id } of [STORED, OTHER]) {
    for (const path of [
      `${PATH}?audience_id=${audience_id}`,
      `${PATH}?platform_id=${platform_id}`,
      `/api/audiences/${audience_id}/distributions`,
    ]) {
      const client = path.startsWith(PATH) ? running.distributions : running.audiences
      const { body } = await client.call('GET', path)
      expect([path, body['distributions']]).toMatchObject([path, [{ distribution_id: made.distribution_id }]])
    }
  }
})

test('its creation can be repeated with its id in either spelling, and with another audience it cannot', async () => {
  const { running, distribution_id } = await withOldPair()
  await created(running.distributions, { ...OTHER, distribution_id })
  for (const pair of [STORED, OTHER, { ...STORED, audience_id: OTHER.audience_id }]) {
    const again = await created(running.distributions, { ...pair, distribution_id })
    expect(again).toMatchObject({ ...STORED, distribution_id, version: 1 })
  }
  const moved = await running.distributions.call('POST', PATH, {
    ...STORED,
    audience_id: 'aud-ab12cd35',
    distribution_id,
  })
  expect([moved.status, moved.body.errors]).toMatchObject([400, [{ path: 'audience_id' }]])
})
