import type { RecordKind } from '#shared/records/record-kind.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { parquetSchemaOf } from '#shared/parquet/schema.ts'
import { encodeFooter, newFooter } from '#shared/table/object/footer.ts'
import { objectName } from '#shared/table/object/partition.ts'

/** No user has this id. If one had, the object would be a valid one of theirs. */
const NOBODY = 'nobody'
const FIRST_MONTH = '197001'

/**
 * An object without records, in the layout that the functions write. BigQuery refuses to create a partitioned external
 * table over a folder without objects, and a new bucket has none.
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
