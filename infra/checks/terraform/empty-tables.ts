import type { RecordKind } from '#shared/records/record-kind.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { parquetSchemaOf } from '#shared/parquet/schema.ts'
import { encodeFooter, newFooter } from '#shared/table/object/footer.ts'
import { objectName } from '#shared/table/object/partition.ts'

/** Nobody signs in by this name; and if somebody did, the object would be as good as any. */
const NOBODY = 'nobody'
const FIRST_MONTH = '197001'

/**
 * An object without records, as any writer here would make it. BigQuery makes no external table with partitions over a
 * folder without objects, and a fresh bucket has none.
 */
export function emptyTable(kind: RecordKind): { name: string; bytes: Uint8Array } {
  const name = objectName(kind, NOBODY, FIRST_MONTH)
  const { bytes } = assembleFile({
    schema: parquetSchemaOf(kind.columns),
    groups: [],
    key_values: encodeFooter(newFooter(name, '0'.repeat(16))),
  })
  return { name, bytes }
}
