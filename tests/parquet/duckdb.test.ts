import { fc, runs } from '#tests/support/seeds.ts'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { assembleFile, parseFile } from '#shared/parquet/file.ts'
import { COLUMNS, encodeRows, toyFile, toyRows, type ToyRow } from './toy-file.ts'

let folder: string
let duckdb: DuckDBConnection
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  duckdb = await instance.connect()
})

afterAll(async () => {
  duckdb.closeSync()
  await rm(folder, { recursive: true, force: true })
})

/** What a query over the stored bytes gives; `FILE` stands for the file. */
async function query(bytes: Uint8Array, sql: string): Promise<Record<string, unknown>[]> {
  const path = join(folder, `${files++}.parquet`)
  await writeFile(path, bytes)
  const reader = await duckdb.runAndReadAll(sql.replaceAll('FILE', `read_parquet('${path}')`))
  return reader.getRowObjectsJson()
}

/** The row as DuckDB's JSON shows it: whole numbers as text, JSON as text. */
function asShown(row: ToyRow): Record<string, unknown> {
  const text = (cell: ToyRow[string] | undefined) => (typeof cell === 'number' ? String(cell) : null)
  return {
    ...row,
    created_at: text(row['created_at']),
    size: text(row['size']),
    details: row['details'] === null ? null : new TextDecoder().decode(row['details'] as Uint8Array),
  }
}

// DuckDB's own texts end at a NUL in some places, and its JSON type checks what it is given.
const rowsForOthers = toyRows.map((rows) =>
  rows.map((row) => ({
    ...row,
    id: row.id?.replaceAll('\0', '0') ?? null,
    tags: row.tags?.map((tag) => tag.replaceAll('\0', '0')) ?? null,
  })),
)

describe('DuckDB', () => {
  test('sees the types that the columns have', async () => {
    const { bytes } = assembleFile(toyFile([[]].map(() => [row('a', 1)])))
    const columns = await query(bytes, 'DESCRIBE SELECT * FROM FILE')
    expect(Object.fromEntries(columns.map(({ column_name, column_type }) => [column_name, column_type]))).toEqual({
      id: 'VARCHAR',
      created_at: 'TIMESTAMP WITH TIME ZONE',
      size: 'BIGINT',
      score: 'DOUBLE',
      deleted: 'BOOLEAN',
      tags: 'VARCHAR[]',
      details: 'JSON',
    })
  })

  test('reads the same rows, in files whose groups were copied, replaced and widened', async () => {
    const selection = COLUMNS.map(({ name }) => (name === 'created_at' ? 'epoch_ms(created_at) AS created_at' : name))
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowsForOthers, { minLength: 1, maxLength: 4 }),
        rowsForOthers,
        fc.nat(),
        async (groups, other, at) => {
          const first = parseFile(assembleFile(toyFile(groups)).bytes)
          const place = at % groups.length
          const { bytes } = assembleFile({ ...first, groups: first.groups.with(place, encodeRows(other)) })
          const read = await query(bytes, `SELECT ${selection.join(', ')} FROM FILE`)
          expect(read).toEqual(groups.with(place, other).flat().map(asShown))
        },
      ),
      runs(10, 200),
    )
  })

  test('finds by its filters exactly the rows that a full scan finds', async () => {
    const id = fc.oneof(
      fc.stringMatching(/^aud_[0-9a-z]{0,6}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
    )
    const time = fc.integer({ min: 1_740_000_000_000, max: 1_740_000_000_400 })
    const rows = fc.array(fc.tuple(id, time), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 2, maxLength: 5 }), fc.nat(), async (groups, at) => {
        const file = toyFile(
          groups.map((pairs) => pairs.map(([text, time_ms]) => row(text.replaceAll('\0', '0'), time_ms))),
        )
        const { bytes } = assembleFile(parseFile(assembleFile(file).bytes))
        const all = groups.flat().map(([text, time_ms]) => [text.replaceAll('\0', '0'), time_ms] as const)
        const [wanted_id, wanted_ms] = all[at % all.length]!
        const quoted = `'${wanted_id.replaceAll("'", "''")}'`
        const [counts] = await query(
          bytes,
          `SELECT (SELECT count(*) FROM FILE WHERE id = ${quoted})::INT AS same,
                  (SELECT count(*) FROM FILE WHERE id >= ${quoted})::INT AS behind,
                  (SELECT count(*) FROM FILE WHERE created_at = make_timestamptz(${wanted_ms}000))::INT AS at,
                  (SELECT count(*) FROM FILE WHERE created_at < make_timestamptz(${wanted_ms}000))::INT AS before`,
        )
        const bytesOf = (text: string) => Buffer.from(text)
        expect(counts).toEqual({
          same: all.filter(([text]) => text === wanted_id).length,
          behind: all.filter(([text]) => Buffer.compare(bytesOf(text), bytesOf(wanted_id)) >= 0).length,
          at: all.filter(([, time_ms]) => time_ms === wanted_ms).length,
          before: all.filter(([, time_ms]) => time_ms < wanted_ms).length,
        })
      }),
      runs(10, 200),
    )
  })

  test('skips groups by the statistics that the files carry', async () => {
    const { bytes } = assembleFile(
      toyFile([
        [row('a', 1), row('b', 2)],
        [row('c', 3), row('d', 4)],
      ]),
    )
    const path = join(folder, 'statistics.parquet')
    await writeFile(path, bytes)
    const reader = await duckdb.runAndReadAll(
      `SELECT row_group_id, stats_min_value, stats_max_value FROM parquet_metadata('${path}')
       WHERE path_in_schema = 'id' ORDER BY row_group_id`,
    )
    expect(reader.getRowsJson()).toEqual([
      ['0', 'a', 'b'],
      ['1', 'c', 'd'],
    ])
  })
})

function row(id: string, created_at: number): ToyRow {
  return { id, created_at, size: 1, score: 0.5, deleted: false, tags: [], details: null }
}
