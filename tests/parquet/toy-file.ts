import { parseFile, type ParquetFile } from '#shared/parquet/file.ts'
import { encodeRowGroup, type RowGroup } from '#shared/parquet/row-group.ts'
import { fromParquet, parquetSchemaOf, toParquet, type Cell, type Column } from '#shared/parquet/schema.ts'
import { anyCharacter, fc } from '#tests/support/seeds.ts'

/** A column of every type, each with statistics where statistics are kept. */
export const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'string', statistics: true },
  { name: 'created_at', type: 'timestamp', statistics: true },
  { name: 'size', type: 'int64', statistics: true },
  { name: 'score', type: 'double' },
  { name: 'deleted', type: 'boolean', statistics: true },
  { name: 'tags', type: 'string_list' },
  { name: 'details', type: 'json' },
]

export type ToyRow = Readonly<Record<string, Cell>>

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: anyCharacter }).filter((s) => s.isWellFormed()),
)
const json = fc.jsonValue().map((value) => new TextEncoder().encode(JSON.stringify(value)))

/** Rows with nulls everywhere, empty lists and texts, and any well-formed Unicode. */
export const toyRows = fc.array(
  fc.record({
    id: fc.option(text),
    created_at: fc.option(fc.integer({ min: 0, max: 253_402_300_799_999 })),
    size: fc.option(fc.maxSafeInteger()),
    score: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    deleted: fc.option(fc.boolean()),
    tags: fc.option(fc.array(text, { maxLength: 5 })),
    details: fc.option(json),
  }),
  { minLength: 1, maxLength: 40 },
)

export function encodeRows(rows: readonly ToyRow[], columns: readonly Column[] = COLUMNS): RowGroup {
  const values = new Map(columns.map(({ name, type }) => [name, rows.map((row) => toParquet(type, row[name] ?? null))]))
  const statistics = new Set(columns.filter((column) => column.statistics).map(({ name }) => name))
  return encodeRowGroup(parquetSchemaOf(columns), values, { statistics })
}

export async function decodeRows(groups: readonly RowGroup[], columns: readonly Column[] = COLUMNS): Promise<ToyRow[]> {
  const rows: ToyRow[] = []
  for (const group of groups) {
    const values = await group.allColumns()
    for (let at = 0; at < group.row_count; at++) {
      rows.push(Object.fromEntries(columns.map(({ name, type }) => [name, fromParquet(type, values.get(name)?.[at])])))
    }
  }
  return rows
}

export function toyFile(
  groups: readonly (readonly ToyRow[])[],
  columns: readonly Column[] = COLUMNS,
  key_values: ReadonlyMap<string, string> = new Map(),
): ParquetFile {
  return { schema: parquetSchemaOf(columns), groups: groups.map((rows) => encodeRows(rows, columns)), key_values }
}

export async function rowsOfBytes(bytes: Uint8Array, columns: readonly Column[] = COLUMNS): Promise<ToyRow[]> {
  return await decodeRows(parseFile(bytes).groups, columns)
}
