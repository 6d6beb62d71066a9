import { expect, test } from 'vitest'

import { createMaintenanceApp } from '#functions/maintenance/index.ts'
import {
  aPair,
  created,
  DEMO,
  DISPATCH,
  PATH,
  reported,
  runningInTest,
  storeMany,
  type DistributionJson,
  type Running,
} from '#tests/functions/distributions/harness.ts'
import { someOf } from '#tests/support/effort.ts'
import { clockAt, type SettableClock } from '#tests/support/clock.ts'
import { place } from './harness.ts'

const NOON = '2025-05-15T12:00:00Z'
const APRIL_AUDIENCES = `audiences/user_id=${DEMO}/year=2025/month=04/`
const NOTHING = { started: 0, cancelled: 0, refreshed: 0, failed_users: 0 }

async function atNoon(): Promise<{ running: Running; clock: SettableClock }> {
  const clock = clockAt(NOON)
  return { running: await runningInTest({ clock }), clock }
}

async function all(running: Running, user_id = DEMO): Promise<DistributionJson[]> {
  return (await running.as(user_id).distributions.call('GET', PATH)).body['distributions'] as DistributionJson[]
}

/** A distribution completed at noon to a platform that refreshes daily. */
async function completedAtNoon(running: Running, settings: Record<string, unknown> = {}, sent = {}) {
  const pair = await aPair(running)
  await running.platform({
    platform_id: pair.platform_id,
    settings: { auto_refresh: true, refresh_frequency: 'daily', default_match_rate: 0.5, ...settings },
  })
  const made = await created(running.distributions, { ...pair, ...sent })
  await reported(running.distributions, made, 'in_progress', 'completed')
  return { ...pair, distribution_id: made.distribution_id }
}

test('only operators may dispatch', async () => {
  const { running } = await atNoon()
  const maintenance = await running.instance(createMaintenanceApp)
  // A user's token is not for this function, whoever the user is.
  expect((await maintenance.as(DEMO).call('POST', DISPATCH)).status).toBe(403)
  expect((await maintenance.asOperator().call('POST', DISPATCH)).status).toBe(200)
})

test('what is scheduled becomes pending when it is due, with its first attempt, for every user; not before', async () => {
  const { running, clock } = await atNoon()
  const made: DistributionJson[] = []
  for (const user_id of [DEMO, "../../o'brien@example.com"]) {
    const pair = await aPair(running, user_id)
    const { distributions } = running.as(user_id)
    for (const scheduled_at of ['2025-05-15T12:05:00Z', '2025-05-15T12:10:00Z']) {
      made.push(await created(distributions, { ...pair, scheduled_at }))
    }
  }
  expect((await running.dispatch()).body).toMatchObject({ users: 2, ...NOTHING, next_cursor: null })
  clock.set('2025-05-15T12:06:00Z')
  expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, started: 2 })
  expect((await all(running)).map(({ status }) => status)).toEqual(['scheduled', 'pending'])
  const { body } = await running.distributions.call('GET', `${PATH}/${made[0]!.distribution_id}`)
  expect(body['distribution']).toMatchObject({ version: 2, attempts: [{ attempt: 1, outcome: null }] })
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
})

test('a run after which nothing changed costs two LISTs and a look at where the last one stopped', async () => {
  const { running } = await atNoon()
  await completedAtNoon(running)
  await running.dispatch()
  const { result, ...cost } = await running.counted(() => running.dispatch())
  expect([result.body['users'], cost]).toEqual([1, { reads: 1, writes: 0, lists: 2 }])
})

test('what is due costs one look at its audience and one at its platform, however many are due', async () => {
  const { running, clock } = await atNoon()
  const pair = await aPair(running)
  await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T12:05:00Z' })
  for (let i = 0; i < 5; i++) await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T12:10:00Z' })
  await running.dispatch()
  for (const [time, started] of [
    ['2025-05-15T12:06:00Z', 1],
    ['2025-05-15T12:11:00Z', 5],
  ] as const) {
    clock.set(time)
    const { result, ...cost } = await running.counted(() => running.dispatch())
    expect(result.body).toMatchObject({ ...NOTHING, started })
    // Where the last run stopped, the audience and the platform, both conditional; one commit.
    expect(cost).toEqual({ reads: 3, writes: 1, lists: 2 })
  }
})

type Change = (running: Running, pair: { audience_id: string; platform_id: string }) => Promise<unknown>
const archive: Change = ({ audiences }, { audience_id }) =>
  audiences.call('PUT', `/api/audiences/${audience_id}/status`, { status: 'archived' })
const disconnect: Change = (running, { platform_id }) => running.platform({ platform_id, status: 'disconnected' })

const CHANGES: readonly [code: string, reason: string, change: Change][] = [
  ['audience_archived', 'the audience was archived', archive],
  [
    'audience_deleted',
    'the audience was deleted',
    ({ audiences }, { audience_id }) => audiences.call('DELETE', `/api/audiences/${audience_id}`),
  ],
  ['platform_disconnected', 'the platform was disconnected', disconnect],
  [
    'platform_deleted',
    'the platform was deleted',
    (running, { platform_id }) => running.platform({ platform_id, deleted: true }),
  ],
  [
    'audience_archived',
    'the audience was archived, and the platform was disconnected',
    async (running, pair) => [await archive(running, pair), await disconnect(running, pair)],
  ],
]
const SOME_CHANGES = someOf(CHANGES, ([, reason]) => reason.includes(', and '))

test.each(SOME_CHANGES)(
  'when it is due, a scheduled distribution is cancelled as %s when %s',
  async (code, reason, change) => {
    const { running, clock } = await atNoon()
    const pair = await aPair(running)
    const made = await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T12:05:00Z' })
    // Pending already: it goes on with what it was created with.
    const pending = await created(running.distributions, pair)
    await change(running, pair)
    expect((await running.dispatch()).body).toMatchObject(NOTHING)
    clock.set('2025-05-15T12:06:00Z')
    expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, cancelled: 1 })
    const stored = await all(running)
    expect(stored.find(({ distribution_id }) => distribution_id === made.distribution_id)).toMatchObject({
      status: 'cancelled',
      version: 2,
      started_at: null,
      error_message: `Not started when it was due: ${reason}.`,
      error_details: { code },
    })
    expect(stored.find(({ distribution_id }) => distribution_id === pending.distribution_id)?.status).toBe('pending')
    expect(running.lines.filter(({ event }) => event === 'distribution_cancelled')).toMatchObject([
      { severity: 'WARNING', code, distribution_id: made.distribution_id },
    ])
    expect((await running.dispatch()).body).toMatchObject(NOTHING)
  },
)

test('what can be used again in time starts: restored, reconnected', async () => {
  const { running, clock } = await atNoon()
  const pair = await aPair(running)
  await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T12:05:00Z' })
  await archive(running, pair)
  await disconnect(running, pair)
  await running.audiences.call('POST', `/api/audiences/${pair.audience_id}/restore`)
  await running.platform({ platform_id: pair.platform_id, status: 'pending' })
  clock.set('2025-05-15T12:06:00Z')
  expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, started: 1 })
})

test('while its audience or platform cannot be read, a distribution stays scheduled; others start', async () => {
  const { running, clock } = await atNoon()
  clock.set('2025-04-15T12:00:00Z')
  const of_april = await aPair(running)
  clock.set(NOON)
  for (const pair of [of_april, await aPair(running)]) {
    await created(running.distributions, { ...pair, scheduled_at: '2025-05-15T12:05:00Z' })
  }
  running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: APRIL_AUDIENCES })
  clock.set('2025-05-15T12:06:00Z')
  expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, started: 1, failed_users: 1 })
  expect((await all(running)).map(({ status }) => status).toSorted()).toEqual(['pending', 'scheduled'])
  running.gcs.faults.reset()
  expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, started: 1 })
})

test('a platform with auto_refresh gets a refresh of what was completed there longer ago than its frequency', async () => {
  const { running, clock } = await atNoon()
  const metadata = { campaign_name: 'Spring', approval_status: 'approved' }
  const first = await completedAtNoon(running, {}, { segments_distributed: [1], metadata })
  clock.set('2025-05-16T11:59:00Z')
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
  clock.set('2025-05-16T12:01:00Z')
  expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, refreshed: 1 })
  const [refresh] = await all(running)
  expect(refresh).toMatchObject({
    audience_id: first.audience_id,
    platform_id: first.platform_id,
    distribution_type: 'refresh',
    status: 'pending',
    version: 1,
    segments_distributed: [1],
    total_records: 175_000,
    estimated_matched_records: 87_500,
    matched_records: null,
    metadata: { campaign_name: 'Spring', refresh_of: first.distribution_id },
  })
  // While it is open there is no other, and once it is completed the next one follows a period later.
  clock.set('2025-05-18T12:01:00Z')
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
  await reported(running.distributions, refresh!, 'in_progress', 'completed')
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
  clock.set('2025-05-19T12:05:00Z')
  expect((await running.dispatch()).body).toMatchObject({ refreshed: 1 })
  expect(await all(running)).toHaveLength(3)
})

test('a refresh that was cancelled, failed or deleted is not made again in the same period', async () => {
  const { running, clock } = await atNoon()
  await completedAtNoon(running)
  clock.set('2025-05-16T13:00:00Z')
  await running.dispatch()
  const [refresh] = await all(running)
  await reported(running.distributions, refresh!, 'cancelled')
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
  await running.distributions.call('DELETE', `${PATH}/${refresh!.distribution_id}`)
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
  clock.set('2025-05-17T13:00:00Z')
  expect((await running.dispatch()).body).toMatchObject({ ...NOTHING, refreshed: 1 })
})

const FREQUENCIES = [
  ['weekly', '2025-05-22T11:00:00Z', '2025-05-22T13:00:00Z'],
  ['monthly', '2025-06-14T11:00:00Z', '2025-06-14T13:00:00Z'],
] as const
test.each(someOf(FREQUENCIES, ([frequency]) => frequency === 'monthly'))(
  '%s means that long',
  async (refresh_frequency, before, after) => {
    const { running, clock } = await atNoon()
    await completedAtNoon(running, { refresh_frequency })
    clock.set(before)
    expect((await running.dispatch()).body).toMatchObject(NOTHING)
    clock.set(after)
    expect((await running.dispatch()).body).toMatchObject({ refreshed: 1 })
  },
)

test('nothing is refreshed without auto_refresh, to a disconnected platform, or of an archived audience', async () => {
  const { running, clock } = await atNoon()
  await completedAtNoon(running, { auto_refresh: false })
  const { platform_id } = await completedAtNoon(running)
  await running.platform({ platform_id, status: 'disconnected' })
  const { audience_id } = await completedAtNoon(running)
  await running.audiences.call('PUT', `/api/audiences/${audience_id}/status`, { status: 'archived' })
  const gone = await completedAtNoon(running, {}, { segments_distributed: [1] })
  await running.audiences.call('PATCH', `/api/audiences/${gone.audience_id}`, { segments: [] })
  clock.set('2025-05-20T12:00:00Z')
  expect((await running.dispatch()).body).toMatchObject(NOTHING)
})

test('run in three instances simultaneously, everything happens once', async () => {
  const { running, clock } = await atNoon()
  for (let i = 0; i < 3; i++) await completedAtNoon(running)
  const pair = await aPair(running)
  for (let i = 0; i < 3; i++) await created(running.distributions, { ...pair, scheduled_at: '2025-05-16T12:00:00Z' })
  clock.set('2025-05-16T13:00:00Z')
  const instances = await Promise.all([1, 2, 3].map(() => running.instance(createMaintenanceApp)))
  const runs = await Promise.all(instances.map((one) => one.asOperator().call('POST', DISPATCH)))
  expect(runs.map(({ status }) => status)).toEqual([200, 200, 200])
  const sum = (name: string) => runs.reduce((total, { body }) => total + Number(body[name]), 0)
  expect([sum('started'), sum('refreshed'), sum('failed_users')]).toEqual([3, 3, 0])
  const distributions = await all(running)
  expect(distributions.filter(({ distribution_type }) => distribution_type === 'refresh')).toHaveLength(3)
  expect(distributions.filter(({ status }) => status === 'pending')).toHaveLength(6)
  expect(new Set(distributions.map(({ version }) => version))).toEqual(new Set([1, 2, 3]))
})

test("one user's unreadable object delays nobody else, and is reported", async () => {
  const { running, clock } = await atNoon()
  for (const user_id of ['a_user', 'b_user']) {
    const pair = await aPair(running, user_id)
    await created(running.as(user_id).distributions, { ...pair, scheduled_at: '2025-05-15T12:05:00Z' })
  }
  running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: 'distributions/user_id=a_user/' })
  clock.set('2025-05-15T12:06:00Z')
  expect((await running.dispatch()).body).toMatchObject({ users: 2, started: 1, failed_users: 1 })
  expect(running.lines.filter(({ event }) => event === 'dispatch_failed')).toMatchObject([{ severity: 'WARNING' }])
  running.gcs.faults.reset()
  expect((await running.dispatch()).body).toMatchObject({ started: 1, failed_users: 0 })
})

test('one refresh that cannot be created prevents no other, and is reported', async () => {
  const { running, clock } = await atNoon()
  clock.set('2025-04-15T12:00:00Z')
  await completedAtNoon(running)
  clock.set(NOON)
  await completedAtNoon(running)
  clock.set('2025-05-20T12:00:00Z')
  // The April audience cannot be read, whichever of the two comes first.
  running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: APRIL_AUDIENCES })
  expect((await running.dispatch()).body).toMatchObject({ refreshed: 1, failed_users: 1 })
  running.gcs.faults.reset()
  expect((await running.dispatch()).body).toMatchObject({ refreshed: 1, failed_users: 0 })
})

test('a completed distribution that does not say when counts from its creation, not from 1970', async () => {
  const { running, clock } = await atNoon()
  const { platform_id, audience_id } = await aPair(running)
  await running.platform({ platform_id, settings: { auto_refresh: true, refresh_frequency: 'daily' } })
  await storeMany(running, [{ created_at: NOON.replace('Z', '.000Z'), platform_id, audience_id, status: 'completed' }])
  expect((await running.dispatch()).body).toMatchObject({ refreshed: 0 })
  clock.set('2025-05-16T13:00:00Z')
  expect((await running.dispatch()).body).toMatchObject({ refreshed: 1 })
})

test('a cursor goes on behind a user, and anything else is refused', async () => {
  const { running } = await atNoon()
  for (const user_id of ['a_user', 'b_user', 'c_user']) {
    await created(running.as(user_id).distributions, await aPair(running, user_id))
  }
  const operator = (await running.instance(createMaintenanceApp)).asOperator()
  const cursor = Buffer.from('user_id=a_user/').toString('base64url')
  expect((await operator.call('POST', `${DISPATCH}?cursor=${cursor}`)).body['users']).toBe(2)
  const { status, body } = await operator.call('POST', `${DISPATCH}?cursor=%2F%2F`)
  expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['cursor']])
})

test('a run that could not give everyone a turn is carried on by the next call, whichever instance has it', async () => {
  const { running } = await atNoon()
  for (const user_id of ['a_user', 'b_user', 'c_user']) {
    await created(running.as(user_id).distributions, await aPair(running, user_id))
  }
  const run = { started_at: NOON, finished_at: null, after: 'user_id=a_user/', calls: 1, failures: 0, sums: {} }
  const progress = JSON.stringify({ format: 1, run: { ...run, report: [], report_omitted: 0 } })
  await place(running, 'maintenance/progress/dispatch.json', Buffer.from(progress))
  expect((await running.dispatch()).body).toMatchObject({ users: 2, next_cursor: null })
  expect((await running.dispatch()).body).toMatchObject({ users: 3, next_cursor: null })
})
