import { csvCell } from '#shared/records/csv.ts'

export const FORMATS =
  'All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. ' +
  'A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.'

/** The three forms of a download, shown on one record. */
export function downloads(name: string, record: Readonly<Record<string, unknown>>) {
  const { user_id: _, ...columns } = record
  return {
    'application/json': { [name]: [record] },
    'text/csv': `${Object.keys(columns).join(',')}\r\n${Object.values(columns).map(csvCell).join(',')}\r\n`,
    'application/vnd.apache.parquet': 'PAR1…PAR1',
  }
}
