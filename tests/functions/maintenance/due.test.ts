import { describe, expect, test } from 'vitest'

import { Dispatch } from '#functions/maintenance/jobs/dispatch.ts'
import { isoTime } from '#shared/base/clock.ts'
import { DAY_MS } from '#shared/base/durations.ts'
import { newId } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { jobsInMemory } from './in-memory.ts'

/** What is due, to the millisecond, and by whatever spelling records of the old system name each other. */

const NOW = '2025-05-15T13:00:00.000Z'
const NOW_MS = Date.parse(NOW)
const at = (before_ms: number): string => isoTime(NOW_MS - before_ms)
const PAIR = { audience_id: 'aud-1', platform_id: 'plat-1' }

/** An audience, and a platform that is refreshed. */
async function dispatching(settings: Readonly<Record<string, unknown>> = {}) {
  const world = jobsInMemory(NOW)
  await world.place(AUDIENCES, { audience_id: 'aud-1', created_at: at(40 * DAY_MS) })
  await world.place(PLATFORMS, {
    platform_id: 'plat-1',
    created_at: at(40 * DAY_MS),
    settings: { auto_refresh: true, refresh_frequency: 'daily', ...settings },
  })
  // Old ids of what dispatch looks at are found by their index.
  const index = {
    format: 1,
    tables: { audiences: { aud_1: ['aud-1', '202504'] }, platforms: { plat_1: ['plat-1', ''] } },
  }
  world.store.place('indexes/user_id=u/legacy_ids.json', Buffer.from(JSON.stringify(index)))
  const job = new Dispatch({ ...world.tables, clock: world.clock })
  return { ...world, job }
}

/** The id of a distribution of this system that was made on a tenth: of one month they go by their last figure. */
function distributionId(last: number, month = 5): string {
  const made_ms = Date.UTC(2025, month - 1, 10)
  return newId('dist', made_ms, { bytes: (length) => new Uint8Array(length).fill(last), uniform: () => 0 })
}

describe('a scheduled distribution', () => {
  test('starts in the run of its very millisecond, not in one before', async () => {
    const { place, run, job, clock, stored } = await dispatching({ auto_refresh: false })
    const scheduled = (last: number, scheduled_at: string) => ({
      ...PAIR,
      distribution_id: distributionId(last),
      status: 'scheduled',
      scheduled_at,
    })
    await place(DISTRIBUTIONS, scheduled(1, at(1)), scheduled(2, NOW), scheduled(3, at(-1)))
    expect((await run(job)).sums).toMatchObject({ started: 2, cancelled: 0 })
    expect((await stored(DISTRIBUTIONS)).get(distributionId(3))).toMatchObject({ status: 'scheduled' })
    expect((await run(job)).sums).toMatchObject({ started: 0 })
    await clock.advance(1)
    expect((await run(job)).sums).toMatchObject({ started: 1, cancelled: 0 })
  })
})

describe('a refresh', () => {
  const completed = (last: number, completed_at: string, more = {}) => ({
    ...PAIR,
    distribution_id: distributionId(last),
    completed_at,
    ...more,
  })

  /** The refreshes that are there after a run, by what they refresh. */
  async function refreshed({ run, job, stored }: Awaited<ReturnType<typeof dispatching>>) {
    await run(job)
    const all = [...(await stored(DISTRIBUTIONS)).values()]
    return all
      .filter(({ distribution_type }) => distribution_type === 'refresh')
      .map(({ metadata, created_at }) => [(metadata as { refresh_of: string }).refresh_of, created_at])
  }

  test.each([
    ['daily', 1],
    ['weekly', 7],
    ['monthly', 30],
    [undefined, 7],
    [null, 7],
  ])('at a frequency of %s is due after %i days, to the millisecond', async (refresh_frequency, days) => {
    const world = await dispatching({ refresh_frequency })
    await world.place(DISTRIBUTIONS, completed(1, at(days * DAY_MS - 1)))
    expect(await refreshed(world)).toEqual([])
    await world.clock.advance(1)
    expect(await refreshed(world)).toEqual([[distributionId(1), at(-1)]])
    // It is open now, and its own completion counts from then on.
    await world.clock.advance(days * DAY_MS)
    expect(await refreshed(world)).toHaveLength(1)
  })

  test('after several periods is that of the last of them, and made once', async () => {
    const world = await dispatching()
    await world.place(DISTRIBUTIONS, completed(1, at(3 * DAY_MS + 5)))
    expect(await refreshed(world)).toEqual([[distributionId(1), at(5)]])
    expect(await refreshed(world)).toHaveLength(1)
  })

  test('is of what was completed last, and of two at the same moment always of the same one', async () => {
    const made: unknown[] = []
    const both = [completed(1, at(2 * DAY_MS)), completed(2, at(2 * DAY_MS)), completed(3, at(3 * DAY_MS))]
    for (const order of [both, both.toReversed()]) {
      const together = await dispatching()
      await together.place(DISTRIBUTIONS, ...order)
      made.push(await refreshed(together))
    }
    const apart = await dispatching()
    for (const [month, days] of [
      [1, 2],
      [2, 2],
      [3, 3],
    ] as const) {
      const distribution_id = distributionId(0, month)
      await apart.place(DISTRIBUTIONS, completed(0, at(days * DAY_MS), { distribution_id }))
    }
    expect(await refreshed(apart)).toEqual([[distributionId(0, 2), NOW]])
    expect(made).toEqual(Array.from({ length: 2 }, () => [[distributionId(2), NOW]]))
  })

  test('is counted once it is made, and not of an audience that is gone, is archived, or has none of the segments that were sent', async () => {
    const sums = async (sent: object, audience: object = {}) => {
      const world = await dispatching()
      await world.place(AUDIENCES, { audience_id: 'aud-1', created_at: at(40 * DAY_MS), ...audience })
      await world.place(DISTRIBUTIONS, completed(1, at(DAY_MS), sent))
      const { refreshed: counted } = (await world.run(world.job)).sums
      return [counted, (await world.stored(DISTRIBUTIONS)).size - 1]
    }
    expect(await sums({})).toEqual([1, 1])
    expect(await sums({ audience_id: 'aud-gone' })).toEqual([0, 0])
    expect(await sums({}, { status: 'archived' })).toEqual([0, 0])
    expect(await sums({ segments_distributed: [7] }, { segments: [{ segment_id: 8 }] })).toEqual([0, 0])
    expect(await sums({ segments_distributed: [7] }, { segments: [{ segment_id: 7 }] })).toEqual([1, 1])
  })

  test('waits while any of the same audience to the same platform is open, however that is spelled', async () => {
    for (const status of ['scheduled', 'pending', 'in_progress']) {
      for (const other of [PAIR, { audience_id: 'aud_1', platform_id: 'plat_1' }]) {
        const world = await dispatching()
        const open = { ...completed(2, NOW), ...other, status, completed_at: null, scheduled_at: at(-DAY_MS) }
        await world.place(DISTRIBUTIONS, completed(1, at(2 * DAY_MS)), open)
        expect([status, other, await refreshed(world)]).toEqual([status, other, []])
      }
    }
  })

  test('is made for a platform of the old system, however the distribution spells it', async () => {
    for (const platform_id of ['plat-1', 'plat_1']) {
      for (const audience_id of ['aud-1', 'aud_1']) {
        const world = await dispatching()
        await world.place(DISTRIBUTIONS, completed(1, at(DAY_MS), { platform_id, audience_id }))
        expect([platform_id, audience_id, await refreshed(world)]).toEqual([
          platform_id,
          audience_id,
          [[distributionId(1), NOW]],
        ])
      }
    }
  })

  test('does not wait for what is over, deleted, of another audience or to another platform', async () => {
    const over = { completed_at: null }
    for (const other of [
      { ...over, status: 'failed' },
      { ...over, status: 'cancelled' },
      { ...over, status: 'pending', deleted: true },
      { ...over, status: 'pending', audience_id: 'aud-2' },
      { ...over, status: 'pending', platform_id: 'plat-2' },
    ]) {
      const world = await dispatching()
      await world.place(DISTRIBUTIONS, completed(1, at(DAY_MS)), completed(2, NOW, other))
      expect([other, await refreshed(world)]).toEqual([other, [[distributionId(1), NOW]]])
    }
  })
})
