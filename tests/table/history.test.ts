import { describe, expect, test } from 'vitest'

import type { Problem } from '#shared/base/problem.ts'
import { chainOf, HISTORY_COLUMN, readHistory } from '#shared/table/object/row-history.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import type { Row, StoredRow } from '#shared/table/object/schema.ts'
import { serverWriter, type Writer } from '#shared/table/object/writer.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { between, oneOf, seededRandom } from '#tests/simulation/seeded-random.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { bodyCell, changeNote, createNote, noteRow, NOTES } from './notes.ts'
import { idOf, rowOf, tableHarness } from './harness.ts'
import { pastOf, valuesOf } from './past.ts'

/** A table, and one note in it. */
async function withNote(fields: Row = {}) {
  const world = tableHarness()
  const table = world.instance()
  const id = idOf(await world.run(() => table.create('u', createNote({ fields }))))
  const change = async (sent: Row, writer?: Writer) => {
    const mutation = changeNote(id, sent)
    return rowOf(await world.run(() => table.mutate('u', writer ? { ...mutation, writer } : mutation)))
  }
  const read = async () => (await world.run(() => table.get('u', id)))!
  return { ...world, table, id, change, read }
}

const user = (client_id: string | null): Writer => ({ by: 'u', client_id, via: 'api' })
const CLIENT_A = user('cli_01h455vb4pex5vsknk084sn02a')
const CLIENT_B = user('cli_01h455vb4pex5vsknk084sn02b')

describe('the past of a row', () => {
  test('tells who changed what, from what, newest first, back to its creation', async () => {
    const { change, read } = await withNote({ title: 'first', size: 1 })
    await change({ title: 'second' }, CLIENT_A)
    await change({ size: 7, tags: ['x', 'y'] }, serverWriter('retention'))
    const row = await read()
    expect(row).toMatchObject({ version: 3, client_id: 'retention', updated_by: null })
    const { entries, kept_since_version, gap } = chainOf(row)
    expect(entries).toMatchObject([
      { version: 3, from_version: 2, by: null, via: 'retention', before: { size: 1, tags: ['tag'] } },
      { version: 2, from_version: 1, by: 'u', client_id: CLIENT_A.client_id, via: 'api', before: { title: 'first' } },
      { version: 1, from_version: 0, by: 'u', client_id: null, via: 'api', before: {} },
    ])
    expect({ kept_since_version, gap }).toEqual({ kept_since_version: 1, gap: false })
  })

  test('leads back to every version that an entry names, whatever was changed by whom', async () => {
    const random = seededRandom(FIRST_SEED)
    const { change, read } = await withNote()
    const was = new Map<number, Record<string, unknown>>()
    const writers = [CLIENT_A, CLIENT_B, serverWriter('import')]
    was.set(1, valuesOf(NOTES, await read()))
    for (let round = 0; round < 60; round++) {
      const fields: Row = {
        ...(random.uniform() < 0.5 && { title: oneOf(random, ['a', 'b', 'ß', '']) }),
        ...(random.uniform() < 0.5 && { size: between(random, 0, 3) }),
        ...(random.uniform() < 0.3 && { tags: random.uniform() < 0.5 ? [] : ['é', 'b'] }),
        ...(random.uniform() < 0.3 && { body: bodyCell({ round, text: 'x'.repeat(between(random, 0, 900)) }) }),
        ...(random.uniform() < 0.2 && { score: null }),
      }
      const row = await change(fields, oneOf(random, writers))
      was.set(Number(row['version']), valuesOf(NOTES, row))
    }
    const row = await read()
    const { entries, kept_since_version, gap } = chainOf(row)
    expect(gap).toBe(false)
    expect(entries.length).toBeGreaterThan(10)
    for (const version of [kept_since_version, ...entries.map((entry) => entry.version)]) {
      expect(pastOf(NOTES, row, version)).toEqual(was.get(version))
    }
  })

  test('is one entry for the changes of a draft by one writer within ten minutes', async () => {
    const { clock, change, read } = await withNote({ title: 'a draft', size: 1 })
    await clock.advance(60_000)
    await change({ size: 2 }, CLIENT_A)
    await clock.advance(60_000)
    await change({ size: 3 }, CLIENT_A)
    await clock.advance(60_000)
    await change({ tags: ['new'] }, CLIENT_A)
    expect(chainOf(await read()).entries).toMatchObject([
      { version: 4, from_version: 1, before: { size: 1, tags: ['tag'] } },
      { version: 1, from_version: 0 },
    ])
    const [shared] = chainOf(await read()).entries
    expect(Date.parse(shared!.at) - Date.parse(shared!.since!)).toBe(120_000)
    await clock.advance(600_000)
    await change({ size: 4 }, CLIENT_A)
    await change({ size: 5 }, CLIENT_B)
    await change({ title: 'no draft any more' }, CLIENT_B)
    await change({ size: 6 }, CLIENT_B)
    expect(chainOf(await read()).entries.map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 1])
  })

  test('of a draft keeps the first of its values also where a later one is too large', async () => {
    const { clock, change, read } = await withNote({ title: 'a draft', body: bodyCell('small') })
    await clock.advance(3_600_000)
    await change({ body: bodyCell('x'.repeat(9000)) }, CLIENT_A)
    await change({ body: bodyCell('small again') }, CLIENT_A)
    const [shared] = chainOf(await read()).entries
    expect(shared).toMatchObject({ version: 3, from_version: 1, before: { body: 'small' } })
    expect(shared).not.toHaveProperty('omitted')
    expect(pastOf(NOTES, await read(), 1)).toMatchObject({ body: 'small' })
  })

  test('has no entry for what only the server sets, and still leads back', async () => {
    const { run, table, id, change, read } = await withNote({ title: 'first' })
    const touch: Mutation = {
      ...changeNote(id, {}),
      decide: (current) => ({ kind: 'write', row: current!, status: 200 }),
    }
    await run(() => table.mutate('u', touch))
    await change({ title: 'second' })
    await run(() => table.mutate('u', touch))
    const row = await read()
    expect(row.version).toBe(4)
    expect(chainOf(row)).toMatchObject({ entries: [{ version: 3, from_version: 1 }, { version: 1 }], gap: false })
    expect(pastOf(NOTES, row, 1)).toMatchObject({ title: 'first' })
  })

  test('ends where a release wrote that knows no history, and goes on after it', async () => {
    const world = await withNote({ title: 'first' })
    const { history: _, ...rest } = NOTES
    const columns = NOTES.columns.filter(({ name }) => name !== HISTORY_COLUMN && name !== 'updated_by')
    const old_table = world.instance({ schema: { ...rest, columns, detail_columns: ['body'] } })
    await world.change({ title: 'second' })
    await world.run(() => old_table.mutate('u', changeNote(world.id, { title: 'third' })))
    expect(chainOf(await world.read())).toEqual({ entries: [], kept_since_version: 3, gap: true })
    await world.change({ title: 'fourth' })
    const row = await world.read()
    expect(chainOf(row)).toMatchObject({ entries: [{ version: 4, from_version: 3 }], kept_since_version: 3, gap: true })
    expect(pastOf(NOTES, row, 3)).toMatchObject({ title: 'third' })
  })

  test('is whole for a record that such a release has made and nobody has changed: before its first version there is nothing', () => {
    const made = { ...noteRow('note_1'), version: 1 }
    expect(chainOf(made)).toEqual({ entries: [], kept_since_version: 1, gap: false })
    expect(chainOf({ ...made, version: 2 })).toEqual({ entries: [], kept_since_version: 2, gap: true })
  })

  test('stays as it was, or is none, where only the server changes what such a release wrote', async () => {
    const world = await withNote({ title: 'first' })
    const { history: _, ...rest } = NOTES
    const columns = NOTES.columns.filter(({ name }) => name !== HISTORY_COLUMN)
    const old_table = world.instance({ schema: { ...rest, columns, detail_columns: ['body'] } })
    const touchOf = (id: string): Mutation => ({
      ...changeNote(id, {}),
      decide: (current) => ({ kind: 'write', row: current!, status: 200 }),
    })
    await world.run(() => old_table.mutate('u', changeNote(world.id, { title: 'second' })))
    await world.run(() => world.table.mutate('u', touchOf(world.id)))
    expect(chainOf(await world.read())).toEqual({ entries: [], kept_since_version: 3, gap: true })
    const made = idOf(await world.run(() => old_table.create('u', createNote())))
    await world.run(() => world.table.mutate('u', touchOf(made)))
    expect(readHistory((await world.run(() => world.table.get('u', made)))!)).toBeUndefined()
  })

  test('is at most fifty entries and 16 KiB: the oldest go first', async () => {
    const { change, read } = await withNote({ size: 0 })
    for (let size = 1; size <= 60; size++) await change({ size })
    const many = chainOf(await read())
    expect(many).toMatchObject({ kept_since_version: 11, gap: false })
    expect(many.entries).toHaveLength(50)
    for (let round = 0; round < 6; round++) await change({ body: bodyCell(String(round).repeat(5000)) })
    const row = await read()
    expect((row[HISTORY_COLUMN] as Uint8Array).length).toBeLessThanOrEqual(16 * 1024 + 64)
    expect(chainOf(row).entries.map(({ version }) => version)).toEqual([67, 66, 65])
    expect(pastOf(NOTES, row, 65)).toMatchObject({ body: '3'.repeat(5000) })
  })

  test('leaves out a former value that is too large, and says which', async () => {
    const { change, read } = await withNote({ body: bodyCell('x'.repeat(9000)), title: 'first' })
    await change({ body: bodyCell('small'), title: 'second' })
    expect(chainOf(await read()).entries[0]).toMatchObject({ before: { title: 'first' }, omitted: ['body'] })
  })

  test('never refuses a change: a record at its limit has as much of a past as there is room for', async () => {
    const large = bodyCell('x'.repeat(LIMITS.record_bytes - 6000))
    const { change, read } = await withNote({ body: large, title: 'y'.repeat(3000) })
    for (let round = 0; round < 5; round++) await change({ title: String(round).repeat(3000) })
    const row = await read()
    expect(row.version).toBe(6)
    expect(chainOf(row).entries.length).toBeLessThan(2)
    expect(chainOf(row).gap).toBe(false)
  })

  test('is not what a decision brings along, and not that of an attempt which lost', async () => {
    const { run, instance, table, id, read } = await withNote({ title: 'first' })
    const other = instance()
    await run(() =>
      Promise.all([
        table.mutate('u', changeNote(id, { title: 'by one' })),
        other.mutate('u', changeNote(id, { size: 9 })),
      ]),
    )
    const forged: Mutation = {
      ...changeNote(id, {}),
      decide: (current) => ({
        kind: 'write',
        row: { ...current!, title: 'third', [HISTORY_COLUMN]: bodyCell({ seen: 99, entries: [] }) },
        status: 200,
      }),
    }
    await run(() => table.mutate('u', forged))
    const row = await read()
    expect(readHistory(row)?.seen).toBe(4)
    expect(chainOf(row).entries.map(({ version }) => version)).toEqual([4, 3, 2, 1])
    expect(pastOf(NOTES, row, 1)).toMatchObject({ title: 'first', size: 1 })
  })

  test('can be forgotten', async () => {
    const { run, table, id, change, read } = await withNote({ title: 'a secret typed here' })
    await change({ title: 'clean' })
    const forget: Mutation = {
      ...changeNote(id, {}),
      decide: (current) => ({ kind: 'write', row: current!, status: 200, forgets: true }),
    }
    await run(() => table.mutate('u', forget))
    const row: StoredRow = await read()
    expect(Buffer.from(row[HISTORY_COLUMN] as Uint8Array).toString()).toBe('{"seen":3,"entries":[]}')
    await change({ title: 'later' })
    expect(chainOf(await read())).toMatchObject({ kept_since_version: 3, gap: false })
  })
})

describe('an object that is full', () => {
  test('still takes a change, a deletion and a restore that make no record larger, and gives up the past for it', async () => {
    const world = await withNote({ title: 'first' })
    for (let size = 0; size < 5; size++) await world.change({ size })
    const limits = LIMITS as { object_bytes: number }
    const { object_bytes } = limits
    limits.object_bytes = world.snapshot(world.store.names()[0]!).size_bytes - 200
    try {
      const refused = await world.run(() => world.table.create('u', createNote()))
      expect((refused as { problem: Problem }).problem.kind).toBe('quota-exceeded')
      expect(await world.change({ size: 3 })).toMatchObject({ version: 7, size: 3 })
      expect(chainOf(await world.read())).toMatchObject({ entries: [], kept_since_version: 7 })
      expect(await world.change({ deleted: true })).toMatchObject({ version: 8, deleted: true })
      const undelete: Mutation = {
        ...changeNote(world.id, {}),
        decide: (current) => ({ kind: 'write', row: { ...current!, deleted: false }, status: 200 }),
      }
      expect(rowOf(await world.run(() => world.table.mutate('u', undelete)))).toMatchObject({ version: 9 })
      // Digits in no order, since repeated text is compressed to less than the past that was given up.
      const digits = Array.from({ length: 500 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 0).join('')
      const grown = changeNote(world.id, { body: bodyCell(digits) })
      const refused_growth = await world.run(() => world.table.mutate('u', grown))
      expect(refused_growth).toMatchObject({ kind: 'refused', problem: { kind: 'quota-exceeded' } })
    } finally {
      limits.object_bytes = object_bytes
    }
  })
})
