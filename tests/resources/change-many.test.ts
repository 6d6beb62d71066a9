import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { changeMany, type ManyOptions, type ManyOutcome } from '#shared/resources/change-many.ts'
import type { Fault } from '#tests/simulation/memory-object-store.ts'
import { effort } from '#tests/support/effort.ts'
import { tableHarness, type TableHarness } from '#tests/table/harness.ts'
import { bodyCell, changeNote, createNote } from '#tests/table/notes.ts'

const MONTHS = ['2025-03', '2025-04', '2025-05']

/** Notes of several months, and instances that change many of them. */
async function notesOf(months: readonly string[], count: number, options: Parameters<typeof tableHarness>[0] = {}) {
  const harness = tableHarness({ start: '2025-05-15T12:00:00Z', ...options })
  const writer = harness.instance()
  const ids = months.map((month) =>
    Array.from({ length: count }, () => newId('note', Date.parse(`${month}-02T00:00:00Z`), harness.random)),
  )
  await harness.run(() =>
    Promise.all(ids.flat().map((id) => writer.create('u', createNote({ id, fields: { title: 'before' } })))),
  )
  const faults: unknown[] = []
  const changed = (mutations: readonly Mutation[], given: ManyOptions = {}, table = harness.instance()) => {
    harness.store.resetCounts()
    const dependencies = { table, clock: harness.clock, onFault: (error: unknown) => void faults.push(error) }
    return harness.run(() => changeMany(dependencies, 'u', mutations, given))
  }
  return { ...harness, ids, changed, faults }
}

function titled(ids: readonly string[], title = 'after'): Mutation[] {
  return ids.map((id) => changeNote(id, { title }))
}

function kindsOf(outcomes: readonly ManyOutcome[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(outcomes, ({ kind }) => kind)).map(([kind, all]) => [kind, all.length]),
  )
}

async function titlesOf({ instance, run }: TableHarness, ids: readonly string[]): Promise<unknown[]> {
  const read = instance().reader('u')
  const titles: unknown[] = []
  for (const id of ids) titles.push((await run(() => read(id)))?.['title'])
  return titles
}

test('as many as a request may change cost one GET and one PUT in one month, and one PUT where it is warm', async () => {
  const count = effort(40, 200)
  const notes = await notesOf(['2025-05'], count)
  const table = notes.instance()
  expect(kindsOf(await notes.changed(titled(notes.ids[0]!), {}, table))).toEqual({ written: count })
  expect(notes.store.counts).toMatchObject({ read: 1, write: 1, list: 0 })
  expect(kindsOf(await notes.changed(titled(notes.ids[0]!, 'again'), {}, table))).toEqual({ written: count })
  expect(notes.store.counts).toMatchObject({ read: 0, write: 1, list: 0 })
  expect(new Set(await titlesOf(notes, notes.ids[0]!))).toEqual(new Set(['again']))
})

test('each object is one commit, and what is already as wanted costs one GET each', async () => {
  const notes = await notesOf(MONTHS, 5)
  const all = notes.ids.flat()
  expect(kindsOf(await notes.changed(titled(all)))).toEqual({ written: 15 })
  expect(notes.store.counts).toMatchObject({ read: 3, write: 3, list: 0 })
  expect(kindsOf(await notes.changed(titled(all)))).toEqual({ kept: 15 })
  expect(notes.store.counts).toMatchObject({ read: 3, write: 0, list: 0 })
})

test('a dry run tells the same outcomes, reads each object once and writes nothing', async () => {
  const notes = await notesOf(MONTHS, 2)
  const mutations = titled([...notes.ids.flat(), newId('note', 0, notes.random)])
  const landed = notes.landings.length
  const told = await notes.changed(mutations, { dry_run: true })
  expect(notes.store.counts).toMatchObject({ read: 4, write: 0, list: 0 })
  expect(notes.landings).toHaveLength(landed)
  const made = await notes.changed(mutations)
  expect(told.map(({ kind }) => kind)).toEqual(made.map(({ kind }) => kind))
  expect(told.map((outcome) => 'row' in outcome && outcome.row?.['version'])).toEqual(
    made.map((outcome) => 'row' in outcome && outcome.row?.['version']),
  )
})

test('a bad change fails alone, an unknown and an impossible id too, and a repeated one finds itself done', async () => {
  const notes = await notesOf(['2025-05'], 2)
  const [first, second] = notes.ids[0]!
  const absent = newId('note', Date.parse('2025-05-02T00:00:00Z'), notes.random)
  const refusing: Mutation = { ...changeNote(second!, { title: 'x' }, { if_match: 9 }) }
  const outcomes = await notes.changed([
    ...titled([first!, '../../config/flags.json', absent, first!]),
    refusing,
    ...titled([second!]),
  ])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'refused', 'refused', 'kept', 'refused', 'written'])
  expect(await titlesOf(notes, notes.ids[0]!)).toEqual(['after', 'after'])
})

test('an old id is found by the index, which is read once for all of them', async () => {
  const notes = await notesOf(['2025-05'], 1)
  const outcomes = await notes.changed(titled(['old-1', 'old-2', notes.ids[0]![0]!]))
  expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'written'])
  expect(notes.store.counts).toMatchObject({ read: 2, write: 1 })
})

test.each<Fault>(['rejected', 'unavailable'])(
  'a second of three objects that is %s is told as failed, and asking again does nothing twice',
  async (fault) => {
    const broken = { is_on: false }
    const notes = await notesOf(MONTHS, 3, {
      faultOf: ({ operation, name }) =>
        broken.is_on && operation === 'write' && name.includes('202504') ? fault : undefined,
    })
    broken.is_on = true
    const outcomes = await notes.changed(titled(notes.ids.flat()))
    const ofMonth = (n: number) => outcomes.slice(n * 3, n * 3 + 3).map(({ kind }) => kind)
    expect([0, 1, 2].map(ofMonth)).toEqual([
      Array(3).fill('written'),
      Array(3).fill('failed'),
      Array(3).fill('written'),
    ])
    expect(outcomes[3]).toMatchObject({ problem: { kind: 'unavailable' } })
    broken.is_on = false
    expect(kindsOf(await notes.changed(titled(notes.ids.flat())))).toEqual({ kept: 6, written: 3 })
    const read = notes.instance().reader('u')
    for (const id of notes.ids.flat()) expect((await notes.run(() => read(id)))?.version).toBe(2)
  },
)

test('a lost answer is found out: the commit stands once', async () => {
  const notes = await notesOf(MONTHS, 2)
  notes.store.strike('write', 'lost_answer', 2)
  expect(kindsOf(await notes.changed(titled(notes.ids.flat())))).toEqual({ written: 6 })
  const read = notes.instance().reader('u')
  for (const id of notes.ids.flat()) expect((await notes.run(() => read(id)))?.version).toBe(2)
})

test('two instances that change the same records simultaneously lose nothing of each other', async () => {
  const notes = await notesOf(MONTHS, 3)
  const all = notes.ids.flat()
  const sized = all.map((id) => changeNote(id, { size: 7 }))
  const [titles, sizes] = await Promise.all([notes.changed(titled(all)), notes.changed(sized)])
  expect([kindsOf(titles), kindsOf(sizes)]).toEqual([{ written: 9 }, { written: 9 }])
  const read = notes.instance().reader('u')
  for (const id of all) {
    expect(await notes.run(() => read(id))).toMatchObject({ title: 'after', size: 7, version: 3 })
  }
})

test('no object is begun after twelve seconds: it is told as failed, to be asked for immediately', async () => {
  const months = Array.from({ length: 12 }, (_, n) => `2024-${String(n + 1).padStart(2, '0')}`)
  const slow = { ms: 0 }
  const notes = await notesOf(months, 1, { latencyMs: () => slow.ms })
  slow.ms = 7_000
  const outcomes = await notes.changed(titled(notes.ids.flat()))
  expect(kindsOf(outcomes)).toEqual({ written: 4, failed: 8 })
  expect(outcomes.at(-1)).toMatchObject({ problem: { kind: 'unavailable', retry_after_ms: 0 } })
})

test('a request writes 32 MiB of rows at most; the rest is told as failed', async () => {
  const notes = await notesOf(['2025-05'], 200)
  const body = bodyCell('x'.repeat(200 * 1024))
  const outcomes = await notes.changed(
    notes.ids[0]!.map((id) => changeNote(id, { body })),
    { dry_run: true },
  )
  expect(kindsOf(outcomes)).toEqual({ written: 164, failed: 36 })
})

test('a decision that breaks is a fault of ours: it is reported, and only its own change has failed', async () => {
  const notes = await notesOf(['2025-05'], 2)
  const [first, second] = notes.ids[0]!
  const fault = new TypeError('broken')
  const breaking: Mutation = {
    ...changeNote(first!, {}),
    decide: () => {
      throw fault
    },
  }
  const outcomes = await notes.changed([breaking, ...titled([second!])])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'written'])
  expect(notes.faults).toEqual([fault])
})
