import { serverWriter } from '#shared/table/object/writer.ts'

/** Who wrote a row that an import made or replaced. */
export const IMPORT_WRITER = serverWriter('import')

/** Whether the import was the last to write the row: what anyone edited since then is theirs. */
export function isImported({ client_id }: { readonly client_id: string | null }): boolean {
  return client_id === IMPORT_WRITER.client_id
}
