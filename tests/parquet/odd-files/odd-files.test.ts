import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { readExternalRows } from '#shared/parquet/external-rows.ts'
import { EXTERNAL_COMPRESSORS } from '#shared/parquet/node-compressors.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { expectedOf, parseExactly, shownOf } from './expectation.ts'
import { oddType, oddValue, sqlTypeOf, type OddType } from './types.ts'

let folder: string
let duckdb: DuckDBConnection

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odd-files-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  duckdb = await instance.connect()
})

afterAll(async () => {
  duckdb.closeSync()
  await rm(folder, { recursive: true, force: true })
})

const oddColumn = oddType.chain((type) =>
  fc.record({ type: fc.constant(type), values: fc.array(oddValue(type), { minLength: 1, maxLength: 12 }) }),
)
const oddOptions = fc.record({
  compression: fc.constantFrom('uncompressed', 'snappy', 'zstd', 'gzip', 'brotli'),
  version: fc.constantFrom('V1', 'V2'),
  /** Repeated, values come from dictionaries and runs. */
  times: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(1, 40) }, { weight: 1, arbitrary: fc.constant(600) }),
})

/** Three thousand files take 40 s, and three times that on a busy machine. */
const TIMEOUT_MS = 600_000

test(
  'every value of a file that DuckDB writes is read exactly, whatever its type, nesting, nulls and scale',
  { timeout: TIMEOUT_MS },
  async () => {
    await fc.assert(
      fc.asyncProperty(oddColumn, oddOptions, async ({ type, values }, { compression, version, times }) => {
        const path = join(folder, 'odd.parquet')
        const rows = values.map((value, at) => `(${at}, CAST(${value} AS ${sqlTypeOf(type)}))`).join(', ')
        const options = `FORMAT parquet, COMPRESSION ${compression}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`
        await duckdb.run(
          `COPY (SELECT n, v FROM (VALUES ${rows}) AS t(n, v), range(${times}) AS r(i) ORDER BY i, n) TO '${path}' (${options})`,
        )
        expect(await readAll(path)).toEqual(await expectedRows(path, type))
      }),
      runs(10, 3000),
    )
  },
)

async function readAll(path: string): Promise<unknown[]> {
  const bytes = await readFile(path)
  const slice = async (start: number, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer
  const rows: unknown[] = []
  for await (const entry of readExternalRows({ byteLength: bytes.length, slice }, EXTERNAL_COMPRESSORS)) {
    rows.push(entry.kind === 'row' ? shownOf(entry.fields['v']) : entry)
  }
  return rows
}

async function expectedRows(path: string, type: OddType): Promise<unknown[]> {
  const reader = await duckdb.runAndReadAll(`SELECT CAST(to_json(v) AS VARCHAR) AS json FROM read_parquet('${path}')`)
  return reader
    .getRowObjectsJson()
    .map(({ json }) => (typeof json === 'string' ? expectedOf(type, parseExactly(json)) : null))
}
