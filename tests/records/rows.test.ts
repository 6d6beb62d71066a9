import { describe, expect, test } from 'vitest'

import { AUDIENCES } from '#shared/records/audience.ts'
import { fromRow, sameCells, toRow } from '#shared/records/rows.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const text = fc.string({ unit: 'grapheme' })
const record = fc.record({
  audience_id: text,
  created_at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  updated_at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  version: fc.nat(),
  rev: fc.nat(),
  deleted: fc.boolean(),
  client_id: fc.option(text),
  updated_by: fc.option(text),
  status: fc.constantFrom('draft', 'active', 'archived'),
  data_type: fc.option(fc.constant('clean_room')),
  name: text,
  description: fc.option(text),
  original_query: fc.option(text),
  enhanced_name: fc.option(text),
  natural_language_criteria: fc.option(text),
  total_audience_size: fc.option(fc.maxSafeNat()),
  audience_size: fc.option(fc.maxSafeNat()),
  selected_variables: fc.array(text),
  insights: fc.array(text),
  metadata: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    fc.jsonValue({ stringUnit: 'grapheme' }),
  ),
  variable_details: fc.array(fc.record({ code: text, relevance_score: fc.option(fc.double({ noNaN: true })) })),
  segments: fc.array(fc.record({ segment_id: fc.oneof(fc.nat(), text) })),
  segment_count: fc.nat(),
  history: fc.option(fc.record({ seen: fc.nat() })),
})

describe('rows', () => {
  test('give back the record they were made of', () => {
    fc.assert(
      fc.property(record, (value) => {
        const back = fromRow(AUDIENCES.columns, toRow(AUDIENCES.columns, value))
        // JSON knows no negative zero and no own order of keys.
        expect(back).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      runs(200),
    )
  })

  test('have null where the record says nothing', () => {
    const row = toRow(AUDIENCES.columns, { name: 'only a name' })
    expect(Object.keys(row)).toEqual(AUDIENCES.columns.map(({ name }) => name))
    expect(Object.entries(row).filter(([, cell]) => cell !== null)).toEqual([['name', 'only a name']])
  })

  test('of a listing give as much of the record as they have', () => {
    const { segments: _, variable_details: __, ...summary } = toRow(AUDIENCES.columns, { name: 'short' })
    expect(fromRow(AUDIENCES.columns, summary)).not.toHaveProperty('segments')
  })

  test('are the same when and only when the records are', () => {
    const names = AUDIENCES.columns.map(({ name }) => name)
    fc.assert(
      fc.property(record, record, (a, b) => {
        const [row_a, row_b] = [toRow(AUDIENCES.columns, a), toRow(AUDIENCES.columns, b)]
        expect(sameCells(row_a, toRow(AUDIENCES.columns, a), names)).toBe(true)
        expect(sameCells(row_a, row_b, names)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      runs(200),
    )
  })

  test.each([
    [['a'], ['a', 'b']],
    [['a', 'b'], ['ab']],
    [[], null],
    [new Uint8Array([1]), new Uint8Array([1, 0])],
    [0, null],
    ['', null],
  ])('are not the same: %j and %j', (a, b) => {
    expect(sameCells({ cell: a }, { cell: b }, ['cell'])).toBe(false)
    expect(sameCells({ cell: b }, { cell: a }, ['cell'])).toBe(false)
  })
})
