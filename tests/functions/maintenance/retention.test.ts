import { describe, expect, test } from 'vitest'

import { retentionJob } from '#functions/maintenance/jobs/retention.ts'
import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { created, DEMO, reported, storeMany } from '#tests/functions/distributions/harness.ts'
import { audiences, JANUARY, lateTable, maintained, MAY, runAlone, type Maintained } from './harness.ts'
import { someOf } from '#tests/support/effort.ts'

/** Four audiences of January: active, active and changed in May, a draft, and one that was deleted. */
async function inMay(): Promise<Maintained & { idle: string; changed: string; draft: string; deleted: string }> {
  const world = await maintained()
  const { running, clock } = world
  const [idle, changed, draft, deleted] = (await audiences(running.audiences, {}, {}, { status: 'draft' }, {})) as [
    string,
    string,
    string,
    string,
  ]
  await running.audiences.call('DELETE', `/api/audiences/${deleted}`)
  clock.set('2025-05-10T12:00:00Z')
  await running.audiences.call('PATCH', `/api/audiences/${changed}`, { description: 'still in use' })
  clock.set(MAY)
  return { ...world, idle, changed, draft, deleted }
}

describe('retention', () => {
  test('archives active audiences that were not changed for 90 days, and nothing else', async () => {
    const { call, audience, idle, changed, draft } = await inMay()
    const { body } = await call('retention')
    expect(body).toMatchObject({ state: 'done', users: 1, active: 2, idle: 1, archived: 1, overtaken: 0 })
    expect(body['report']).toEqual([{ user_hash: expect.any(String) as string, audience_id: idle, idle_days: 125 }])
    expect(await audience(idle)).toMatchObject({ status: 'archived', version: 2 })
    expect(await audience(changed)).toMatchObject({ status: 'active', version: 2 })
    expect(await audience(draft)).toMatchObject({ status: 'draft', version: 1 })
    const { body: later } = await call('retention')
    expect(later).toMatchObject({ state: 'waiting', users: 0, archived: 0, run: { archived: 1 } })
    expect(later['report']).toEqual(body['report'])
  })

  test('tells of each one in a line of the log, without the user', async () => {
    const { call, idle, running } = await inMay()
    await call('retention')
    const lines = running.lines.filter(({ event }) => event === 'retention_archived')
    expect(lines).toMatchObject([{ severity: 'INFO', audience_id: idle, idle_days: 125 }])
    expect(JSON.stringify(running.lines)).not.toContain(DEMO)
    expect(running.lines.filter(({ event }) => event === 'maintenance_finished')).toMatchObject([
      { severity: 'INFO', job: 'retention', calls: 1, users: 1, failed_users: 0, archived: 1 },
    ])
  })

  test('leaves alone what was distributed within that time, by any distribution there is a row of', async () => {
    const { running, clock, call, audience } = await maintained()
    const ids = await audiences(running.audiences, {}, {}, {}, {}, {})
    const platform_id = await running.platform()
    const [recent, scheduled, completed, deleted, old] = ids as [string, string, string, string, string]
    const to = (audience_id: string, more = {}) => ({ audience_id, platform_id, ...more })
    const begun = await created(running.distributions, to(completed))
    const gone = await created(running.distributions, to(deleted))
    await created(running.distributions, to(old))
    await created(running.distributions, to(scheduled, { scheduled_at: '2025-06-01T00:00:00Z' }))
    clock.set('2025-05-01T00:00:00Z')
    await created(running.distributions, to(recent))
    await reported(running.distributions, begun, 'in_progress', 'completed')
    await running.distributions.call('DELETE', `/api/distributions/${gone.distribution_id}`)
    clock.set(MAY)
    expect((await call('retention')).body).toMatchObject({ active: 5, idle: 1, archived: 1 })
    expect(await audience(old)).toMatchObject({ status: 'archived' })
    for (const id of [recent, scheduled, completed, deleted]) expect(await audience(id)).toMatchObject({ version: 1 })
  })

  test('leaves alone what a scheduled distribution names, also when its time is long past', async () => {
    const { running, clock, call, audience } = await maintained()
    const [named, cancelled, deleted] = (await audiences(running.audiences, {}, {}, {})) as [string, string, string]
    const platform_id = await running.platform()
    const scheduled_at = '2025-01-11T00:00:00Z'
    const scheduled = (audience_id: string) =>
      created(running.distributions, { audience_id, platform_id, scheduled_at })
    await scheduled(named)
    await reported(running.distributions, await scheduled(cancelled), 'cancelled')
    const { distribution_id } = await scheduled(deleted)
    await running.distributions.call('DELETE', `/api/distributions/${distribution_id}`)
    clock.set(MAY)
    expect((await call('retention')).body).toMatchObject({ active: 3, idle: 2, archived: 2 })
    expect(await audience(named)).toMatchObject({ status: 'active', version: 1 })
    for (const id of [cancelled, deleted]) expect(await audience(id)).toMatchObject({ status: 'archived' })
  })

  test('a dry run only tells, as often as it is asked, and is no run', async () => {
    const { call, audience, idle, running } = await inMay()
    for (let i = 0; i < 2; i++) {
      const { result, ...cost } = await running.counted(() => call('retention?dry_run=true'))
      expect(result.body).toMatchObject({ state: 'done', idle: 1, archived: 0, run: null })
      expect(result.body['report']).toMatchObject([{ audience_id: idle }])
      expect(cost.writes).toBe(0)
    }
    expect(await audience(idle)).toMatchObject({ status: 'active' })
    expect(running.lines.filter(({ event }) => event === 'retention_archived')).toEqual([])
    expect((await call('retention')).body).toMatchObject({ archived: 1 })
  })

  test('costs a run what it reads and one PUT for each month with something to archive', async () => {
    const { callFresh, running, clock } = await maintained()
    await audiences(running.audiences, {}, {}, {})
    clock.set('2025-02-10T12:00:00Z')
    await audiences(running.audiences, {})
    await storeMany(running, [{ created_at: JANUARY.replace('Z', '.000Z'), audience_id: 'x', platform_id: 'y' }])
    clock.set(MAY)
    const { result, ...cost } = await running.counted(() => callFresh('retention'))
    expect(result.body).toMatchObject({ archived: 4 })
    // Progress, two months, one of distributions; claim, two months, progress; audiences, distributions for each month.
    expect(cost).toEqual({ reads: 4, writes: 4, lists: 3 })
    const { result: again, ...waiting } = await running.counted(() => callFresh('retention'))
    expect([again.body['state'], waiting]).toEqual(['waiting', { reads: 1, writes: 0, lists: 0 }])
  })

  test('with 0 days archives nothing', async () => {
    const { running, clock, call } = await maintained({ RETENTION_IDLE_DAYS: '0' })
    await audiences(running.audiences, {})
    clock.set(MAY)
    expect((await call('retention')).body).toMatchObject({ state: 'done', users: 0, archived: 0 })
  })

  test('run in three instances simultaneously archives everything once', async () => {
    const { running, clock, audience } = await maintained()
    const ids = await audiences(running.audiences, {}, {}, {}, {})
    clock.set(MAY)
    const instances = await Promise.all([1, 2, 3].map(() => running.instance(createMaintenanceApp)))
    const path = '/api/maintenance/retention?cursor='
    const runs = await Promise.all(instances.map((one) => one.asOperator().call('POST', path)))
    expect(runs.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(runs.reduce((sum, { body }) => sum + Number(body['archived']), 0)).toBe(4)
    for (const id of ids) expect(await audience(id)).toMatchObject({ status: 'archived', version: 2 })
  })

  test.each(
    someOf(['rate_limited', 'lost_answer', 'unavailable_after_commit'] as const, (fault) => fault === 'lost_answer'),
  )('archives once when the commit meets %s', async (fault) => {
    const { running, call, audience, idle } = await inMay()
    running.gcs.faults.add({ fault, operations: ['write'], prefix: 'audiences/', times: 1 })
    expect((await call('retention')).body).toMatchObject({ state: 'done', archived: 1 })
    expect(await audience(idle)).toMatchObject({ status: 'archived', version: 2 })
  })

  test('only operators may run it, and what it is asked must be right', async () => {
    const { running, call } = await maintained()
    const maintenance = await running.instance(createMaintenanceApp)
    expect((await maintenance.as(DEMO).call('POST', '/api/maintenance/retention')).status).toBe(403)
    for (const query of ['dry_run=yes', 'cursor=%2F%2F', 'days=3']) {
      expect([query, (await call(`retention?${query}`)).status]).toEqual([query, 400])
    }
  })
})

describe('beside live traffic', () => {
  async function racing(happens: (world: Awaited<ReturnType<typeof inMay>>) => Promise<unknown>) {
    const world = await inMay()
    const distributions = lateTable(world, DISTRIBUTIONS, () => happens(world))
    const audiences_table = world.running.table(AUDIENCES)
    const job = retentionJob({ audiences: audiences_table, distributions, clock: world.clock, idle_days: 90 })
    const processed = await runAlone(job, world)
    return { ...world, processed }
  }

  test('an edit wins, whatever it changes', async () => {
    const { processed, idle, audience } = await racing(({ running, idle: id }) =>
      running.audiences.call('PATCH', `/api/audiences/${id}`, { description: 'just now' }),
    )
    expect(processed.sums).toMatchObject({ idle: 1, archived: 0, overtaken: 1 })
    expect(processed.report).toEqual([])
    expect(await audience(idle)).toMatchObject({ status: 'active', version: 2, description: 'just now' })
  })

  test('a deletion wins', async () => {
    const { processed, idle, running } = await racing((world) =>
      world.running.audiences.call('DELETE', `/api/audiences/${world.idle}`),
    )
    expect(processed.sums).toMatchObject({ archived: 0, overtaken: 1 })
    expect((await running.audiences.call('GET', `/api/audiences/${idle}`)).status).toBe(404)
  })

  test('an edit of another audience of the month loses nothing and keeps nothing', async () => {
    const { processed, changed, idle, audience } = await racing(({ running, changed: id }) =>
      running.audiences.call('PATCH', `/api/audiences/${id}`, { description: 'just now' }),
    )
    expect(processed.sums).toMatchObject({ archived: 1 })
    expect(await audience(idle)).toMatchObject({ status: 'archived' })
    expect(await audience(changed)).toMatchObject({ description: 'just now', version: 3 })
  })

  test('a distribution in that very moment goes on, and a restore brings its audience back', async () => {
    const { processed, idle, running, audience } = await racing(async (world) => {
      const platform_id = await world.running.platform()
      await created(world.running.distributions, { audience_id: world.idle, platform_id })
    })
    expect(processed.sums).toMatchObject({ archived: 1 })
    const { body } = await running.audiences.call('GET', `/api/audiences/${idle}/distributions`)
    expect(body['distributions']).toMatchObject([{ status: 'pending', audience_id: idle }])
    await running.audiences.call('POST', `/api/audiences/${idle}/restore`)
    expect(await audience(idle)).toMatchObject({ status: 'active' })
  })
})
