import { newId } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { storedObject } from '#tests/table/stored.ts'
import type { WebSite } from './web-site.ts'

/** Ids of the old system as its records have them, and as what refers to them spells the same ids. */
export const OLD_IDS = { audience_id: 'aud-ab12cd34', platform_id: 'plat-ef56ab78' }
export const OTHER_SPELLING = { audience_id: 'aud_ab12cd34', platform_id: 'plat_ef56ab78' }

/**
 * An audience and a connected platform of the old system, and a completed send of the one to the other that spells both in
 * the other way. @returns the id of the send
 */
export async function placeOldRecords(site: Pick<WebSite, 'place'>, user_id: string): Promise<string> {
  const time = '2024-03-04T05:06:07.000Z'
  const distribution_id = newId('dist', Date.parse(time), seededRandom(1))
  const system = { version: 1, rev: 1, deleted: false, client_id: null, created_at: time, updated_at: time }
  const audience = rowOf(AUDIENCES, {
    ...AUDIENCES.defaults,
    ...system,
    audience_id: OLD_IDS.audience_id,
    name: 'Old runners',
    status: 'active',
    total_audience_size: 900,
    segment_count: 0,
  })
  const platform = rowOf(PLATFORMS, {
    ...PLATFORMS.defaults,
    ...system,
    platform_id: OLD_IDS.platform_id,
    name: 'Old desk',
    platform_type: 'the_trade_desk',
    status: 'connected',
  })
  const distribution = rowOf(DISTRIBUTIONS, {
    ...DISTRIBUTIONS.defaults,
    ...system,
    ...OTHER_SPELLING,
    distribution_id,
    status: 'completed',
    total_records: 900,
    audience_name: 'Old runners',
    platform_name: 'Old desk',
  })
  const month = `user_id=${user_id}/year=2024/month=03`
  const audiences = `audiences/${month}/audiences_202403.parquet`
  const platforms = `platforms/user_id=${user_id}/platforms.parquet`
  const distributions = `distributions/${month}/distributions_202403.parquet`
  await site.place(audiences, await storedObject(AUDIENCES, audiences, [audience]))
  await site.place(platforms, await storedObject(PLATFORMS, platforms, [platform]))
  await site.place(distributions, await storedObject(DISTRIBUTIONS, distributions, [distribution]))
  const tables = {
    audiences: { [OTHER_SPELLING.audience_id]: [OLD_IDS.audience_id, '202403'] },
    platforms: { [OTHER_SPELLING.platform_id]: [OLD_IDS.platform_id, ''] },
  }
  await site.place(`indexes/user_id=${user_id}/legacy_ids.json`, Buffer.from(JSON.stringify({ format: 1, tables })))
  return distribution_id
}
