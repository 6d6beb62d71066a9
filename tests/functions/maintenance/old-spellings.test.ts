import { describe, expect, test } from 'vitest'

import { purgeJob } from '#functions/maintenance/jobs/purge.ts'
import { retentionJob } from '#functions/maintenance/jobs/retention.ts'
import { isoTime } from '#shared/base/clock.ts'
import { DAY_MS } from '#shared/base/durations.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { jobsInMemory } from './in-memory.ts'

/**
 * What the jobs take out or put away, to the millisecond, and by whatever spelling a record is named: ids of the old
 * system are there with `-` and with `_`, and mean the same.
 */

const NOW = '2025-05-15T13:00:00.000Z'
const DAYS = 90
const at = (before_ms: number): string => isoTime(Date.parse(NOW) - before_ms)
const OLD = at(200 * DAY_MS)
const SPELLINGS = [
  ['-', '-'],
  ['-', '_'],
  ['_', '-'],
  ['_', '_'],
] as const

function purging(start = NOW) {
  const world = jobsInMemory(start)
  return { ...world, job: purgeJob({ ...world.tables, clock: world.clock, after_days: DAYS }) }
}

function retaining() {
  const world = jobsInMemory(NOW)
  return { ...world, job: retentionJob({ ...world.tables, clock: world.clock, idle_days: DAYS }) }
}

const tombstone = { created_at: OLD, updated_at: OLD, deleted: true }

describe('a purge', () => {
  test.each(SPELLINGS)(
    'keeps what is stored with %s and distributed with %s, and takes what only looks alike',
    async (stored, named) => {
      const { place, run, job, stored: left } = purging()
      const id = (prefix: string, name: string, mark: string) => `${prefix}${mark}${name}`
      await place(
        AUDIENCES,
        ...['ab12', 'cd34'].map((name) => ({ audience_id: id('aud', name, stored), ...tombstone })),
      )
      await place(
        PLATFORMS,
        ...['ab12', 'cd34'].map((name) => ({ platform_id: id('plat', name, stored), ...tombstone })),
      )
      await place(DISTRIBUTIONS, {
        distribution_id: 'dist-1',
        created_at: OLD,
        audience_id: id('aud', 'ab12', named),
        platform_id: id('plat', 'ab12', named),
      })
      const { sums } = await run(job)
      expect(sums).toMatchObject({ tombstones: 4, old: 4, referred_to: 2, purged: 2, overtaken: 0 })
      expect([...(await left(AUDIENCES)).keys()]).toEqual([id('aud', 'ab12', stored)])
      expect([...(await left(PLATFORMS)).keys()]).toEqual([id('plat', 'ab12', stored)])
    },
  )

  test('keeps what any month has a distribution of, and whatever became of that', async () => {
    const { place, run, job, stored: left } = purging()
    const named = ['a', 'b', 'c', 'd', 'e', 'f']
    await place(AUDIENCES, ...[...named, 'x'].map((name) => ({ audience_id: `aud-${name}`, ...tombstone })))
    const states = ['scheduled', 'pending', 'in_progress', 'completed', 'failed', 'cancelled']
    for (const [month, audience] of named.entries()) {
      await place(DISTRIBUTIONS, {
        distribution_id: `dist-${month}`,
        created_at: `2025-0${(month % 5) + 1}-1${month}T00:00:00.000Z`,
        status: states[month],
        // Deleted only now: its own time to be purged has not come.
        ...(month === 5 ? { deleted: true, updated_at: NOW, created_at: '2024-12-11T00:00:00.000Z' } : {}),
        audience_id: `aud_${audience}`,
        platform_id: 'plat_x',
      })
    }
    expect((await run(job)).sums).toMatchObject({ old: 7, referred_to: 6, purged: 1 })
    expect([...(await left(AUDIENCES)).keys()].toSorted()).toEqual(named.map((name) => `aud-${name}`))
  })

  test('takes out what was deleted more than its days ago, and nothing that was deleted exactly so long ago', async () => {
    const { place, run, job, stored: left } = purging()
    await place(
      AUDIENCES,
      { audience_id: 'aud-longer', created_at: OLD, updated_at: at(DAYS * DAY_MS + 1), deleted: true },
      { audience_id: 'aud-exactly', created_at: OLD, updated_at: at(DAYS * DAY_MS), deleted: true },
      { audience_id: 'aud-shorter', created_at: OLD, updated_at: at(DAYS * DAY_MS - 1), deleted: true },
      { audience_id: 'aud-live', created_at: OLD, updated_at: OLD },
    )
    const { sums, items } = await run(job)
    expect(sums).toMatchObject({ tombstones: 3, old: 1, purged: 1 })
    expect(items).toEqual([{ user_id: 'u', table: 'audiences', record_id: 'aud-longer', deleted_days: DAYS }])
    expect([...(await left(AUDIENCES)).keys()].toSorted()).toEqual(['aud-exactly', 'aud-live', 'aud-shorter'])
  })

  test('leaves what is restored and deleted again meanwhile for its whole time: it was deleted just now', async () => {
    const { place, run, job, clock, tables, stored: left } = purging()
    const months = ['2024-11-01T00:00:00.000Z', '2024-12-01T00:00:00.000Z']
    for (const [month, created_at] of months.entries()) {
      await place(AUDIENCES, { audience_id: `aud-${month}`, created_at, updated_at: OLD, deleted: true })
    }
    // Between the count of the tombstones and the commit.
    tables.distributions.after.push(async () => {
      for (const deleted of [false, true]) {
        await tables.audiences.mutateAll('u', '202411', [
          {
            id: 'aud-0',
            writer: { by: 'u', client_id: null, via: 'api' },
            size_bytes: 0,
            decide: (row) => ({ kind: 'write', row: { ...row!, deleted }, status: 200 }),
          },
        ])
      }
    })
    const { sums, items } = await run(job)
    expect(sums).toMatchObject({ old: 2, purged: 1, overtaken: 1 })
    expect(items.map(({ record_id }) => record_id)).toEqual(['aud-1'])
    expect((await left(AUDIENCES)).get('aud-0')).toMatchObject({ deleted: true, version: 3, updated_at: NOW })
    await clock.advance(DAYS * DAY_MS)
    expect((await run(job)).sums).toMatchObject({ tombstones: 1, old: 0 })
    await clock.advance(1)
    expect((await run(job)).sums).toMatchObject({ old: 1, purged: 1 })
    expect((await left(AUDIENCES)).size).toBe(0)
  })

  test('in a dry run tells the same and takes out nothing', async () => {
    const { place, run, job, stored: left } = purging()
    await place(AUDIENCES, { audience_id: 'aud-1', ...tombstone }, { audience_id: 'aud-2', ...tombstone })
    await place(DISTRIBUTIONS, {
      distribution_id: 'dist-1',
      created_at: OLD,
      audience_id: 'aud_2',
      platform_id: 'plat_1',
    })
    const { sums, items } = await run(job, { dry_run: true })
    expect(sums).toMatchObject({ old: 2, referred_to: 1, purged: 0, overtaken: 0 })
    expect(items.map(({ record_id }) => record_id)).toEqual(['aud-1'])
    expect((await left(AUDIENCES)).size).toBe(2)
  })
})

describe('retention', () => {
  test.each(SPELLINGS)('leaves alone what is stored with %s and was distributed with %s', async (stored, named) => {
    const { place, run, job, stored: left } = retaining()
    const idOf = (name: string) => `aud${stored}${name}`
    await place(
      AUDIENCES,
      ...['recent', 'scheduled', 'idle'].map((name) => ({ audience_id: idOf(name), created_at: OLD, updated_at: OLD })),
    )
    const distribution = { created_at: OLD, updated_at: OLD, platform_id: 'plat-1' }
    await place(
      DISTRIBUTIONS,
      { ...distribution, distribution_id: 'dist-1', audience_id: `aud${named}recent`, updated_at: at(DAY_MS) },
      {
        ...distribution,
        distribution_id: 'dist-2',
        audience_id: `aud${named}scheduled`,
        status: 'scheduled',
        scheduled_at: OLD,
      },
      { ...distribution, distribution_id: 'dist-3', audience_id: `aud${named}idle` },
    )
    expect((await run(job)).sums).toMatchObject({ active: 3, idle: 1, archived: 1 })
    const statuses = [...(await left(AUDIENCES))].map(([id, { status }]) => [id, status])
    expect(new Map(statuses as [string, string][])).toEqual(
      new Map([
        [idOf('recent'), 'active'],
        [idOf('scheduled'), 'active'],
        [idOf('idle'), 'archived'],
      ]),
    )
  })

  const IDLE = at(DAYS * DAY_MS + 1)
  const NOT_IDLE = at(DAYS * DAY_MS)

  test('archives what was not changed for more than its days, and nothing that was changed exactly so long ago', async () => {
    const { place, run, job, stored: left } = retaining()
    await place(
      AUDIENCES,
      { audience_id: 'aud-idle', created_at: OLD, updated_at: IDLE },
      { audience_id: 'aud-used', created_at: OLD, updated_at: NOT_IDLE },
      { audience_id: 'aud-draft', created_at: OLD, updated_at: OLD, status: 'draft' },
      { audience_id: 'aud-deleted', created_at: OLD, updated_at: OLD, deleted: true },
    )
    const { sums, items } = await run(job)
    expect(sums).toMatchObject({ active: 2, idle: 1, archived: 1 })
    expect(items).toEqual([{ user_id: 'u', audience_id: 'aud-idle', idle_days: DAYS }])
    expect((await left(AUDIENCES)).get('aud-idle')).toMatchObject({ status: 'archived', version: 2 })
  })

  test('counts any time of a distribution, and of several the latest, wherever they lie', async () => {
    for (const time of ['created_at', 'updated_at', 'completed_at', 'scheduled_at']) {
      const { place, run, job } = retaining()
      const names = ['used', 'idle']
      await place(AUDIENCES, ...names.map((name) => ({ audience_id: `aud-${name}`, created_at: OLD, updated_at: OLD })))
      const of = (audience_id: string, more: object) => ({
        distribution_id: `dist-${audience_id}-${JSON.stringify(more)}`,
        audience_id,
        platform_id: 'plat-1',
        created_at: OLD,
        updated_at: OLD,
        ...more,
      })
      await place(DISTRIBUTIONS, of('aud-used', { [time]: NOT_IDLE }), of('aud-idle', { [time]: IDLE }))
      // One of a later object that is older must not hide it.
      await place(DISTRIBUTIONS, of('aud-used', { created_at: '2024-12-01T00:00:00.000Z', updated_at: OLD }))
      expect([time, (await run(job)).sums]).toMatchObject([time, { active: 2, idle: 1, archived: 1 }])
    }
  })
})
