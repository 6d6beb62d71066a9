import { describe, expect, test } from 'vitest'

import type { Problem } from '#shared/base/problem.ts'
import { newTrace, runTraced } from '#shared/base/trace.ts'
import { assembleNext, randomMark } from '#shared/table/commit/commit.ts'
import { changeNote, createNote, deleteNote, NOTES_BY_USER } from './notes.ts'
import { all, idOf, idsOf, kindOf, tableHarness, rowOf, type TableHarness } from './harness.ts'

const OBJECT = 'notes/user_id=u/notes.parquet'

/** One object with one note at version 1, and two instances that both have seen it. */
async function twoInstances(options: Parameters<typeof tableHarness>[0] = {}) {
  const r = tableHarness({ schema: NOTES_BY_USER, ...options })
  const [a, b] = [r.instance(), r.instance()]
  const id = await r.run(async () => idOf(await a.create('u', createNote({ fields: { title: 'first' } }))))
  await r.run(() => b.get('u', id))
  r.store.resetCounts()
  return { ...r, a, b, id }
}

/** The next `times` writes find that somebody else was faster. */
function outrun({ store }: Pick<TableHarness, 'store'>, times: number): void {
  const write = store.write.bind(store)
  let left = times
  store.write = async (name, bytes, options) => {
    if (left-- > 0) store.place(name, store.bytesOf(name)!)
    return await write(name, bytes, options)
  }
}

function rev(r: TableHarness): number {
  return r.snapshot(OBJECT).footer.rev
}

describe('a save', () => {
  test('costs one PUT when this instance made the last write, and a get one conditional GET without a body', async () => {
    const { run, store, a, id } = await twoInstances()
    await run(() => a.mutate('u', changeNote(id, { title: 'second' })))
    expect(store.counts).toMatchObject({ read: 0, write: 1, list: 0 })
    store.resetCounts()
    await run(() => a.get('u', id))
    expect(store.counts).toMatchObject({ read: 1, write: 0, list: 0, body: 0 })
  })

  test('gives the record a version and the object a revision, without gaps', async () => {
    const r = await twoInstances()
    for (let version = 2; version <= 5; version++) {
      const instance = version % 2 === 0 ? r.a : r.b
      const row = rowOf(await r.run(() => instance.mutate('u', changeNote(r.id, { size: version }))))
      expect(row).toMatchObject({ version, rev: version, updated_at: expect.any(Number) as number })
      expect(rev(r)).toBe(version)
    }
    expect(r.commits.map((commit) => commit.rev)).toEqual([1, 2, 3, 4, 5])
  })

  test('that changes nothing writes nothing and costs one conditional GET', async () => {
    const { run, store, a, id } = await twoInstances()
    expect(await kindOf(run(() => a.mutate('u', changeNote(id, { title: 'first' }))))).toBe('kept')
    expect(store.counts).toMatchObject({ read: 1, write: 0, body: 0 })
  })
})

describe('a refusal', () => {
  test('costs one conditional GET', async () => {
    const { run, store, a, id } = await twoInstances()
    expect(await kindOf(run(() => a.mutate('u', changeNote(id, { title: 'x' }, { if_match: 9 }))))).toBe(
      'stale-version',
    )
    expect(store.counts).toMatchObject({ read: 1, write: 0, body: 0 })
  })

  test('is never made of a stale cache: a note created through another instance is found', async () => {
    const { run, a, b } = await twoInstances()
    const id = await run(async () => idOf(await a.create('u', createNote())))
    expect(rowOf(await run(() => b.mutate('u', changeNote(id, { title: 'by b' }))))['version']).toBe(2)
    expect((await run(() => a.get('u', id)))?.['title']).toBe('by b')
  })

  test('is never made of a stale cache: an If-Match that became right meanwhile is carried out', async () => {
    const { run, a, b, id } = await twoInstances()
    await run(() => a.mutate('u', changeNote(id, { title: 'second' })))
    expect(await kindOf(run(() => b.mutate('u', changeNote(id, { title: 'third' }, { if_match: 2 }))))).toBe('written')
  })

  test('of a batch that also writes is evaluated again on the rows the write was refused for', async () => {
    const { run, a, b } = await twoInstances()
    const id = await run(async () => idOf(await a.create('u', createNote())))
    const [created, changed] = await run(() =>
      Promise.all([b.create('u', createNote()), b.mutate('u', changeNote(id, { title: 'by b' }))]),
    )
    expect([created.kind, changed.kind]).toEqual(['written', 'written'])
  })

  test('of a no-op in a batch is proven by the write of the same batch', async () => {
    const { run, store, a, id } = await twoInstances()
    const outcomes = await run(() =>
      Promise.all([
        a.mutate('u', changeNote(id, { title: 'first' })),
        a.mutate('u', changeNote(id, { title: 'x' }, { if_match: 7 })),
        a.create('u', createNote()),
      ]),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(['kept', 'refused', 'written'])
    expect(store.counts).toMatchObject({ read: 0, write: 1 })
  })
})

describe('a lost race', () => {
  test('evaluates every operation again on the fresh rows, its own If-Match included', async () => {
    const { run, a, b, id } = await twoInstances()
    await run(() => a.mutate('u', changeNote(id, { title: 'by a' })))
    const outcomes = await run(() =>
      Promise.all([
        kindOf(b.mutate('u', changeNote(id, { title: 'by b' }, { if_match: 1 }))),
        kindOf(b.create('u', createNote())),
      ]),
    )
    expect(outcomes).toEqual(['stale-version', 'written'])
    expect((await run(() => b.get('u', id)))?.['title']).toBe('by a')
  })

  test('loses nobody: both changes stand, one upon the other', async () => {
    const r = await twoInstances()
    const { run, a, b, id } = r
    await run(() =>
      Promise.all([a.mutate('u', changeNote(id, { size: 7 })), b.mutate('u', changeNote(id, { title: 't' }))]),
    )
    expect(await run(() => a.get('u', id))).toMatchObject({ size: 7, title: 't', version: 3 })
    expect(rev(r)).toBe(3)
  })

  test('is planned on rows read after the wait: older ones would lose the next race too', async () => {
    const calls: { operation: string; at_ms: number }[] = []
    const clock = { now: () => 0 }
    const r = await twoInstances({
      faultOf: ({ operation }) => {
        calls.push({ operation, at_ms: clock.now() })
        return undefined
      },
    })
    clock.now = () => r.clock.monotonicMs()
    outrun(r, 4)
    calls.length = 0
    await r.run(() => r.b.mutate('u', changeNote(r.id, { title: 'by b' })))
    const writes = calls.flatMap(({ operation }, at) => (operation === 'write' ? [at] : []))
    expect(writes).toHaveLength(5)
    for (const at of writes.slice(1)) expect(calls[at - 1]).toEqual({ operation: 'read', at_ms: calls[at]!.at_ms })
    expect(new Set(writes.map((at) => calls[at]!.at_ms)).size).toBe(5)
  })

  test('is evaluated again also when it was throttled: another writer is active', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'throttled')
    await r.run(async () => {
      const loser = r.b.mutate('u', changeNote(r.id, { title: 'by b' }))
      await r.clock.turn()
      await r.a.mutate('u', changeNote(r.id, { size: 9 }))
      await loser
    })
    // One that was throttled, one by a, and one that needed no conflict to know of it.
    expect(r.store.counts.write).toBe(3)
    expect(await r.run(() => r.a.get('u', r.id))).toMatchObject({ title: 'by b', size: 9, version: 3 })
  })

  test('ends after eight attempts, and says that nothing was changed', async () => {
    const { run, store, a, b, id } = await twoInstances()
    outrun({ store }, 99)
    store.resetCounts()
    const problem = await run(() => b.mutate('u', changeNote(id, { title: 'by b' }))).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'contended', status: 503, retry_after_ms: 2000 })
    expect((problem as Problem).members).not.toHaveProperty('outcome')
    expect(store.counts.write).toBe(8)
    expect((await run(() => a.get('u', id)))?.['title']).toBe('first')
  })

  test('among many instances at one write per second loses and doubles nothing', async () => {
    const r = tableHarness({ schema: NOTES_BY_USER, is_rate_limited: true, latencyMs: () => 50 })
    const instances = Array.from({ length: 4 }, () => r.instance())
    const outcomes = await r.run(() => all(80, (at) => kindOf(instances[at % 4]!.create('u', createNote()))))
    expect(outcomes).toEqual(Array.from({ length: 80 }, () => 'written'))
    expect(new Set(await r.run(() => idsOf(r.instance(), 'u'))).size).toBe(80)
    expect(rev(r)).toBe(r.landings.length)
  })
})

describe('an answer that was lost', () => {
  for (const fault of ['lost_answer', 'unavailable_after'] as const) {
    test(`is found by the commit id in the object (${fault})`, async () => {
      const r = await twoInstances()
      r.store.strike('write', fault)
      const row = rowOf(await r.run(() => r.a.mutate('u', changeNote(r.id, { title: 'second' }))))
      expect(row['version']).toBe(2)
      expect(r.landings).toHaveLength(2)
      expect(r.commits.at(-1)).toMatchObject({ answer_lost: true, rev: 2, attempts: 2 })
      expect(await r.run(() => r.b.get('u', r.id))).toMatchObject({ title: 'second', version: 2 })
    })
  }

  test('is found although another writer has committed since, and is reported at its own revision', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'lost_answer')
    const lost = r.run(async () => {
      const pending = r.a.mutate('u', changeNote(r.id, { title: 'by a' }))
      await r.clock.sleep(1)
      const other = r.b.mutate('u', changeNote(r.id, { size: 5 }))
      return rowOf((await Promise.all([pending, other]))[0])
    })
    expect(await lost).toMatchObject({ title: 'by a', version: 2, rev: 2 })
    expect(await r.run(() => r.a.get('u', r.id))).toMatchObject({ title: 'by a', size: 5, version: 3, rev: 3 })
    expect(r.commits.find(({ answer_lost }) => answer_lost)?.rev).toBe(2)
  })

  test('of a writer who slept while more commits came than are remembered is unknown, and not called unmade', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'lost_answer')
    const problem = await r.run(async () => {
      const pending = r.a.mutate('u', changeNote(r.id, { title: 'by a' })).catch((error: unknown) => error)
      await r.clock.sleep(1)
      let latest = r.snapshot(OBJECT)
      expect(latest.footer.rev).toBe(2)
      let time_ms = r.clock.nowMs()
      let bytes = new Uint8Array()
      for (let commits = 600; commits > 0; commits--) {
        const mark = { commit_id: randomMark(r.random), time_ms: (time_ms += 1000) }
        const next = assembleNext(latest, latest.file, { ...mark, footer: {} })
        latest = { ...next.snapshot, generation: 'later' }
        bytes = Uint8Array.from(next.bytes)
      }
      r.store.place(OBJECT, bytes)
      return await pending
    })
    expect(problem).toMatchObject({ kind: 'unavailable', members: { outcome: 'unknown' } })
  })

  test('of a create makes no second record', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'lost_answer', 3)
    const id = idOf(await r.run(() => r.a.create('u', createNote())))
    expect(await r.run(() => idsOf(r.b, 'u'))).toEqual([id, r.id])
  })

  test('of a first write, where the precondition is that nothing is there, is found as well', async () => {
    const r = tableHarness({ schema: NOTES_BY_USER })
    r.store.strike('write', 'lost_answer')
    await r.run(() => r.instance().create('u', createNote()))
    expect(r.landings).toHaveLength(1)
  })

  test('of a write that never landed is sent again with the same bytes', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'unavailable', 2)
    await r.run(() => r.a.mutate('u', changeNote(r.id, { title: 'second' })))
    expect(r.landings).toHaveLength(2)
    expect(r.store.counts.write).toBe(3)
    expect(rev(r)).toBe(2)
  })

  test('that lands after the batch was planned again does nothing', async () => {
    const r = await twoInstances()
    r.store.strike('write', { late_landing: { delay_ms: 5000 } })
    await r.run(async () => {
      const late = r.a.mutate('u', changeNote(r.id, { title: 'by a' }))
      await r.b.mutate('u', changeNote(r.id, { size: 5 }))
      await late
    })
    await r.clock.advance(60_000)
    expect(r.landings).toHaveLength(3)
    expect(await r.run(() => r.b.get('u', r.id))).toMatchObject({ title: 'by a', size: 5, version: 3 })
    expect(rev(r)).toBe(3)
  })

  test('that lands late under its own repetition makes one commit, not two', async () => {
    const r = await twoInstances()
    r.store.strike('write', { late_landing: { delay_ms: 1 } })
    r.store.strike('write', 'unavailable', 3)
    await r.run(() => r.a.mutate('u', changeNote(r.id, { title: 'by a' })))
    expect(r.landings).toHaveLength(2)
    expect(await r.run(() => r.b.get('u', r.id))).toMatchObject({ version: 2 })
  })

  test('for good is unknown: the answer says so, gives the id, and repeating with it is safe', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'lost_answer')
    r.store.strike('write', 'unavailable', 7)
    const problem = await r.run(() => r.a.create('u', createNote())).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'unavailable', members: { outcome: 'unknown' } })
    const id = String((problem as Problem).members['note_id'])
    expect(await r.run(() => idsOf(r.b, 'u'))).toContain(id)
    expect(r.store.counts.write).toBe(8)
    expect(await kindOf(r.run(() => r.a.create('u', createNote({ id }))))).toBe('conflict')
  })

  test('within 20 seconds is given up as unknown, however slowly the store fails', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'stalled', 9)
    const started_ms = r.clock.monotonicMs()
    const problem = await r.run(() => r.a.create('u', createNote())).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'unavailable', members: { outcome: 'unknown' } })
    // The last attempt begins within the 20 s and may take the store's own limit of 10 s.
    expect(r.clock.monotonicMs() - started_ms).toBeLessThan(31_000)
  })

  test('before a refusal is unknown, under the id to repeat it with, and the operator learns of the refusal', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'lost_answer')
    r.store.strike('write', 'rejected')
    const problem = await r.run(() => r.a.create('u', createNote())).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'unavailable', members: { outcome: 'unknown' } })
    const id = String((problem as Problem).members['note_id'])
    expect(await r.run(() => idsOf(r.b, 'u'))).toContain(id)
    expect(r.store_failures.map(({ kind }) => kind)).toEqual(['rejected'])
  })

  test('before a read that fails as well is unknown, not "nothing was changed"', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'lost_answer')
    r.store.strike('read', 'unavailable', 4)
    const problem = await r.run(() => r.a.create('u', createNote())).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'unavailable', members: { outcome: 'unknown' } })
  })
})

describe('a save that takes longer than its request', () => {
  /** What it is answered with, and when. */
  async function answered(slow: 'read' | 'write', options: Parameters<typeof createNote>[0] = {}) {
    const r = tableHarness({ latencyMs: ({ operation }) => (operation === slow ? 70_000 : 0) })
    const started_ms = r.clock.monotonicMs()
    const saved = r.run(() => r.instance().create('u', createNote(options)))
    const problem = (await saved.catch((error: unknown) => error)) as Problem
    const after_ms = r.clock.monotonicMs() - started_ms
    await r.clock.advance(200_000)
    return { ...r, problem, after_ms }
  }

  test('is unknown after 28 seconds, under the id to repeat it with', async () => {
    const { problem, after_ms, run, instance } = await answered('write')
    expect([problem.kind, problem.retry_after_ms, after_ms]).toEqual(['unavailable', 5000, 28_000])
    const [id] = await run(() => idsOf(instance(), 'u'))
    expect(problem.members).toEqual({ outcome: 'unknown', note_id: id })
  })

  test('before it was sent changes nothing, then or later', async () => {
    // An old id has to be looked up first.
    const { problem, after_ms, landings } = await answered('read', { id: 'note-old' })
    expect([problem.kind, problem.retry_after_ms, after_ms]).toEqual(['unavailable', 2000, 28_000])
    expect([problem.members, landings]).toEqual([{}, []])
  })
})

describe('a store that is unavailable', () => {
  test('is waited for at one write per second, and the save succeeds', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'throttled', 5)
    const started_ms = r.clock.monotonicMs()
    const trace = newTrace()
    await runTraced(trace, () => r.run(() => r.a.mutate('u', changeNote(r.id, { title: 'second' }))))
    expect(trace.retries).toBe(5)
    expect(r.clock.monotonicMs() - started_ms).toBeGreaterThan(500)
    expect(rev(r)).toBe(2)
  })

  test('for writes is unknown or contended, by what may have happened', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'throttled', 8)
    expect(await kindOf(r.run(() => r.a.mutate('u', changeNote(r.id, { size: 9 }))))).toBe('contended')
    r.store.strike('write', 'unavailable', 8)
    expect(await kindOf(r.run(() => r.a.mutate('u', changeNote(r.id, { size: 9 }))))).toBe('unavailable')
    expect(r.landings).toHaveLength(1)
  })

  test('for reads is unavailable after four attempts, and works by itself when it is back', async () => {
    const r = await twoInstances()
    r.store.strike('read', 'unavailable', 4)
    const problem = await r.run(() => r.a.get('u', r.id)).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'unavailable', status: 503 })
    expect(r.store.counts.read).toBe(4)
    r.store.strike('read', 'throttled', 3)
    expect(await r.run(() => r.a.get('u', r.id))).toMatchObject({ title: 'first' })
  })

  test('because it refuses us fails immediately', async () => {
    const r = await twoInstances()
    r.store.strike('write', 'rejected')
    expect(await kindOf(r.run(() => r.a.mutate('u', changeNote(r.id, { size: 9 }))))).toBe('unavailable')
    r.store.strike('read', 'rejected')
    expect(await kindOf(r.run(() => r.b.mutate('u', changeNote(r.id, { size: 1 }))))).toBe('unavailable')
    expect(r.store.counts).toMatchObject({ write: 1, read: 1 })
    await r.run(() => r.a.mutate('u', deleteNote(r.id)))
  })
})
