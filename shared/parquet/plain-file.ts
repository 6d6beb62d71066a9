import { ByteWriter, ParquetWriter } from 'hyparquet-writer'

import { type Cell, type Column, parquetSchemaOf, storedSchemaOf, toParquet } from './schema.ts'

/**
 * A whole Parquet file for any reader, made where there is no Node: compressed with snappy, which the library brings. The objects of the
 * bucket are `file.ts`'s, with checksums and zstd.
 */

/** Rows of one group: they are encoded in one piece. */
const GROUP_ROWS = 1000

/** @param cells of a row, in the order of the columns: JSON as bytes of its text, milliseconds for timestamps */
export function plainFile(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(64 * 1024)
  const schema = parquetSchemaOf(columns)
  const parquet = new ParquetWriter({ writer, schema: storedSchemaOf(schema), createdBy: 'activation-manager' })
  void parquet.write({
    rowGroupSize: GROUP_ROWS,
    columnData: columns.map(({ name, type }, at) => ({
      name,
      data: rows.map((cells) => toParquet(type, cells[at] ?? null)),
      statistics: false,
      ...(type === 'json' && { encoding: 'PLAIN' as const }),
    })),
  })
  // What the values were written as, every reader is told what they are.
  parquet.schema = [...schema]
  void parquet.finish()
  return new Uint8Array(writer.getBytes())
}
