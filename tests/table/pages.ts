import { summaryColumns, type Row } from '#shared/table/object/schema.ts'
import type { Position, RowFilter } from '#shared/table/read/listing.ts'
import type { Table } from '#shared/table/table.ts'

export interface PageRequest<R extends Row = Row> {
  readonly limit: number
  readonly after: Position | undefined
  /** Whole rows rather than summaries. */
  readonly with_details: boolean
  readonly filter: RowFilter<R>
}

export interface Page<R extends Row = Row> {
  readonly rows: readonly R[]
  /** Where the next page starts behind; absent on the last one. */
  readonly next: Position | undefined
}

/** Deleted ones too. */
export const EVERY_ROW = { columns: [], matches: () => true } as const

/** One page of a user's rows, as services make pages of them. */
export async function pageOf<R extends Row>(
  table: Table<R>,
  user_id: string,
  request: Partial<PageRequest<R>> = {},
): Promise<Page<R>> {
  const { limit = 1_000_000, after, with_details = false, filter = EVERY_ROW } = request
  const { schema } = table
  const columns = with_details ? schema.columns.map(({ name }) => name) : summaryColumns(schema)
  const rows: R[] = []
  let last: Position | undefined
  for await (const { row, position } of table.rows(user_id, { after, columns, filter })) {
    if (rows.length === limit) return { rows, next: last }
    rows.push(row)
    last = position
  }
  return { rows, next: undefined }
}

/** Every row of a user whole, newest first, in the batches of an export. */
export function batchesOf<R extends Row>(
  table: Table<R>,
  user_id: string,
  filter: RowFilter<R> = EVERY_ROW,
): AsyncGenerator<readonly R[], void> {
  return table.batches(user_id, { columns: table.schema.columns.map(({ name }) => name), filter })
}
