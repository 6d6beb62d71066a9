import { canonicalSpelling, idTimeMs } from '../../base/ids.ts'
import { CorruptFile } from '../../parquet/corrupt-file.ts'
import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { parquetSchemaOf, topLevelColumns } from '../../parquet/schema.ts'
import { createdBoundsMs, wholeSnapshot, type Snapshot } from '../object/snapshot.ts'
import { monthOf, monthOfId, type Month } from '../object/partition.ts'
import type { SystemCells } from '../../base/cell.ts'
import { SYSTEM_COLUMNS, type TableSchema } from '../object/schema.ts'

/**
 * - `unreadable`: no request that needs the object can be answered.
 * - `schema`: a column is missing, or is of another type than this release writes.
 * - `order`: rows of a group are not sorted, or lie outside of what the group says of itself: listings miss them.
 * - `ids`: an id is not unique, was purged, or has no value.
 * - `home`: a record belongs in another object.
 * - `cells`: a value that every record has is missing or impossible, or JSON does not parse.
 * - `footer`: the ledger, the commit ids or the counters contradict each other.
 */
export type IntegrityCheck = 'unreadable' | 'schema' | 'order' | 'ids' | 'home' | 'cells' | 'footer'

export interface Finding {
  readonly check: IntegrityCheck
  /** What was found, with the first record it was found in. Never a value of a record but its id. */
  readonly detail: string
  /** Records it concerns; 0 when it is about the object. */
  readonly records: number
}

export interface InspectedObject {
  /** Absent when the object is unreadable. */
  readonly snapshot: Snapshot | undefined
  readonly ids: readonly string[]
  readonly findings: readonly Finding[]
}

export interface InspectedBytes {
  readonly name: string
  readonly bytes: Uint8Array
  readonly month: Month
  /** Where the index of old ids has an id, for they do not tell; absent when the index itself cannot be read. */
  readonly monthOfLegacyId: ((canonical_id: string) => Month | undefined) | undefined
}

/**
 * Checks one object whole: that it opens, has its schema, is where it belongs, is sorted within its groups, has every
 * record once and at home, and has a sound footer. Reads nothing but the bytes and changes nothing.
 */
export async function inspectObject(
  schema: TableSchema,
  { name, bytes, month, monthOfLegacyId }: InspectedBytes,
): Promise<InspectedObject> {
  const notes = new Notes()
  const ids: string[] = []
  try {
    const snapshot = wholeSnapshot(name, '', bytes)
    if (!checkSchema(schema, snapshot.file.schema, notes)) return { snapshot, ids, findings: notes.findings() }
    checkFooter(snapshot, notes)
    const homeOf = (id: string): Month | undefined => {
      const own = monthOfId(schema, id)
      if (own !== undefined || schema.partitioned_by === 'user') return own ?? ''
      return monthOfLegacyId ? monthOfLegacyId(canonicalSpelling(schema, id)) : month
    }
    const seen = new Set<string>()
    for (const group of snapshot.file.groups) {
      const values = await group.allColumns()
      checkOrder(schema, group, values, notes)
      for (const row of rowsOf(schema, values, group.row_count)) {
        checkId(row.id, seen, snapshot, notes)
        checkHome(schema, row, { month, home: homeOf(row.id) }, notes)
        checkSystemCells(row, snapshot, notes)
        ids.push(row.id)
      }
      checkJson(schema, values, notes)
    }
    return { snapshot, ids, findings: notes.findings() }
  } catch (error) {
    if (!(error instanceof CorruptFile)) throw error
    return { snapshot: undefined, ids: [], findings: [{ check: 'unreadable', detail: error.message, records: 0 }] }
  }
}

/** Gathers findings, one of each sort however many records it is about. */
class Notes {
  readonly #notes = new Map<string, { check: IntegrityCheck; first_id: string | undefined; records: number }>()

  /** @param id of the record, if it is about one */
  add(check: IntegrityCheck, what: string, id?: string): void {
    const note = this.#notes.get(what) ?? { check, first_id: id, records: 0 }
    this.#notes.set(what, { ...note, records: note.records + Number(id !== undefined) })
  }

  findings(): Finding[] {
    return [...this.#notes].map(([what, { check, first_id, records }]) => ({
      check,
      detail: first_id === undefined ? what : `${what} (${first_id})`,
      records,
    }))
  }
}

/** @returns whether the rows can be looked at */
function checkSchema(schema: TableSchema, stored: Elements, notes: Notes): boolean {
  const columns = topLevelColumns(stored)
  for (const [name, wanted] of topLevelColumns(parquetSchemaOf(schema.columns))) {
    const found = columns.get(name)
    // A column that a later release added is absent from what was not written since.
    if (found && typeText(found) !== typeText(wanted)) notes.add('schema', `column ${name} is ${typeText(found)}`)
  }
  const essential = [schema.id_column, ...SYSTEM_COLUMNS.map(({ name }) => name)]
  for (const name of essential) if (!columns.has(name)) notes.add('schema', `column ${name} is missing`)
  return notes.findings().length === 0
}

type Elements = Snapshot['file']['schema']

function typeText(elements: Elements): string {
  return elements
    .map(({ type, converted_type, repetition_type }) =>
      [type, converted_type, repetition_type].filter(Boolean).join(' '),
    )
    .join(', ')
}

function checkFooter({ footer }: Snapshot, notes: Notes): void {
  const { ledger, commits, rev, floor, epoch } = footer
  const keys = new Set(ledger.entries.map(({ request_hash }) => request_hash))
  if (keys.size < ledger.entries.length) notes.add('footer', 'the ledger has a key twice')
  if (ledger.entries.some(({ id, status }) => id === '' || status < 200 || status > 299)) {
    notes.add('footer', 'the ledger has an entry that no request makes')
  }
  const commit_ids = new Set(commits.map(({ commit_id }) => commit_id))
  if (commit_ids.size < commits.length) notes.add('footer', 'a commit id is there twice')
  if (commits.length === 0 || commits.length > rev) notes.add('footer', 'commit ids and revision do not fit')
  if (floor > rev) notes.add('footer', 'the floor is above the revision')
  if (epoch === '') notes.add('footer', 'there is no epoch')
}

interface InspectedRow {
  readonly id: string
  readonly created_at: number
  /** As they lie in the file: this is what is inspected. */
  readonly cells: Readonly<Record<keyof SystemCells, unknown>>
}

function* rowsOf(schema: TableSchema, values: ColumnValues, count: number): Generator<InspectedRow> {
  for (let at = 0; at < count; at++) {
    const cells = Object.fromEntries(
      SYSTEM_COLUMNS.map(({ name }) => [name, values.get(name)?.[at] ?? null]),
    ) as InspectedRow['cells']
    const id = values.get(schema.id_column)?.[at]
    yield { id: typeof id === 'string' ? id : '', created_at: Number(cells.created_at), cells }
  }
}

function checkOrder(schema: TableSchema, group: RowGroup, values: ColumnValues, notes: Notes): void {
  const bounds = createdBoundsMs(group)
  let before: InspectedRow | undefined
  for (const row of rowsOf(schema, values, group.row_count)) {
    const { id, created_at } = row
    const follows = !before || before.created_at < created_at || (before.created_at === created_at && before.id < id)
    if (!follows) notes.add('order', 'rows are not sorted', id)
    if (created_at < bounds.min || created_at > bounds.max) notes.add('order', 'a row lies outside its group', id)
    before = row
  }
}

function checkId(id: string, seen: Set<string>, { footer }: Snapshot, notes: Notes): void {
  if (id === '') notes.add('ids', 'a record has no id', '?')
  else if (seen.has(id)) notes.add('ids', 'an id is there twice', id)
  else if (footer.purged.has(id)) notes.add('ids', 'a purged id is there again', id)
  seen.add(id)
}

function checkHome(
  schema: TableSchema,
  { id, created_at }: InspectedRow,
  { month, home }: { month: Month; home: Month | undefined },
  notes: Notes,
): void {
  if (id === '') return
  if (home === undefined) notes.add('home', 'an old id is not in the index', id)
  else if (home !== month) notes.add('home', 'a record belongs in another month', id)
  if (schema.partitioned_by === 'month' && monthOf(created_at) !== month) {
    notes.add('home', 'a record was created in another month', id)
  }
  const time_ms = idTimeMs(schema.id_prefix, id)
  if (time_ms !== undefined && time_ms !== created_at) notes.add('home', 'created_at is not the time in the id', id)
}

function checkSystemCells({ id, cells }: InspectedRow, { footer }: Snapshot, notes: Notes): void {
  for (const name of ['created_at', 'updated_at', 'deleted'] as const) {
    if (cells[name] === null) notes.add('cells', `${name} has no value`, id)
  }
  if (!(Number(cells.version) >= 1)) notes.add('cells', 'version is below 1', id)
  const rev = Number(cells.rev)
  if (!(rev >= 1 && rev <= footer.rev)) notes.add('cells', "rev is not one of the object's", id)
}

function checkJson(schema: TableSchema, values: ColumnValues, notes: Notes): void {
  const ids = values.get(schema.id_column)!
  for (const { name } of schema.columns.filter(({ type }) => type === 'json')) {
    values.get(name)?.forEach((cell, at) => {
      if (cell instanceof Uint8Array && !isJson(cell)) notes.add('cells', `${name} is not JSON`, String(ids[at]))
    })
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
    return true
  } catch {
    return false
  }
}
