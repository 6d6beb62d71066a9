import { describe, expect, test } from 'vitest'

import { ABSENT, editedColumns, editsOf, fieldName, isSameValue, valueIn } from '#functions/sync/push/edits.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { fc, runs } from '#tests/support/seeds.ts'

/** The fields that a patch touches. */

const anyMembers = fc.dictionary(
  fc.constantFrom('a', 'b', 'toString', '__proto__', 'c.d', ''),
  fc.jsonValue({ maxDepth: 2 }),
  {
    noNullPrototype: true,
  },
)

describe('the edits of a patch', () => {
  test('name each column, and each member of the first level of metadata', () => {
    const set = { name: 'B', segments: [], metadata: { a: { b: 1 }, c: null } }
    const edits = editsOf(AUDIENCES, { set, unset: { metadata: ['d'] }, base: { name: 'A', metadata: { a: 0, d: 4 } } })
    expect(edits.map((edit) => [fieldName(edit), edit.wanted, edit.base])).toEqual([
      ['name', 'B', 'A'],
      ['segments', [], []],
      ['metadata.a', { b: 1 }, 0],
      ['metadata.c', null, ABSENT],
      ['metadata.d', ABSENT, 4],
    ])
  })

  test('take null of a column as its default', () => {
    const [status, description] = editsOf(AUDIENCES, {
      set: { status: null, description: null },
      base: { status: 'draft' },
    })
    expect([status?.wanted, status?.base, description?.wanted, description?.base]).toEqual([
      'active',
      'draft',
      null,
      null,
    ])
  })

  test('replace members whole, take out those unset, and leave all others as they are, whatever their names', () => {
    fc.assert(
      fc.property(
        anyMembers,
        anyMembers,
        fc.uniqueArray(fc.constantFrom('a', 'toString', '__proto__')),
        (now, set, unset) => {
          const record = { metadata: now }
          const edits = editsOf(AUDIENCES, { set: { metadata: set }, unset: { metadata: unset } })
          const { metadata = now } = editedColumns(record, edits)
          const expected = new Map(Object.entries(now))
          for (const [name, value] of Object.entries(set)) expected.set(name, value)
          for (const name of unset) expected.delete(name)
          expect(new Map(Object.entries(metadata as object))).toEqual(expected)
          expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype)
        },
      ),
      runs(300),
    )
  })

  test('find no member that only the prototype has', () => {
    const [edit] = editsOf(AUDIENCES, { set: { metadata: { toString: 1 } } })
    expect([edit!.base, valueIn({ metadata: {} }, edit!), valueIn({ metadata: null }, edit!)]).toEqual([
      ABSENT,
      ABSENT,
      ABSENT,
    ])
  })
})

describe('two values of a field', () => {
  test('are the same by their content: times as moments, objects in any order, lists in their own', () => {
    const same = (column: string, a: unknown, b: unknown) => isSameValue(DISTRIBUTIONS, column, a, b)
    expect(same('scheduled_at', '2025-05-15T12:00:00Z', '2025-05-15T14:00:00.000+02:00')).toBe(true)
    expect(same('scheduled_at', '2025-05-15T12:00:00Z', '2025-05-15T12:00:00.001Z')).toBe(false)
    expect(same('scheduled_at', null, '2025-05-15T12:00:00Z')).toBe(false)
    expect(same('metadata', { a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toBe(true)
    expect(same('metadata', { a: [1, 2] }, { a: [2, 1] })).toBe(false)
    expect(same('metadata', { a: null }, {})).toBe(false)
  })
})
