import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { describe, expect, test } from 'vitest'

import { encodeMetadata, placeGroup } from '#shared/parquet/footer.ts'
import { GROUP_START_BYTES, type RowGroup, shiftGroup } from '#shared/parquet/row-group.ts'
import { parquetSchemaOf } from '#shared/parquet/schema.ts'
import { COLUMNS, encodeRows, toyRows } from './toy-file.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const SCHEMA = parquetSchemaOf(COLUMNS)
const FACTS = { created_by: 'a test', key_value_metadata: [{ key: 'key', value: 'välue' }] }

/** What the library writes when it is given all at once. */
function wholeOf(groups: readonly RowGroup[], offsets: readonly number[]): Buffer {
  const row_groups = groups.map(({ metadata }, at) => shiftGroup(metadata, BigInt(offsets[at]! - GROUP_START_BYTES)))
  const num_rows = groups.reduce((sum, { metadata }) => sum + metadata.num_rows, 0n)
  const writer = new ByteWriter()
  writeMetadata(
    writer,
    { version: 2, schema: [...SCHEMA], num_rows, row_groups, metadata_length: 0, ...FACTS },
    Infinity,
  )
  return Buffer.from(writer.getBytes())
}

function togetherOf(groups: readonly RowGroup[], offsets: readonly number[]): Buffer {
  const placed = groups.map((group, at) => placeGroup(SCHEMA, group, offsets[at]!))
  return encodeMetadata(SCHEMA, placed, FACTS)
}

describe('metadata put together from parts', () => {
  test('are those that the library writes whole, wherever the groups come to lie', () => {
    const groups = fc.array(
      toyRows.map((rows) => encodeRows(rows)),
      { maxLength: 4 },
    )
    const offset = fc.oneof(fc.integer({ min: 4, max: 1e6 }), fc.integer({ min: 4, max: 2 ** 50 }))
    fc.assert(
      fc.property(groups, fc.array(offset, { minLength: 8, maxLength: 8 }), (of_file, offsets) => {
        // Twice: a group that moves is encoded again, one that stays is not.
        expect(togetherOf(of_file, offsets)).toEqual(wholeOf(of_file, offsets))
        const moved = [...offsets.slice(0, 1), ...offsets.slice(4)]
        expect(togetherOf(of_file, moved)).toEqual(wholeOf(of_file, moved))
      }),
      runs(30, 1000),
    )
  })

  test.each([0, 1, 14, 15, 127, 128, 300])('are those that the library writes whole for %i groups', (count) => {
    const [row] = fc.sample(toyRows, { seed: 1, numRuns: 1 })
    const group = encodeRows(row!)
    const groups = Array.from({ length: count }, () => group)
    const offsets = groups.map((_, at) => 4 + at * group.size_bytes)
    expect(togetherOf(groups, offsets)).toEqual(wholeOf(groups, offsets))
  })

  test('take a group that stays where it was from what was encoded before', () => {
    const group = encodeRows([{ ...Object.fromEntries(COLUMNS.map(({ name }) => [name, null])), id: 'a' }])
    expect(placeGroup(SCHEMA, group, 4)).toBe(placeGroup(SCHEMA, group, 4))
    expect(placeGroup(SCHEMA, group, 5)).not.toEqual(placeGroup(SCHEMA, group, 4))
    expect(placeGroup([...SCHEMA], group, 4)).toEqual(placeGroup(SCHEMA, group, 4))
  })
})
