import { assembleFile } from '#shared/parquet/file.ts'
import { encodeFooter, newFooter, type Footer } from '#shared/table/object/footer.ts'
import { layOut } from '#shared/table/object/layout.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { absentSnapshot } from '#shared/table/object/snapshot.ts'

/** An object as a commit would have left it. */
export async function storedObject(
  schema: TableSchema,
  name: string,
  rows: readonly Row[],
  footer: Partial<Footer> = {},
): Promise<Uint8Array> {
  const base = absentSnapshot(schema, name)
  const writes = rows.map((row) => ({ row, replaces: undefined }))
  const file = await layOut(schema, base, writes, new Map())
  const key_values = encodeFooter({ ...newFooter(name, 'e0e0e0e0e0e0e0e0'), rev: 1, ...footer })
  return assembleFile({ ...file, key_values }).bytes
}
