import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import type { Problem } from '#shared/base/problem.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { longDescribe } from '#tests/support/effort.ts'
import { bodyCell, changeNote, createNote, noteRow, NOTES, NOTES_BY_USER } from './notes.ts'
import { idOf, kindOf, pageOf, tableHarness } from './harness.ts'
import { storedObject } from './stored.ts'

const OBJECT = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'
const TIME_MS = Date.parse('2025-05-10T00:00:00Z')
const random = seededRandom(5)

function rows(count: number, fields: () => Row): Row[] {
  return Array.from({ length: count }, (_, at) => noteRow(newId('note', TIME_MS + at, random), fields()))
}

/** Text that does not compress below three quarters of its length. */
function dense(bytes: number): Uint8Array {
  return bodyCell(randomBytes(Math.floor((bytes * 3) / 4)).toString('base64'))
}

describe('a record', () => {
  test('above 256 KiB is refused by name of the limit; the others of its batch are stored', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    const large = bodyCell('x'.repeat(LIMITS.record_bytes))
    const [refused, stored] = await run(() =>
      Promise.all([table.create('u', createNote({ fields: { body: large } })), table.create('u', createNote())]),
    )
    expect(refused).toMatchObject({ kind: 'refused', problem: { kind: 'quota-exceeded', status: 422 } })
    expect(refused).toMatchObject({ problem: { members: { limit: 'record_bytes', limit_value: 262_144 } } })
    expect(stored.kind).toBe('written')
  })

  test('just below 256 KiB is stored and read back', async () => {
    const { run, instance } = tableHarness()
    const table = instance()
    const body = bodyCell('é'.repeat(LIMITS.record_bytes / 2 - 200))
    const id = idOf(await run(() => table.create('u', createNote({ fields: { body } }))))
    expect((await run(() => instance().get('u', id)))?.['body']).toEqual(body)
  })
})

describe('an object of 50 000 rows', () => {
  test('takes changes but no more records, names limit and month, and lets the month after have them', async () => {
    const { run, clock, store, instance, near_limits } = tableHarness()
    const stored = rows(LIMITS.object_rows - 1, () => ({ body: null }))
    store.place(OBJECT, await storedObject(NOTES, OBJECT, stored))
    const table = instance()
    const outcomes = await run(() =>
      Promise.all([
        table.create('u', createNote()),
        table.create('u', createNote()),
        table.mutate('u', changeNote(String(stored[7]!['note_id']), { title: 'changed' })),
      ]),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'refused', 'written'])
    expect(outcomes[1]).toMatchObject({
      problem: { kind: 'quota-exceeded', members: { limit: 'object_rows', limit_value: 50_000, month: '2025-05' } },
    })
    expect(near_limits.at(-1)).toEqual({ object: OBJECT, limit: 'object_rows', value: 50_000 })
    await clock.advance(20 * 24 * 3_600_000)
    expect(await kindOf(run(() => table.create('u', createNote())))).toBe('written')
  })

  test('is listed by its newest rows without decoding the rest', async () => {
    const { run, store, instance } = tableHarness()
    const stored = rows(20_000, () => ({ body: null }))
    store.place(OBJECT, await storedObject(NOTES, OBJECT, stored))
    const { rows: page } = await run(() => pageOf(instance(), 'u', { limit: 50 }))
    expect(page.map((row) => row['note_id'])).toEqual(
      stored
        .slice(-50)
        .toReversed()
        .map((row) => row['note_id']),
    )
  })
})

longDescribe('an object of 64 MiB', () => {
  test('takes no more records, still takes changes that fit, and says when it comes near', async () => {
    const { run, store, instance, near_limits, snapshot } = tableHarness({ schema: NOTES_BY_USER })
    const name = 'notes/user_id=u/notes.parquet'
    const stored = rows(340, () => ({ body: dense(255 * 1024) }))
    const bytes = await storedObject(NOTES_BY_USER, name, stored)
    expect(LIMITS.object_bytes - bytes.length).toBeGreaterThan(0)
    store.place(name, bytes)
    const table = instance()
    const full = await run(() =>
      Promise.all([
        ...Array.from({ length: 30 }, () => table.create('u', createNote({ fields: { body: dense(255 * 1024) } }))),
        table.mutate('u', changeNote(String(stored[3]!['note_id']), { title: 'changed' })),
      ]),
    )
    expect(full.map(({ kind }) => kind)).toEqual([...Array.from({ length: 30 }, () => 'refused'), 'written'])
    expect(full[0]).toMatchObject({ problem: { kind: 'quota-exceeded', members: { limit: 'object_bytes' } } })
    expect((full[0] as { problem: Problem }).problem.message).toContain('all your records of this kind')
    expect(near_limits.at(-1)).toMatchObject({ object: name, limit: 'object_bytes' })
    expect(snapshot(name).size_bytes).toBeLessThanOrEqual(LIMITS.object_bytes)
  })
})

test('an object far below its limits raises no warning', async () => {
  const { run, instance, near_limits } = tableHarness()
  await run(() => instance().create('u', createNote()))
  expect(near_limits).toEqual([])
})
