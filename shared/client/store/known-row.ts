import { isObject } from '../../base/is-object.ts'
import type { StoredEntry } from '../storage.ts'
import type { JsonRecord, ListedColumns, RowBlock, RowEntry, ServerRow, StagedRow } from './entries.ts'

/** A record as the server has it, as it is kept. */
export function rowEntryOf(row: ServerRow): RowEntry {
  const { version, deleted, status, updated_at } = row as ServerRow & ListedColumns
  return { version, deleted, text: JSON.stringify(row), status, updated_at }
}

/** Whether an entry of the store of rows can be read. */
export function isRowOrBlock(entry: object): boolean {
  const { rows } = entry as JsonRecord
  return Array.isArray(rows) ? rows.every(isRowEntry) : isRowEntry(entry)
}

function isRowEntry(entry: unknown): boolean {
  if (!isObject(entry)) return false
  const { version, deleted, text } = entry
  return typeof version === 'number' && typeof deleted === 'boolean' && typeof text === 'string'
}

/** The rows of an entry of the store of rows, with their ids. */
export function rowsOfEntry({ key, entry }: StoredEntry<RowBlock | RowEntry>): readonly StagedRow[] {
  if ('rows' in entry) return entry.rows
  const [, id] = key as readonly [partition: string, id: string]
  return [{ ...entry, id }]
}

/** A row in memory, parsed when somebody looks at it: a page that opens ten thousand shows few of them. */
export class KnownRow {
  readonly version: number
  readonly is_deleted: boolean
  readonly listed: ListedColumns
  readonly #entry: RowEntry
  #row: ServerRow | undefined
  #before: ServerRow | undefined

  constructor(entry: RowEntry) {
    this.version = entry.version
    this.is_deleted = entry.deleted
    this.listed = this.#entry = entry
  }

  get row(): ServerRow {
    return (this.#row ??= JSON.parse(this.#entry.text) as ServerRow)
  }

  /** Of a deleted record: what it was, as far as that is known. */
  get before(): ServerRow | undefined {
    const { before } = this.#entry
    if (before === undefined) return undefined
    return (this.#before ??= JSON.parse(before) as ServerRow)
  }
}
