import { csvCell } from '#shared/records/csv.ts'

/** The three forms of a download, shown on one record. */
export function downloads(name: string, record: Readonly<Record<string, unknown>>) {
  const { user_id: _, ...columns } = record
  return {
    'application/json': { [name]: [record] },
    'text/csv': `${Object.keys(columns).join(',')}\r\n${Object.values(columns).map(csvCell).join(',')}\r\n`,
    'application/vnd.apache.parquet': 'PAR1…PAR1',
  }
}
