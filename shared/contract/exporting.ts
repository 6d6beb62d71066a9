import * as z from 'zod/mini'

/** What every download of records has in common. */

/** Query parameters of a download, beside the filters of a list. */
export const exported = {
  format: z.optional(z.enum(['json', 'csv', 'parquet'])),
  bom: z.optional(z.enum(['true', 'false'])),
}

/** Neither JSON (RFC 8259) nor Parquet may begin with a byte order mark. */
export const bomNeedsCsv = z.refine<{ format?: string | undefined; bom?: string | undefined }>(
  ({ format, bom }) => bom !== 'true' || format === 'csv',
  { path: ['bom'], error: 'is for format=csv only' },
)

export const EXPORT_ANSWERS = {
  200: { description: 'A file.', media_types: ['application/json', 'text/csv', 'application/vnd.apache.parquet'] },
} as const
