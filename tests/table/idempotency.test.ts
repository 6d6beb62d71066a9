import { fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import { Ledger, LEDGER_ENTRIES_MAX, type LedgerEntry } from '#shared/table/object/ledger.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import type { Table } from '#shared/table/table.ts'
import type { StoreCall } from '#tests/simulation/memory-object-store.ts'
import { changeNote, createNote, deleteNote, keyed, NOTES, NOTES_BY_USER } from './notes.ts'
import { all, idOf, idsOf, kindOf, tableHarness, rowOf } from './harness.ts'
import { storedObject } from './stored.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describe('a keyed request', () => {
  test('repeated gives the first status and id and the record as it stands now, on any instance', async () => {
    const { run, instance } = tableHarness()
    const [a, b] = [instance(), instance()]
    const first = await run(() => a.create('u', createNote({ key: keyed('k') })))
    await run(() => b.mutate('u', changeNote(idOf(first), { title: 'changed since' })))
    for (const table of [a, b, instance()]) {
      const outcome = await run(() => table.create('u', createNote({ key: keyed('k') })))
      expect(outcome).toMatchObject({ kind: 'replayed', id: idOf(first), status: 201 })
      expect(rowOf(outcome)['title']).toBe('changed since')
    }
    expect(await run(() => idsOf(b, 'u'))).toHaveLength(1)
  })

  test('repeated costs one conditional GET', async () => {
    const { run, store, instance } = tableHarness()
    const table = instance()
    await run(() => table.create('u', createNote({ key: keyed('k') })))
    store.resetCounts()
    await run(() => table.create('u', createNote({ key: keyed('k') })))
    expect(store.counts).toMatchObject({ read: 1, write: 0, body: 0 })
  })

  test('sent twice simultaneously makes one record, in one instance and in two', async () => {
    const { run, instance } = tableHarness({ latencyMs: () => 50 })
    const tables = [instance(), instance()]
    const ids = await run(() =>
      all(10, async (at) => idOf(await tables[at % 2]!.create('u', createNote({ key: keyed('k') })))),
    )
    expect(new Set(ids).size).toBe(1)
    expect(await run(() => idsOf(instance(), 'u'))).toEqual([ids[0]])
  })

  test('with another body is a mismatch', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    await run(() => table.create('u', createNote({ key: keyed('k', 'one') })))
    expect(await kindOf(run(() => table.create('u', createNote({ key: keyed('k', 'two') }))))).toBe(
      'idempotency-mismatch',
    )
  })

  test('is a key of its own user only', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    await run(() => table.create('u', createNote({ key: keyed('k') })))
    expect(await kindOf(run(() => table.create('v', createNote({ key: keyed('k') }))))).toBe('written')
  })

  test('that was refused is not recorded: it may succeed later', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    const id = idOf(await run(() => table.create('u', createNote())))
    const change = () => table.mutate('u', changeNote(id, { title: 'x' }, { if_match: 2, key: keyed('k') }))
    expect(await kindOf(run(change))).toBe('stale-version')
    await run(() => table.mutate('u', changeNote(id, { size: 2 })))
    expect(await kindOf(run(change))).toBe('written')
    expect(await kindOf(run(change))).toBe('replayed')
  })

  test('that changed nothing is recorded: repeated after a later change it does not undo that', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    const id = idOf(await run(() => table.create('u', createNote({ fields: { title: 'wanted' } }))))
    const change = () => table.mutate('u', changeNote(id, { title: 'wanted' }, { key: keyed('k') }))
    expect(await kindOf(run(change))).toBe('kept')
    await run(() => table.mutate('u', changeNote(id, { title: 'later' })))
    expect(await run(change)).toMatchObject({ kind: 'replayed', row: { title: 'later', version: 2 } })
  })

  test('of a record that was deleted since is replayed with its tombstone', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    const id = idOf(await run(() => table.create('u', createNote({ key: keyed('k') }))))
    await run(() => table.mutate('u', deleteNote(id)))
    const outcome = await run(() => table.create('u', createNote({ key: keyed('k') })))
    expect(outcome).toMatchObject({ kind: 'replayed', id, row: { deleted: true } })
  })

  test('whose answer was lost for good is replayed when it is repeated', async () => {
    const { run, store, instance } = tableHarness()
    const table = instance()
    store.strike('write', 'lost_answer')
    store.strike('write', 'unavailable', 7)
    expect(await kindOf(run(() => table.create('u', createNote({ key: keyed('k') }))))).toBe('unavailable')
    expect(await kindOf(run(() => table.create('u', createNote({ key: keyed('k') }))))).toBe('replayed')
    expect(await run(() => idsOf(table, 'u'))).toHaveLength(1)
  })

  test('with an id of the client finds its key in the object of that id, whatever the month is now', async () => {
    const { run, clock, instance } = tableHarness({ start: '2025-05-31T12:00:00Z' })
    const table = instance()
    const id = idOf(await run(() => table.create('u', createNote())))
    await run(() => table.mutate('u', changeNote(id, { size: 5 }, { key: keyed('k') })))
    await clock.advance(18 * HOUR_MS)
    expect(await kindOf(run(() => instance().mutate('u', changeNote(id, { size: 5 }, { key: keyed('k') }))))).toBe(
      'replayed',
    )
  })
})

describe('the ledger', () => {
  test('forgets by age only: a day later the key still is known, two minutes after that it is not', async () => {
    const { run, clock, instance, random } = tableHarness({ start: '2025-05-15T00:00:00Z' })
    const table = instance()
    const first = idOf(await run(() => table.create('u', createNote({ key: keyed('k') }))))
    await run(() => all(500, () => table.create('u', createNote({ key: keyed(String(random.uniform())) }))))
    await clock.advance(DAY_MS - 1000)
    // A clock that is half a minute ahead forgets nothing early, not even while it writes.
    const ahead = instance({ clock: clock.skewed(30_000) })
    await run(() => ahead.create('u', createNote()))
    const replayed = await run(() => table.create('u', createNote({ key: keyed('k') })))
    expect(replayed).toMatchObject({ kind: 'replayed', id: first })
    await clock.advance(120_000)
    expect(await kindOf(run(() => table.create('u', createNote({ key: keyed('k') }))))).toBe('written')
  })

  const OBJECT = 'notes/user_id=u/notes.parquet'
  const full = (time_ms: number): Ledger =>
    new Ledger(
      Array.from({ length: LEDGER_ENTRIES_MAX }, (_, at): LedgerEntry => {
        const hash = at.toString(16).padStart(32, '0')
        return { request_hash: hash, body_hash: hash, status: 201, id: `note_${at}`, time_ms }
      }),
    )

  test('with 20 000 live entries turns keyed requests away with 429, and only those', async () => {
    const { run, clock, store, instance } = tableHarness({ schema: NOTES_BY_USER })
    store.place(OBJECT, await storedObject(NOTES_BY_USER, OBJECT, [], { ledger: full(clock.nowMs()) }))
    const table = instance()
    const outcomes = await run(() =>
      Promise.all([table.create('u', createNote({ key: keyed('k') })), table.create('u', createNote())]),
    )
    expect(outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.problem.status : outcome.kind))).toEqual([
      429,
      'written',
    ])
  })

  test('with room for one more has it for one of a batch, and turns the others of it away', async () => {
    const { run, clock, store, instance } = tableHarness({ schema: NOTES_BY_USER })
    const ledger = new Ledger(full(clock.nowMs()).entries.slice(1))
    store.place(OBJECT, await storedObject(NOTES_BY_USER, OBJECT, [], { ledger }))
    const table = instance()
    const kinds = await run(() => all(3, (at) => kindOf(table.create('u', createNote({ key: keyed(String(at)) })))))
    expect(kinds).toEqual(['written', 'too-many-requests', 'too-many-requests'])
    // One that is known already takes no place.
    expect(await kindOf(run(() => table.create('u', createNote({ key: keyed('0') }))))).toBe('replayed')
  })

  test('full of entries that have expired turns nobody away', async () => {
    const { run, clock, store, instance, snapshot } = tableHarness({ schema: NOTES_BY_USER })
    store.place(OBJECT, await storedObject(NOTES_BY_USER, OBJECT, [], { ledger: full(clock.nowMs() - 2 * DAY_MS) }))
    expect(await kindOf(run(() => instance().create('u', createNote({ key: keyed('k') }))))).toBe('written')
    expect(snapshot(OBJECT).footer.ledger.entries).toHaveLength(1)
  })
})

describe("across a month's end", () => {
  const slowWritesMs = ({ operation }: StoreCall): number => (operation === 'write' ? 14_000 : 10)
  const JUNE_MS = Date.parse('2025-06-01T00:00:00Z')
  const MAY = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'

  test('a keyed creation of the first eleven minutes first reserves its key in the month before: one more PUT', async () => {
    const { run, clock, store, instance, snapshot } = tableHarness({ start: '2025-06-01T00:10:59.999Z' })
    const table = instance()
    const writes = async (key: string | undefined) => {
      store.resetCounts()
      const outcome = await run(() => table.create('u', createNote(key === undefined ? {} : { key: keyed(key) })))
      return { id: idOf(outcome), count: store.counts.write }
    }
    const with_key = await writes('k')
    expect(with_key.count).toBe(2)
    expect((await writes(undefined)).count).toBe(1)
    expect(snapshot(MAY).footer.ledger.entries).toMatchObject([{ id: with_key.id, status: 201 }])
    expect(snapshot(MAY).file.groups).toEqual([])
    await clock.advance(1)
    expect((await writes('l')).count).toBe(1)
  })

  test('the creations of one batch reserve their keys together', async () => {
    const { run, store, instance } = tableHarness({ start: '2025-06-01T00:01:00Z' })
    const table = instance()
    await run(() => all(100, (at) => table.create('u', createNote({ key: keyed(String(at)) }))))
    expect(store.counts.write).toBeLessThanOrEqual(4)
    expect(await run(() => idsOf(table, 'u'))).toHaveLength(100)
  })

  test('the month before is asked with one more conditional GET, for a day', async () => {
    const { run, clock, store, instance } = tableHarness({ start: '2025-06-01T00:11:00Z' })
    const table = instance()
    const reads = async (key: string) => {
      store.resetCounts()
      await run(() => table.create('u', createNote({ key: keyed(key) })))
      return store.counts.read
    }
    await reads('a')
    expect(await reads('b')).toBe(1)
    await clock.advance(DAY_MS)
    expect(await reads('c')).toBe(0)
  })

  test('a key of the month before that has expired makes a new record, to the millisecond', async () => {
    const { run, clock, instance } = tableHarness({ start: '2025-05-31T10:00:00Z' })
    const create = () => kindOf(instance().create('u', createNote({ key: keyed('k') })))
    expect(await run(create)).toBe('written')
    // What is stored there is read, but the entry is a day and a minute old.
    await clock.advance(DAY_MS + 60_000 - 1)
    expect(await run(create)).toBe('replayed')
    await clock.advance(1)
    expect(await run(create)).toBe('written')
    expect(await run(() => idsOf(instance(), 'u'))).toHaveLength(2)
    expect(await run(create)).toBe('replayed')
  })

  test('a key of the month before is asked for as long as any may live there, to the millisecond', async () => {
    const { run, clock, instance, store } = tableHarness({ start: '2025-05-31T23:59:59.999Z' })
    await run(() => instance().create('u', createNote({ key: keyed('k') })))
    const asked = async () => {
      store.resetCounts()
      const kind = await run(() => kindOf(instance().create('u', createNote({ key: keyed('k') }))))
      return [kind, store.counts.read]
    }
    await clock.advance(DAY_MS + 60_000 - 1)
    expect(await asked()).toEqual(['replayed', 1])
    await clock.advance(1)
    expect(await asked()).toEqual(['written', 2])
    await clock.advance(1)
    // Not asked any more: that of the new month knows it.
    expect(await asked()).toEqual(['replayed', 1])
  })

  test('a reservation whose creation was never made is carried out under its id when the request is repeated', async () => {
    for (const repeated_after_ms of [1000, 12 * 60_000]) {
      const { run, clock, store, instance } = tableHarness({ start: '2025-06-01T00:00:20Z' })
      store.strike('write', { late_landing: { delay_ms: 0 } })
      store.strike('write', 'unavailable', 7)
      const lost = await run(() =>
        instance()
          .create('u', createNote({ key: keyed('k') }))
          .catch((error: unknown) => error),
      )
      expect(lost).toMatchObject({ kind: 'unavailable', retry_after_ms: 2000 })
      // Nothing of the reservation: no record was made, and its id means nothing to anybody.
      expect((lost as Problem).members).toEqual({})
      const [reserved] = wholeSnapshot(MAY, 'any', store.bytesOf(MAY)!).footer.ledger.entries
      await clock.advance(repeated_after_ms)
      const repeated = await run(() => instance().create('u', createNote({ key: keyed('k') })))
      expect(repeated).toMatchObject({ kind: 'written', row: { note_id: reserved!.id } })
      expect(await run(() => idsOf(instance(), 'u'))).toEqual([reserved!.id])
    }
  })

  test('an attempt that is still on its way when its repetition is carried out never lands beside it', async () => {
    for (const repeated_after_ms of [30_000, 59_000, 61_000, 120_000, 540_000]) {
      const { run, clock, store, instance } = tableHarness({ start: '2025-05-31T23:59:50Z' })
      store.strike('write', { late_landing: { delay_ms: repeated_after_ms + 20_000 } })
      store.strike('write', 'unavailable', 7)
      const lost = await run(() =>
        instance()
          .create('u', createNote({ key: keyed('k') }))
          .catch((error: unknown) => error),
      )
      expect(lost).toMatchObject({ kind: 'unavailable', members: { outcome: 'unknown' } })
      await clock.advance(JUNE_MS + repeated_after_ms - clock.nowMs())
      const id = idOf(await run(() => instance().create('u', createNote({ key: keyed('k') }))))
      await clock.advance(HOUR_MS)
      expect(await run(() => idsOf(instance(), 'u'))).toEqual([id])
    }
  })

  test('a key is followed from month to month, also when one clock is a month behind', async () => {
    let is_contended = true
    const { run, clock, instance } = tableHarness({
      start: '2025-06-01T00:00:20Z',
      faultOf: ({ operation, name }) =>
        is_contended && operation === 'write' && name === MAY ? 'throttled' : undefined,
    })
    const behind = instance({ clock: clock.skewed(-31 * DAY_MS) })
    const create = (table: Table) => table.create('u', createNote({ key: keyed('k') }))
    expect(await kindOf(run(() => create(behind)))).toBe('contended')
    is_contended = false
    const made = await run(() => create(instance()))
    expect(await run(() => create(behind))).toMatchObject({ kind: 'replayed', row: { note_id: idOf(made) } })
  })

  test.each([
    ['a lookup', { start: '2025-06-01T01:00:00Z' }, 'read', 3],
    ['a reservation', { start: '2025-06-01T00:00:30Z', latencyMs: slowWritesMs }, 'write', 1],
  ] as const)('an answer that nothing was changed, after %s took too long, stays true later', async (...given) => {
    const [, options, operation, stalls] = given
    const { run, clock, store, instance } = tableHarness(options)
    store.strike(operation, 'stalled', stalls)
    const answer = await run(() =>
      instance()
        .create('u', createNote({ key: keyed('k') }))
        .catch((e: unknown) => e),
    )
    expect(answer).toMatchObject({ kind: 'unavailable' })
    expect((answer as Problem).members).toEqual({})
    await clock.advance(HOUR_MS)
    expect(await run(() => idsOf(instance(), 'u'))).toEqual([])
  })

  test('the same holds with clocks half a minute apart and a PUT that takes ten minutes', async () => {
    const { run, clock, store, instance } = tableHarness({ start: '2025-06-01T00:00:14Z' })
    const [behind, ahead] = [-15_000, 15_000].map((ahead_ms) => instance({ clock: clock.skewed(ahead_ms) }))
    store.strike('write', { late_landing: { delay_ms: 585_000 } })
    store.strike('write', 'unavailable', 7)
    expect(await kindOf(run(() => behind!.create('u', createNote({ key: keyed('k') }))))).toBe('unavailable')
    await clock.advance(JUNE_MS + 586_000 - clock.nowMs())
    const id = idOf(await run(() => ahead!.create('u', createNote({ key: keyed('k') }))))
    await clock.advance(HOUR_MS)
    expect(await run(() => idsOf(instance(), 'u'))).toEqual([id])
  })

  test('a key reserved for another body is a mismatch in both months', async () => {
    const { run, instance } = tableHarness({ start: '2025-06-01T00:00:20Z' })
    const table = instance()
    await run(() => table.create('u', createNote({ key: keyed('k', 'one') })))
    expect(await kindOf(run(() => table.create('u', createNote({ key: keyed('k', 'two') }))))).toBe(
      'idempotency-mismatch',
    )
  })

  test('where a newer release has reserved the month before, a key cannot be reserved there, and nothing is made', async () => {
    const { run, store, instance } = tableHarness({ start: '2025-06-01T00:00:20Z' })
    store.place(MAY, await storedObject(NOTES, MAY, [], { min_writer: 2 }))
    expect(await kindOf(run(() => instance().create('u', createNote({ key: keyed('k') }))))).toBe('unavailable')
    expect(store.names()).toEqual([MAY])
    // Nobody looks there for one without a key.
    expect(await kindOf(run(() => instance().create('u', createNote())))).toBe('written')
  })

  test('what is refused reserves nothing', async () => {
    const { run, store, instance } = tableHarness({ start: '2025-06-01T00:00:20Z' })
    const problem = new Problem('conflict', 'never')
    const refused = { ...createNote({ key: keyed('k') }), decide: () => ({ kind: 'refuse', problem }) as const }
    expect(await kindOf(run(() => instance().create('u', refused)))).toBe('conflict')
    expect(store.names()).toEqual([])
  })

  /** What a request leaves behind that is sent twice, to two instances; times count from the month's start. */
  async function sentTwice(first: { at_ms: number; ahead_ms: number }, second: { at_ms: number; ahead_ms: number }) {
    const { run, clock, instance } = tableHarness({ start: new Date(JUNE_MS + first.at_ms).toISOString() })
    const send = (ahead_ms: number): Promise<Outcome> =>
      run(() => instance({ clock: clock.skewed(ahead_ms) }).create('u', createNote({ key: keyed('k') })))
    const one = idOf(await send(first.ahead_ms))
    await clock.advance(second.at_ms - first.at_ms)
    const two = idOf(await send(second.ahead_ms))
    return { same: one === two, stored: (await run(() => idsOf(instance(), 'u'))).length }
  }

  const edges = [
    -DAY_MS + 90_000,
    -30_001,
    -15_000,
    -1,
    0,
    14_999,
    30_000,
    45_000,
    59_999,
    60_000,
    74_999,
    75_000,
    90_001,
    600_000,
    614_999,
  ]
  const clock_error = fc.integer({ min: -15_000, max: 15_000 })

  test('a request is carried out once, whichever instances it reaches, with clocks 30 s apart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -120_000, max: 700_000 })),
        fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: DAY_MS - 60_000 })),
        fc.oneof(clock_error, fc.constantFrom(-15_000, 15_000)),
        fc.oneof(clock_error, fc.constantFrom(-15_000, 15_000)),
        async (at_ms, later_ms, ahead_1_ms, ahead_2_ms) => {
          const second = { at_ms: at_ms + later_ms, ahead_ms: ahead_2_ms }
          expect(await sentTwice({ at_ms, ahead_ms: ahead_1_ms }, second)).toEqual({ same: true, stored: 1 })
        },
      ),
      runs(60, 2000),
    )
  })

  test('what one instance took into the new month is known to one that still is in the old', async () => {
    const left = await sentTwice({ at_ms: -10_000, ahead_ms: 15_000 }, { at_ms: -5_000, ahead_ms: -15_000 })
    expect(left).toEqual({ same: true, stored: 1 })
  })
})
