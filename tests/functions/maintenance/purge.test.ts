import { describe, expect, test } from 'vitest'

import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import { purgeJob } from '#functions/maintenance/jobs/purge.ts'
import { SettingsError } from '#shared/settings/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { aPair, created, DEMO } from '#tests/functions/distributions/harness.ts'
import { pageOf } from '#tests/table/pages.ts'
import { audiences, lateTable, maintained, MAY, runAlone, type Maintained } from './harness.ts'

async function deleted({ running }: Maintained, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) expect((await running.audiences.call('DELETE', `/api/audiences/${id}`)).status).toBe(204)
}

/** The ids in the table, deleted or not. */
async function stored({ running }: Maintained): Promise<string[]> {
  const page = await pageOf(running.table(AUDIENCES), DEMO)
  return page.rows.map((row) => row.audience_id).toSorted()
}

describe('a purge', () => {
  test('takes out what was deleted more than 90 days ago, and leaves everything else', async () => {
    const world = await maintained()
    const { running, clock, call } = world
    const [old, recent, live] = (await audiences(running.audiences, {}, {}, {})) as [string, string, string]
    await deleted(world, old)
    clock.set('2025-05-01T00:00:00Z')
    await deleted(world, recent)
    clock.set(MAY)
    const { body } = await call('purge')
    expect(body).toMatchObject({ state: 'done', tombstones: 2, old: 1, referred_to: 0, purged: 1, overtaken: 0 })
    expect(body['report']).toMatchObject([{ table: 'audiences', record_id: old, deleted_days: 125 }])
    expect(await stored(world)).toEqual([recent, live].toSorted())
    const again = await running.audiences.call('POST', '/api/audiences', { audience_id: old, name: 'again' })
    expect([again.status, again.body['deleted']]).toEqual([409, true])
  })

  test('keeps what a distribution refers to, also a deleted one; with the last of them it goes', async () => {
    const world = await maintained()
    const { running, clock, call } = world
    const kept = await aPair(running)
    const going = await aPair(running)
    const live = await created(running.distributions, kept)
    const tombstone = await created(running.distributions, going)
    await running.distributions.call('DELETE', `/api/distributions/${tombstone.distribution_id}`)
    await deleted(world, kept.audience_id, going.audience_id)
    for (const platform_id of [kept.platform_id, going.platform_id])
      await running.platform({ platform_id, deleted: true })
    clock.set('2025-03-01T00:00:00Z')
    const young = await created(running.distributions, { ...(await aPair(running)) })
    expect(young.status).toBe('pending')
    clock.set(MAY)
    const { body } = await call('purge')
    expect(body).toMatchObject({ tombstones: 5, old: 5, referred_to: 2, purged: 3 })
    const report = body['report'] as readonly { table: string; record_id: string }[]
    expect(report.map(({ table, record_id }) => [table, record_id])).toEqual([
      ['distributions', tombstone.distribution_id],
      ['audiences', going.audience_id],
      ['platforms', going.platform_id],
    ])
    await running.distributions.call('DELETE', `/api/distributions/${live.distribution_id}`)
    clock.set('2025-08-20T00:00:00Z')
    expect((await call('purge')).body).toMatchObject({ old: 3, referred_to: 0, purged: 3 })
    expect(await stored(world)).toHaveLength(1)
  })

  test('makes one commit for each object, with a floor, and nothing when it runs again', async () => {
    const world = await maintained()
    const { running, clock, callFresh } = world
    const january = await audiences(running.audiences, {}, {}, {})
    clock.set('2025-02-10T12:00:00Z')
    const february = await audiences(running.audiences, {}, {})
    await deleted(world, ...january, ...february)
    clock.set('2025-06-15T12:00:00Z')
    const { result, ...cost } = await running.counted(() => callFresh('purge'))
    expect(result.body).toMatchObject({ purged: 5 })
    // Progress, two months; claim, two months, progress; a LIST of each table, and one of the user's distributions.
    expect(cost).toEqual({ reads: 3, writes: 4, lists: 4 })
    const { result: again, ...nothing } = await running.counted(() => callFresh('purge?cursor='))
    expect(again.body).toMatchObject({ tombstones: 0, purged: 0 })
    expect(nothing.writes).toBe(0)
    const commits = running.lines.filter(({ event, records }) => event === 'commit' && isOf('maintenance', records))
    expect(commits).toHaveLength(2)
  })

  test('a dry run only tells', async () => {
    const world = await maintained()
    const { running, clock, call } = world
    const ids = await audiences(running.audiences, {}, {})
    await deleted(world, ...ids)
    clock.set(MAY)
    const { result, ...cost } = await running.counted(() => call('purge?dry_run=true'))
    expect(result.body).toMatchObject({ old: 2, purged: 0, run: null })
    expect(result.body['report']).toHaveLength(2)
    expect(cost.writes).toBe(0)
    expect(await stored(world)).toEqual(ids.toSorted())
  })

  test('loses to a restore that came first', async () => {
    const world = await maintained()
    const { running, clock } = world
    const [id] = await audiences(running.audiences, {})
    await deleted(world, id!)
    clock.set(MAY)
    const restore = () => running.audiences.call('POST', `/api/audiences/${id}/restore`)
    const job = purgeJob({
      audiences: running.table(AUDIENCES),
      platforms: running.table(PLATFORMS),
      distributions: lateTable(world, DISTRIBUTIONS, restore),
      clock,
      after_days: 90,
    })
    expect((await runAlone(job, world)).sums).toMatchObject({ old: 1, purged: 0, overtaken: 1 })
    expect((await running.audiences.call('GET', `/api/audiences/${id}`)).status).toBe(200)
  })

  test('run in two instances simultaneously takes everything out once', async () => {
    const world = await maintained()
    const { running, clock } = world
    await deleted(world, ...(await audiences(running.audiences, {}, {}, {})))
    clock.set(MAY)
    const instances = await Promise.all([1, 2].map(() => running.instance(createMaintenanceApp)))
    const path = '/api/maintenance/purge?cursor='
    const runs = await Promise.all(instances.map((one) => one.asOperator().call('POST', path)))
    expect(runs.map(({ status }) => status)).toEqual([200, 200])
    expect(runs.reduce((sum, { body }) => sum + Number(body['purged']), 0)).toBe(3)
    expect(await stored(world)).toEqual([])
  })

  test('with 0 days takes out nothing, and with fewer than a month it does not start', async () => {
    const world = await maintained({ PURGE_AFTER_DAYS: '0' })
    await deleted(world, ...(await audiences(world.running.audiences, {})))
    world.clock.set(MAY)
    expect((await world.call('purge')).body).toMatchObject({ state: 'done', users: 0 })
    await expect(maintained({ PURGE_AFTER_DAYS: '30' })).rejects.toBeInstanceOf(SettingsError)
  })
})

function isOf(client: string, records: unknown): boolean {
  return (records as readonly { client?: string }[]).some((record) => record.client === client)
}
