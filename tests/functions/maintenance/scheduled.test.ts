import { describe, expect, test } from 'vitest'

import type { Job, Sums } from '#functions/maintenance/runner/job.ts'
import { ProgressObjects } from '#functions/maintenance/runner/progress.ts'
import { callScheduled, type Period } from '#functions/maintenance/runner/scheduled-run.ts'
import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { StoreError, type ObjectStore } from '#shared/objects/object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { objectName } from '#shared/table/object/partition.ts'
import { tableFolder, userFolders } from '#shared/table/read/user-folders.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

const SILENT: TableEvents = {
  committed: () => undefined,
  corrupt: () => undefined,
  storeFailed: () => undefined,
  nearLimit: () => undefined,
}
const PROGRESS = 'maintenance/progress/purge.json'
const USERS = Array.from({ length: 40 }, (_, at) => `user${String(at).padStart(2, '0')}`)
const SECOND_MS = 1000
const DAY_MS = 24 * 3600 * SECOND_MS

interface CountingSums extends Sums {
  turns: number
}

interface WorldOptions {
  readonly turn_ms?: number
  readonly start?: string
  readonly is_rate_limited?: boolean
  /** What happens in a task besides. */
  readonly happens?: (user_id: string) => Promise<void> | void
}

interface Instance {
  readonly clock: Clock
  readonly store: ObjectStore
}

/** An instance that can be gone from one moment to the next: whatever it waits for then never comes. */
function mortal({ clock, store }: Instance): Instance & { die: () => void } {
  let is_dead = false
  const alive = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    return is_dead ? await new Promise<never>(() => undefined) : result
  }
  return {
    clock: {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (...wait) => alive(clock.sleep(...wait)),
      turn: () => alive(clock.turn()),
    },
    store: {
      read: (...what) => alive(store.read(...what)),
      readRange: (...what) => alive(store.readRange(...what)),
      write: (...what) => alive(store.write(...what)),
      list: (...what) => alive(store.list(...what)),
    },
    die: () => void (is_dead = true),
  }
}

/** Forty users, and a job that notes whose task it was and takes its time. */
function world({ turn_ms = SECOND_MS, start, is_rate_limited = false, happens = () => undefined }: WorldOptions = {}) {
  const clock = new VirtualClock(start)
  const store = new MemoryObjectStore({ clock, is_rate_limited })
  const random = seededRandom(1)
  for (const user_id of USERS) store.place(objectName(AUDIENCES, user_id, '202505'), new Uint8Array(1))
  const turns: string[] = []
  const faults: string[] = []
  const finished: Sums[] = []
  const jobOf = (own: Pick<Instance, 'clock'>): Job<CountingSums> => ({
    name: 'purge',
    top_folders: [tableFolder(AUDIENCES)],
    begin: () => ({ turns: 0 }),
    async processUser({ user_id, sums, report }) {
      await own.clock.sleep(turn_ms)
      await happens(user_id)
      turns.push(user_id)
      sums.turns++
      report({ user_id, what: 'a turn' })
    },
    onFinished: (sums) => void finished.push(sums),
  })
  const instance = () => mortal({ clock, store })
  const call = (period: Period = 'week', own: Instance = { clock, store }) => {
    const dependencies = { ...own, random, events: SILENT }
    return callScheduled(
      {
        clock: own.clock,
        progress: new ProgressObjects(dependencies),
        folders: (top_folders, after) => userFolders(dependencies, top_folders, after),
        log: () => undefined,
        onUserFailure: (_, user_id) => void faults.push(user_id),
      },
      jobOf(own),
      period,
      20 * SECOND_MS,
    )
  }
  const run = (period?: Period) => clock.run(() => call(period))
  return { clock, store, turns, faults, finished, instance, call, run }
}

describe('the run of a job', () => {
  test('goes on where the last call stopped, until every user had exactly one turn', async () => {
    // Eight side by side, ten seconds each: sixteen in a call of twenty seconds.
    const { turns, finished, run } = world({ turn_ms: 10 * SECOND_MS })
    const states: string[] = []
    for (let i = 0; i < 4; i++) states.push((await run()).state)
    expect(states).toEqual(['more', 'more', 'done', 'waiting'])
    expect(turns.toSorted()).toEqual(USERS)
    expect(finished).toEqual([{ users: 40, failed_users: 0, turns: 40 }])
  })

  test('costs one read once it is done, and two writes with every call before', async () => {
    const { store, run } = world()
    await run()
    expect(store.counts).toMatchObject({ read: 1, write: 2, list: 1 })
    store.resetCounts()
    expect(await run()).toMatchObject({ state: 'waiting', run: { sums: { users: 40 } } })
    expect(store.counts).toMatchObject({ read: 1, write: 0, list: 0 })
  })

  test.each([
    ['day', '2025-05-14T23:00:00Z', 3600 * SECOND_MS],
    // A Sunday: the next week begins on Monday.
    ['week', '2025-05-18T23:00:00Z', 3600 * SECOND_MS],
    ['week', '2025-05-12T00:00:00Z', 7 * DAY_MS],
  ] as const)('starts over with the next %s, not before', async (period, start, until_ms) => {
    const { clock, run } = world({ start })
    const began_ms = clock.monotonicMs()
    expect((await run(period)).state).toBe('done')
    await clock.advance(until_ms - (clock.monotonicMs() - began_ms) - SECOND_MS)
    expect((await run(period)).state).toBe('waiting')
    await clock.advance(2 * SECOND_MS)
    expect((await run(period)).state).toBe('done')
  })

  test('that its period was too short for is brought to its end first', async () => {
    const { clock, turns, run } = world({ turn_ms: 10 * SECOND_MS })
    await run('day')
    await clock.advance(3 * DAY_MS)
    expect([(await run('day')).state, (await run('day')).state]).toEqual(['more', 'done'])
    expect(turns).toHaveLength(40)
    expect((await run('day')).state).toBe('more')
  })

  test('is at work once: another call finds it busy and does nothing', async () => {
    const { clock, turns, call } = world()
    const calls = await clock.run(() => Promise.all([call(), call(), call()]))
    expect(calls.map(({ state }) => state).toSorted()).toEqual(['busy', 'busy', 'done'])
    expect(turns).toHaveLength(40)
  })

  test('that died with its instance is carried on a minute later from where it had come to', async () => {
    const { clock, turns, call, run, instance } = world({ turn_ms: 10 * SECOND_MS })
    expect((await run()).state).toBe('more')
    const doomed = instance()
    void call('week', doomed)
    // Eight more have had their task, eight are in the middle of theirs.
    await clock.advance(15 * SECOND_MS)
    doomed.die()
    expect((await run()).state).toBe('busy')
    await clock.advance(50 * SECOND_MS)
    expect([(await run()).state, (await run()).state]).toEqual(['more', 'done'])
    expect(new Set(turns)).toEqual(new Set(USERS))
    expect(turns).toHaveLength(48)
  })

  test('is no faster than Cloud Storage lets one object be written', async () => {
    const { turns, run } = world({ turn_ms: 0, is_rate_limited: true })
    expect((await run()).state).toBe('done')
    expect((await run()).state).toBe('waiting')
    expect(turns).toHaveLength(40)
  })

  test('whose claim has expired yields to the new holder: its late result does not count', async () => {
    const { clock, store, call } = world({ turn_ms: 10 * SECOND_MS })
    const late = call()
    await clock.advance(5 * SECOND_MS)
    // Somebody else has written meanwhile.
    store.place(PROGRESS, Buffer.from('{"format": 1}'))
    expect(await clock.run(() => late)).toMatchObject({ state: 'more' })
    expect(Buffer.from(store.bytesOf(PROGRESS)!).toString()).toBe('{"format": 1}')
  })

  test("survives one user's failure: the others have their turns, and it is counted", async () => {
    const { turns, faults, run } = world({
      happens: (user_id) => {
        if (user_id === 'user03') throw new Problem('unavailable', 'an object is damaged')
      },
    })
    expect(await run()).toMatchObject({ state: 'done', run: { sums: { users: 40, failed_users: 1, turns: 39 } } })
    expect([faults, turns.length]).toEqual([['user03'], 39])
  })

  test('leaves a turn that does not end, and keeps within the time of a call', async () => {
    const { clock, faults, run } = world({
      happens: (user_id) => (user_id === 'user00' ? new Promise(() => undefined) : undefined),
    })
    const began_ms = clock.monotonicMs()
    expect(await run()).toMatchObject({ state: 'more', run: { sums: { users: 8, failed_users: 1 } } })
    expect(clock.monotonicMs() - began_ms).toBeLessThan(28 * SECOND_MS)
    expect(faults).toEqual(['user00'])
    expect(await run()).toMatchObject({ state: 'done', run: { sums: { users: 40 } } })
  })

  test('waits for three calls while the store is unavailable, then skips the users it cannot process', async () => {
    const away = new Problem('unavailable', 'away', { cause: new StoreError('unavailable', 'away') })
    const { turns, run } = world({
      happens: (user_id) => {
        if (user_id === 'user09') throw away
      },
    })
    for (let i = 0; i < 3; i++) await expect(run()).rejects.toBe(away)
    expect(new Set(turns)).toEqual(new Set(USERS.slice(0, 17).filter((user_id) => user_id !== 'user09')))
    expect(await run()).toMatchObject({
      state: 'done',
      run: { calls: 4, sums: { failed_users: 1, users: 40, turns: 39 } },
    })
  })

  test('counts failures one after another: a call that gets on in between begins the count again', async () => {
    const away = new Problem('unavailable', 'away', { cause: new StoreError('unavailable', 'away') })
    const unavailable = new Set<string>()
    const { turns, faults, run } = world({
      turn_ms: 10 * SECOND_MS,
      happens: (user_id) => {
        if (unavailable.has(user_id)) throw away
      },
    })
    const failing = async (user_id: string, times: number) => {
      unavailable.add(user_id)
      for (let i = 0; i < times; i++) await expect(run()).rejects.toBe(away)
      unavailable.clear()
    }
    await failing('user00', 2)
    expect(await run()).toMatchObject({ state: 'more', run: { calls: 3, failures: 0 } })
    // Three more are waited for, since none of them follows the two.
    await failing('user16', 3)
    expect(await run()).toMatchObject({ state: 'more', run: { failures: 0, sums: { failed_users: 0 } } })
    expect(await run()).toMatchObject({
      state: 'done',
      run: { calls: 8, sums: { users: 40, failed_users: 0, turns: 40 } },
    })
    expect([faults, new Set(turns).size]).toEqual([[], 40])
  })

  test('keeps its count of failures from call to call, and where it had come to', async () => {
    const away = new Problem('unavailable', 'away', { cause: new StoreError('unavailable', 'away') })
    const { store, run } = world({
      happens: (user_id) => {
        if (user_id === 'user09') throw away
      },
    })
    for (const failures of [1, 2, 3]) {
      await expect(run()).rejects.toBe(away)
      const progress = JSON.parse(Buffer.from(store.bytesOf(PROGRESS)!).toString()) as { run: object; claim?: object }
      // It stops before the failing eight, who are processed again, and gives its claim back.
      expect(progress).toMatchObject({
        run: { failures, calls: failures, after: expect.stringContaining('user08') as string },
      })
      expect(progress.claim).toBeUndefined()
    }
  })

  test('is taken over when its claim has run out, to the millisecond', async () => {
    const { clock, store, run } = world()
    const claimed = (ahead_ms: number) => {
      const until = new Date(clock.nowMs() + ahead_ms).toISOString()
      store.place(PROGRESS, Buffer.from(JSON.stringify({ format: 1, claim: { claim_id: 'x', until } })))
    }
    claimed(1)
    expect((await run()).state).toBe('busy')
    claimed(0)
    expect((await run()).state).toBe('done')
  })

  test('that cannot list goes on from its cursor when it can again', async () => {
    const { store, turns, run } = world({ turn_ms: 10 * SECOND_MS })
    await run()
    store.strike('list', 'unavailable', 4)
    await expect(run()).rejects.toMatchObject({ kind: 'unavailable' })
    expect([(await run()).state, (await run()).state]).toEqual(['more', 'done'])
    expect(turns.toSorted()).toEqual(USERS)
  })

  test.each(['lost_answer', 'throttled', 'unavailable'] as const)(
    'keeps its progress when a write of it meets %s',
    async (fault) => {
      const { store, turns, run } = world({ turn_ms: 10 * SECOND_MS })
      for (const state of ['more', 'more', 'done']) {
        store.strike('write', fault)
        expect((await run()).state).toBe(state)
      }
      expect(turns.toSorted()).toEqual(USERS)
    },
  )

  test('starts over when its saved progress cannot be read', async () => {
    const { store, turns, run } = world()
    for (const text of ['', 'no json', '{"format": 2}', '{"format": 1, "run": {"after": 7}}']) {
      store.place(PROGRESS, Buffer.from(text))
      expect((await run()).state).toBe('done')
    }
    expect(turns).toHaveLength(160)
  })

  test('keeps the first hundred lines of its report and counts the rest', async () => {
    const { store, run } = world()
    for (let at = 0; at < 100; at++) store.place(objectName(AUDIENCES, `more${at}`, '202505'), new Uint8Array(1))
    const called = await run()
    expect(called.state === 'done' && [called.run.report.length, called.run.report_omitted]).toEqual([100, 40])
  })
})
