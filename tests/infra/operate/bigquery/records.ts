import { isoTime } from '#shared/base/clock.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import type { Rows } from './lake.ts'

type Json = Record<string, unknown>

/** Rows of a view or copy as the API would show them, by id. */
export function recordsOf(kind: RecordKind, rows: Rows): Map<string, Json> {
  const types = new Map(kind.columns.map(({ name, type }) => [name, type]))
  const records = rows.map((row): [string, Json] => {
    const fields = Object.entries(row).map(([name, value]) => [name, valueOf(types.get(name), value)])
    return [String(row[kind.id_column]), Object.fromEntries(fields) as Json]
  })
  if (new Set(records.map(([id]) => id)).size < records.length) throw new Error('an id is there twice')
  return new Map(records.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Records of the API, by id, without what is no column: credentials, and that they are not deleted. */
export function answered(kind: RecordKind, records: readonly Json[]): Map<string, Json> {
  const shown = records.map(({ deleted, ...record }): [string, Json] => {
    if (deleted !== false) throw new Error('the API lists what is deleted')
    delete record['credentials']
    return [String(record[kind.id_column]), record]
  })
  return new Map(shown.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Those fields of `rows` that `answers` have, and the names of all others. */
export function sideBySide(rows: ReadonlyMap<string, Json>, answers: ReadonlyMap<string, Json>) {
  const others = new Set<string>()
  const same_fields = [...rows].map(([id, row]): [string, Json] => {
    const fields = Object.entries(row).filter(([name]) => {
      const is_answered = name in (answers.get(id) ?? {})
      if (!is_answered) others.add(name)
      return is_answered
    })
    return [id, Object.fromEntries(fields)]
  })
  return { records: new Map(same_fields), others: [...others].toSorted() }
}

function valueOf(type: RecordKind['columns'][number]['type'] | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (type === 'int64') return Number(value)
  if (type === 'timestamp') return isoTime(Date.parse(value))
  if (type === 'json') return JSON.parse(value) as unknown
  return value
}
