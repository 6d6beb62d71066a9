import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import { newTrace, runTraced } from '#shared/base/trace.ts'
import { GroupCommit } from '#shared/table/commit/group-commit.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import type { Mutation, Outcome } from '#shared/table/commit/mutation.ts'
import { findRow } from '#shared/table/object/snapshot.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { changeNote, createNote, NOTES_BY_USER } from './notes.ts'
import { all, idOf, idsOf, kindOf, tableHarness, rowOf } from './harness.ts'

const OBJECT = 'notes/user_id=u/notes.parquet'
const SLOW = { schema: NOTES_BY_USER, latencyMs: () => 100 }

describe('a thousand simultaneous saves', () => {
  test('take a few PUTs, lose nothing and double nothing', async () => {
    const { run, store, instance, snapshot } = tableHarness(SLOW)
    const table = instance()
    const ids = await run(() => all(1000, async () => idOf(await table.create('u', createNote()))))
    expect(new Set(ids).size).toBe(1000)
    expect(store.counts.write).toBeLessThanOrEqual(10)
    expect((await run(() => idsOf(instance(), 'u'))).toSorted()).toEqual(ids.toSorted())
    expect(snapshot(OBJECT).footer.rev).toBe(store.counts.write)
  })

  test('that arrive one after the other gather behind the PUT under way', async () => {
    const { run, store, clock, instance } = tableHarness(SLOW)
    const table = instance()
    await run(() =>
      all(1000, async (at) => {
        await clock.sleep(at / 10)
        await table.create('u', createNote())
      }),
    )
    expect(store.counts.write).toBeLessThanOrEqual(4)
  })

  test('of as many users are not held up by each other', async () => {
    const { run, clock, instance } = tableHarness(SLOW)
    const table = instance()
    await run(() => all(200, (at) => table.create(`u${at}`, createNote())))
    // A read of what is not there, then a PUT.
    expect(clock.monotonicMs()).toBe(200)
  })

  test('tell each request how many shared its commit', async () => {
    const { run, instance } = tableHarness(SLOW)
    const table = instance()
    const sizes = await run(() =>
      all(20, async () => {
        const trace = newTrace()
        await runTraced(trace, () => table.create('u', createNote()))
        return trace.group_size
      }),
    )
    expect(sizes).toEqual(Array.from({ length: 20 }, () => 20))
  })
})

describe('a batch', () => {
  test('fails only where it is bad', async () => {
    const { run, instance } = tableHarness(SLOW)
    const table = instance()
    const outcomes = await run(async () => {
      const id = idOf(await table.create('u', createNote()))
      return await Promise.all([
        kindOf(table.create('u', createNote())),
        kindOf(table.mutate('u', changeNote(id, { title: 'x' }, { if_match: 5 }))),
        kindOf(table.create('u', createNote({ id }))),
        kindOf(table.mutate('u', changeNote(id, { title: 'y' }, { if_match: 1 }))),
        kindOf(table.mutate('u', changeNote(id, { title: 'z' }, { if_match: 1 }))),
      ])
    })
    expect(outcomes).toEqual(['written', 'stale-version', 'conflict', 'written', 'stale-version'])
  })

  test('outlives a decision that throws: only its own request fails', async () => {
    const { run, instance } = tableHarness(SLOW)
    const table = instance()
    const broken = (error: unknown) => ({
      ...createNote(),
      decide: () => {
        throw error
      },
    })
    const outcomes = await run(() =>
      Promise.all([
        kindOf(table.create('u', createNote())),
        kindOf(table.create('u', broken(new TypeError('a bug')))),
        kindOf(table.create('u', broken(new Problem('forbidden', 'not you')))),
        kindOf(table.create('u', createNote())),
      ]),
    )
    expect(outcomes).toEqual(['written', 'internal', 'forbidden', 'written'])
    expect(await kindOf(run(() => table.create('u', createNote())))).toBe('written')
  })

  test('applies the changes of one record one upon the other, in the order of their coming', async () => {
    const { run, store, instance, snapshot } = tableHarness(SLOW)
    const table = instance()
    const versions = await run(async () => {
      const id = idOf(await table.create('u', createNote({ fields: { size: 0 } })))
      store.resetCounts()
      const rows = await all(50, async (at) => rowOf(await table.mutate('u', changeNote(id, { size: at + 1 }))))
      return rows.map((row) => [row['version'], row['size'], row['rev']])
    })
    expect(versions).toEqual(Array.from({ length: 50 }, (_, at) => [at + 2, at + 1, 2]))
    expect(store.counts.write).toBe(1)
    expect(snapshot(OBJECT).footer.rev).toBe(2)
  })

  test('acknowledges nothing before its PUT has landed and answered', async () => {
    const { run, clock, landings, instance, snapshot } = tableHarness(SLOW)
    const table = instance()
    await run(() =>
      all(300, async (at) => {
        await clock.sleep((at * 7) % 150)
        const row = rowOf(await table.create('u', createNote()))
        expect(await findRow(snapshot(OBJECT), NOTES_BY_USER, String(row['note_id']))).toBeDefined()
        // The answer takes its half of the way after the landing.
        const landing = landings[Number(row['rev']) - 1]!
        expect(clock.nowMs() - landing.time_ms).toBe(50)
      }),
    )
    expect(landings.length).toBeGreaterThan(1)
  })

  test('has at most 2000 operations and 8 MiB, whichever comes first', async () => {
    const { run, commits, instance } = tableHarness(SLOW)
    const table = instance()
    await run(() => all(2500, () => table.create('u', createNote())))
    expect(Math.max(...commits.map(({ records }) => records.length))).toBe(LIMITS.batch_operations)
    const before = commits.length
    await run(() => all(20, () => table.create('u', createNote({ size_bytes: 1024 * 1024 }))))
    expect(commits.slice(before).map(({ records }) => records.length)).toEqual([8, 8, 4])
  })

  test('lets a single operation through that is larger than a batch may be', async () => {
    const { run, instance } = tableHarness(SLOW)
    const table = instance()
    expect(await kindOf(run(() => table.create('u', createNote({ size_bytes: 9 * 1024 * 1024 }))))).toBe('written')
  })
})

describe('the queue of one object', () => {
  test('turns the operation after the 5000th away with 429, and takes new ones when it has moved on', async () => {
    const { run, instance } = tableHarness(SLOW)
    const table = instance()
    const id = idOf(await run(() => table.create('u', createNote())))
    // What changes nothing takes a place all the same, and is quickly done.
    const keep = () => kindOf(table.mutate('u', changeNote(id, {})))
    const outcomes = await run(async () => {
      const first = keep()
      // The first batch is on its way; what comes now waits.
      const waiting = all(LIMITS.queue_operations + 7, keep)
      return [await first, ...(await waiting)]
    })
    expect(outcomes.filter((kind) => kind === 'too-many-requests')).toHaveLength(8)
    expect(outcomes.filter((kind) => kind === 'kept')).toHaveLength(5000)
    expect(await kindOf(run(() => table.create('u', createNote())))).toBe('written')
  })

  test('turns away what waited more than eight seconds, unwritten', async () => {
    const { run, store, clock, instance } = tableHarness(SLOW)
    const table = instance()
    const kinds = await run(async () => {
      await table.create('u', createNote())
      store.strike('write', 'stalled')
      const first = kindOf(table.create('u', createNote()))
      await clock.sleep(10)
      const behind = kindOf(table.create('u', createNote()))
      return [await first, await behind]
    })
    expect(kinds).toEqual(['written', 'contended'])
    expect(await run(() => idsOf(table, 'u'))).toHaveLength(2)
  })

  test('commits what waited exactly eight seconds, and answers everyone in the batch', async () => {
    const clock = new VirtualClock()
    const outcome: Outcome = { kind: 'refused', problem: new Problem('not-found', 'gone') }
    const sizes: number[] = []
    const group_commit = new GroupCommit<{ name: string }>(async (_, batch) => {
      sizes.push(batch.length)
      await clock.sleep(8001)
      return batch.map(() => outcome)
    }, clock)
    const submit = () =>
      group_commit.submit('u', { name: 'object' }, [changeNote('note_1', {})]).then(
        () => 'committed',
        (error: unknown) => error,
      )
    const answers = await clock.run(async () => {
      const first = submit()
      // Its commit begins, with nothing that comes after it.
      await clock.turn()
      await clock.turn()
      const too_long = submit()
      await clock.sleep(1)
      const exactly = submit()
      await clock.sleep(1)
      // No more than three: from four on a burst is waited for.
      return await Promise.all([first, too_long, exactly, submit()])
    })
    const waited_too_long = expect.objectContaining({ kind: 'contended', retry_after_ms: 2000 }) as unknown
    expect(answers).toEqual(['committed', waited_too_long, 'committed', 'committed'])
    expect(sizes).toEqual([1, 2])
  })

  test('goes on with what comes later when all of a batch waited too long', async () => {
    const clock = new VirtualClock()
    const outcome: Outcome = { kind: 'refused', problem: new Problem('not-found', 'gone') }
    const group_commit = new GroupCommit<{ name: string }>(async (_, batch) => {
      await clock.sleep(9000)
      return batch.map(() => outcome)
    }, clock)
    const many = Array.from({ length: LIMITS.batch_operations }, () => changeNote('note_1', {}))
    const submit = (changes: readonly Mutation[]) =>
      group_commit.submit('u', { name: 'object' }, changes).then(
        (outcomes) => outcomes.length,
        (error: unknown) => (error as Problem).kind,
      )
    const answers = await clock.run(async () => {
      const first = submit(many)
      await clock.sleep(10)
      const overdue = submit(many)
      await clock.sleep(5000)
      return await Promise.all([first, overdue, submit(many), submit([changeNote('note_1', {})])])
    })
    expect(answers).toEqual([2000, 'contended', 2000, 'contended'])
  })

  test('goes on after a commit that failed, whatever it threw', async () => {
    const clock = new VirtualClock()
    const failures: unknown[] = [new Problem('contended', 'busy'), new TypeError('a bug'), 'a text']
    const outcome: Outcome = { kind: 'refused', problem: new Problem('not-found', 'gone') }
    let commits = 0
    const group_commit = new GroupCommit<{ name: string }>(async (_, batch) => {
      commits++
      await clock.sleep(10)
      if (failures.length > 0) throw failures.shift()
      return batch.map(() => outcome)
    }, clock)
    const mutation = changeNote('note_1', {})
    const submit = () => group_commit.submit('u', { name: 'object' }, [mutation]).catch((error: unknown) => error)
    const results = await clock.run(async () => {
      const answers: unknown[] = []
      for (let i = 0; i < 4; i++) answers.push(...(await all(3, submit)))
      return answers
    })
    expect(commits).toBe(4)
    expect(results.slice(3, 6).every((error) => error instanceof TypeError)).toBe(true)
    expect(results.slice(9)).toEqual([[outcome], [outcome], [outcome]])
  })
})

describe('the objects of many users, in a process that has other things to read', () => {
  const outcome: Outcome = { kind: 'refused', problem: new Problem('not-found', 'gone') }

  /** A process in which each turn of the event loop takes a millisecond until `reads_until_ms`. */
  function busyProcess(reads_until_ms: number) {
    const clock = new VirtualClock()
    const commits: { name: string; size: number; at_ms: number }[] = []
    const busy_clock = {
      ...clock.skewed(0),
      turn: () => clock.sleep(clock.monotonicMs() < reads_until_ms ? 1 : 0),
    }
    const group_commit = new GroupCommit<{ name: string }>(async ({ name }, batch) => {
      commits.push({ name, size: batch.length, at_ms: clock.monotonicMs() })
      await clock.sleep(100)
      return batch.map(() => outcome)
    }, busy_clock)
    const save = (user: number) =>
      group_commit.submit(`u${user}`, { name: `object ${user}` }, [changeNote('note_1', {})])
    return { clock, commits, save }
  }

  test('gather the saves that are still being read: a thousand of a hundred users take a few commits more than users', async () => {
    const { clock, commits, save } = busyProcess(1000)
    const answers = await clock.run(() =>
      all(1000, async (at) => {
        await clock.sleep(at)
        return await save(at % 100)
      }),
    )
    expect(answers).toHaveLength(1000)
    expect(commits.reduce((sum, { size }) => sum + size, 0)).toBe(1000)
    expect(commits.length).toBeLessThanOrEqual(150)
  })

  test('begin their commits one after the other, in the order of their coming, 20 ms apart at most', async () => {
    const { clock, commits, save } = busyProcess(Infinity)
    await clock.run(() => all(4, save))
    expect(commits.map(({ name, at_ms }) => [name, at_ms])).toEqual([
      ['object 0', 20],
      ['object 1', 40],
      ['object 2', 60],
      ['object 3', 80],
    ])
  })

  test('wait for what is read no longer when a save has waited for a second', async () => {
    const { clock, commits, save } = busyProcess(Infinity)
    await clock.run(() => all(100, save))
    const begun_ms = commits.map(({ at_ms }) => at_ms)
    expect(begun_ms.slice(48, 54)).toEqual([980, 1000, 1001, 1002, 1003, 1004])
    expect(begun_ms.at(-1)).toBe(1050)
  })

  test('begin immediately when everything is read', async () => {
    const { clock, commits, save } = busyProcess(5)
    await clock.run(() => all(100, save))
    expect(commits.map(({ at_ms }) => at_ms)).toEqual(Array.from({ length: 100 }, () => 5))
  })
})

describe('lingering', () => {
  const outcome: Outcome = { kind: 'refused', problem: new Problem('not-found', 'gone') }
  const mutation: Mutation = changeNote('note_1', {})

  function group() {
    const clock = new VirtualClock()
    const batches: { size: number; at_ms: number }[] = []
    const group_commit = new GroupCommit<{ name: string }>(async (_, batch) => {
      batches.push({ size: batch.length, at_ms: clock.monotonicMs() })
      await clock.sleep(5)
      return batch.map(() => outcome)
    }, clock)
    const arrive = async (delay_ms: number, preparing_ms: number) => {
      await clock.sleep(delay_ms)
      const announced = group_commit.announce('u')
      await clock.sleep(preparing_ms)
      announced()
      await group_commit.submit('u', { name: 'object' }, [mutation])
    }
    return { clock, batches, group_commit, arrive }
  }

  test('costs a lone save nothing: no time but that of its PUT', async () => {
    const { run, clock, instance } = tableHarness(SLOW)
    const table = instance()
    await run(() => table.create('u', createNote()))
    const started_ms = clock.monotonicMs()
    await run(() => table.create('u', createNote()))
    expect(clock.monotonicMs() - started_ms).toBe(100)
  })

  test('waits for those that are on their way, and for no longer than they take', async () => {
    const { clock, batches, arrive } = group()
    await clock.run(() => Promise.all([arrive(0, 0), arrive(0, 30), arrive(0, 60)]))
    expect(batches).toEqual([{ size: 3, at_ms: 60 }])
  })

  test('ends after 100 ms, even when somebody is on the way for ever', async () => {
    const { clock, batches, arrive, group_commit } = group()
    group_commit.announce('u')
    await clock.run(() => arrive(0, 0))
    await clock.run(() => arrive(0, 0))
    expect(batches.map(({ at_ms }) => at_ms)).toEqual([100, 205])
  })

  test('is not for the mutations of others', async () => {
    const { clock, batches, arrive, group_commit } = group()
    group_commit.announce('somebody else')
    await clock.run(() => arrive(0, 0))
    expect(batches[0]?.at_ms).toBe(0)
  })

  test('is over when the announced one gives up, however often it says so', async () => {
    const { clock, batches, arrive, group_commit } = group()
    const given_up = group_commit.announce('u')
    const held = group_commit.announce('u')
    given_up()
    given_up()
    await clock.run(async () => {
      const arrived = arrive(0, 0)
      await clock.sleep(40)
      held()
      await arrived
    })
    expect(batches[0]?.at_ms).toBe(40)
  })

  test('is over for a save whose lookup of an old id fails', async () => {
    const { run, store, clock, instance } = tableHarness(SLOW)
    const table = instance()
    store.strike('read', 'rejected')
    expect(await kindOf(run(() => table.mutate('u', changeNote('note-old', {}))))).toBe('unavailable')
    await run(() => table.create('u', createNote()))
    const started_ms = clock.monotonicMs()
    await run(() => table.create('u', createNote()))
    expect(clock.monotonicMs() - started_ms).toBe(100)
  })
})

test('two instances that hammer one object both get through: neither starves the other', async () => {
  const { run, clock, instance } = tableHarness({
    schema: NOTES_BY_USER,
    latencyMs: ({ operation }) => (operation === 'write' ? 400 : 30),
  })
  const outcomes = await run(() =>
    Promise.all(
      [instance(), instance()].map(async (table) => {
        const kinds: string[] = []
        const writer = async () => {
          while (clock.monotonicMs() < 30_000) kinds.push(await kindOf(table.create('u', createNote())))
        }
        await all(20, writer)
        return kinds
      }),
    ),
  )
  for (const kinds of outcomes) {
    expect(new Set(kinds)).toEqual(new Set(['written']))
    expect(kinds.length).toBeGreaterThan(100)
  }
})
