import { MINUTE_MS } from '../../base/durations.ts'
import { isSameCell } from '../../base/cell.ts'
import { isoTime } from '../../base/clock.ts'
import type { Cell, Column } from '../../parquet/schema.ts'
import type { Row, StoredRow, TableSchema } from './schema.ts'
import type { Writer } from './writer.ts'

/**
 * What a record was before each of its changes, in a column of its row: it commits with the change, in the same PUT.
 *
 * An entry has the former values of the fields that its change replaced, so going backwards from the row gives every
 * earlier version. Only what users set makes entries. A release that knows no history leaves the column as it was:
 * `seen` then names an earlier version than the row has, and the chain ends there instead of telling a wrong past.
 */
export interface RowHistory {
  /** The version up to which the entries tell everything. */
  readonly seen: number
  /** Newest first. */
  readonly entries: readonly HistoryEntry[]
}

export interface HistoryEntry extends Writer {
  /** The version that the change made. */
  readonly version: number
  /** The version that `before` leads back to; 0: there was no record. */
  readonly from_version: number
  /** ISO 8601. Of the last change, where an entry has several. */
  readonly at: string
  /** Of the first change, where an entry has several. */
  readonly since?: string
  /** Former values by field, as answers show them. */
  readonly before: Readonly<Record<string, unknown>>
  /** Changed fields whose former values were too large to keep. */
  readonly omitted?: readonly string[]
}

export const HISTORY_COLUMN = 'history'
/** What stands for the former value of a secret. */
const REPLACED = 'replaced'

const HISTORY_ENTRIES_MAX = 50
export const HISTORY_BYTES_MAX = 16 * 1024
/** In an object beyond 70 % of its bytes. */
export const HISTORY_BYTES_NEAR_LIMIT = 4 * 1024
const BEFORE_BYTES_MAX = 8 * 1024
const SHARED_MS_MAX = 10 * MINUTE_MS

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Undefined where there is none: the row was made by an earlier release, or outside. */
export function readHistory(row: Row): RowHistory | undefined {
  const cell = row[HISTORY_COLUMN]
  return cell instanceof Uint8Array ? (JSON.parse(decoder.decode(cell)) as RowHistory) : undefined
}

/** A change of a row, as the table stamps it. */
export interface RowChange {
  readonly before: StoredRow | undefined
  readonly after: StoredRow
  readonly writer: Writer
  readonly at_ms: number
  /** It takes back earlier changes, so it shares no entry with them. */
  readonly goes_back: boolean
  /** The user wants the past forgotten. */
  readonly forgets: boolean
}

/**
 * The history cell of a changed row.
 * @param bytes_max the oldest entries are left out until it fits; with 0 all are
 */
export function nextHistory(schema: TableSchema, change: RowChange, bytes_max: number): Uint8Array | null {
  const { before, after, forgets } = change
  if (forgets) return encodeHistory(after.version, [], 0)
  const past = before && readHistory(before)
  const version_before = before?.version ?? 0
  const entry = entryOf(schema, change, past)
  // Nothing is known of a row from before there was history until its next change.
  if (!entry && !past) return null
  const is_continued = !before || past?.seen === version_before
  if (!entry) return encodeHistory(is_continued ? after.version : past!.seen, past!.entries, bytes_max)
  const shared = is_continued ? withShared(schema, change, past?.entries[0], entry) : undefined
  const earlier = past?.entries ?? []
  return encodeHistory(after.version, shared ? [shared, ...earlier.slice(1)] : [entry, ...earlier], bytes_max)
}

/** The entries that really lead back from the row, and to which version. */
export interface HistoryChain {
  readonly entries: readonly HistoryEntry[]
  /** The earliest version that can be shown. */
  readonly kept_since_version: number
  /** True: what is earlier was not trimmed, but not recorded. */
  readonly gap: boolean
}

export function chainOf(row: StoredRow): HistoryChain {
  const { version } = row
  const history = readHistory(row)
  if (history?.seen !== version) return { entries: [], kept_since_version: version, gap: version > 1 }
  const entries: HistoryEntry[] = []
  for (const entry of history.entries) {
    const later = entries.at(-1)
    if (later && later.from_version !== entry.version) {
      return { entries, kept_since_version: later.from_version, gap: true }
    }
    entries.push(entry)
  }
  const oldest = entries.at(-1)
  return { entries, kept_since_version: oldest ? oldest.from_version || oldest.version : version, gap: false }
}

function entryOf(
  { columns, history }: TableSchema,
  { before, after, writer, at_ms }: RowChange,
  past: RowHistory | undefined,
): HistoryEntry | undefined {
  const head = { version: after.version, at: isoTime(at_ms), ...writer }
  // One that comes back after a purge has a past of which nothing is left.
  if (!before) return { ...head, from_version: after.version - 1, before: {} }
  const isChanged = ({ name }: Column) => !isSameCell(before[name] ?? null, after[name] ?? null)
  const changed = columns.filter((column) => history!.columns.includes(column.name) && isChanged(column))
  const replaced = columns.filter((column) => history!.secret_columns.includes(column.name) && isChanged(column))
  if (changed.length + replaced.length === 0) return undefined
  const is_continued = past?.seen === before.version
  const values = [
    ...changed.map(({ name, type }) => [name, jsonTextOf(type, before[name] ?? null)] as const),
    ...replaced.map(({ name }) => [name, JSON.stringify(REPLACED)] as const),
  ]
  const from_version = is_continued ? (past.entries[0]?.version ?? before.version) : before.version
  return { ...head, from_version, ...keptValues(values) }
}

/** The newest entry with a further change in it, where the two belong together. */
function withShared(
  { history }: TableSchema,
  { before, after, writer, at_ms, goes_back }: RowChange,
  newest: HistoryEntry | undefined,
  entry: HistoryEntry,
): HistoryEntry | undefined {
  const draft = history!.draft
  if (!newest || !before || !draft || goes_back) return undefined
  const isDraft = (row: StoredRow) => !row.deleted && row[draft.column] === draft.value
  if (!isDraft(before) || !isDraft(after)) return undefined
  if (newest.by !== writer.by || newest.client_id !== writer.client_id || newest.via !== writer.via) return undefined
  const since = newest.since ?? newest.at
  const age_ms = at_ms - Date.parse(since)
  if (age_ms < 0 || age_ms > SHARED_MS_MAX) return undefined
  const { from_version } = newest
  const { before: its, omitted: its_lost = [], ...head } = entry
  // Before its creation the record had no values.
  if (from_version === 0) return { ...head, from_version, since, before: {} }
  const lost = new Set(newest.omitted)
  const values = Object.entries({ ...its, ...newest.before }).filter(([name]) => !lost.has(name))
  const later_lost = its_lost.filter((name) => !Object.hasOwn(newest.before, name))
  const texts = values.map(([name, value]) => [name, JSON.stringify(value)] as const)
  return { ...head, from_version, since, ...keptValues(texts, [...lost, ...later_lost]) }
}

/** Leaves out the largest values until the rest is small enough to keep fifty times. */
function keptValues(
  values: readonly (readonly [name: string, json: string])[],
  lost: readonly string[] = [],
): Pick<HistoryEntry, 'before' | 'omitted'> {
  const sized = values.map(([name, json]) => ({ name, json, bytes: Buffer.byteLength(json) + name.length }))
  let bytes = sized.reduce((sum, value) => sum + value.bytes, 0)
  const omitted = new Set(lost)
  for (const value of sized.toSorted((a, b) => b.bytes - a.bytes)) {
    if (bytes <= BEFORE_BYTES_MAX) break
    omitted.add(value.name)
    bytes -= value.bytes
  }
  const kept = sized.filter(({ name }) => !omitted.has(name))
  const before = Object.fromEntries(kept.map(({ name, json }) => [name, JSON.parse(json) as unknown]))
  return omitted.size === 0 ? { before } : { before, omitted: [...omitted] }
}

function encodeHistory(seen: number, entries: readonly HistoryEntry[], bytes_max: number): Uint8Array {
  const texts: string[] = []
  let bytes = 0
  for (const entry of entries.slice(0, HISTORY_ENTRIES_MAX)) {
    const text = JSON.stringify(entry)
    bytes += Buffer.byteLength(text) + 1
    if (bytes > bytes_max) break
    texts.push(text)
  }
  return encoder.encode(`{"seen":${seen},"entries":[${texts.join(',')}]}`)
}

function jsonTextOf(type: Column['type'], cell: Cell): string {
  if (cell instanceof Uint8Array) return decoder.decode(cell)
  return JSON.stringify(type === 'timestamp' && cell !== null ? isoTime(Number(cell)) : cell)
}
