import { idTimeMs } from '#shared/base/ids.ts'
import { Problem, type FieldError } from '#shared/base/problem.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { creationOf } from '#shared/client/store/edits.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { Shown } from '../../store/records.ts'
import { fieldInWords } from '../field-words.ts'
import type { FileRow } from './file-rows.ts'

/** What an import would do, row by row, before anything happens. Pure. */
export type PlannedRow = { readonly line: number; readonly name: string } & (
  | { readonly does: 'make'; readonly id: string | undefined; readonly value: JsonRecord }
  /** It is here, deleted: it comes back as it was. */
  | { readonly does: 'bring_back'; readonly id: string }
  /** It is here already, and stays as it is. */
  | { readonly does: 'leave'; readonly id: string }
  | { readonly does: 'refuse'; readonly reasons: readonly string[] }
)

export interface ImportPlan {
  readonly rows: readonly PlannedRow[]
  /** Columns and members that no audience has. */
  readonly ignored: readonly string[]
}

export interface KnownAudiences {
  /** Deleted or not. */
  readonly get: (id: string) => Shown<'audience'> | undefined
  /** Those that are not deleted. */
  readonly all: readonly Shown<'audience'>[]
}

const FIELDS: readonly string[] = Object.keys(AUDIENCES.fields.shape)
/** What exports show and no user sets. */
const READ_ONLY = new Set([...AUDIENCES.columns.map(({ name }) => name), 'user_id', 'segment_count', 'variable_count'])
const REASONS_MAX = 3

export function importPlan(file_rows: readonly FileRow[], known: KnownAudiences): ImportPlan {
  const planned = planRows(file_rows, known)
  const rows: PlannedRow[] = []
  for (;;) {
    const next = planned.next()
    if (next.done) return { rows, ignored: next.value }
    rows.push(next.value)
  }
}

/** Row by row, so that the page can answer in between. @returns the columns and members that no audience has */
export function* planRows(
  file_rows: readonly FileRow[],
  known: KnownAudiences,
): Generator<PlannedRow, readonly string[], void> {
  const by_name = Map.groupBy(known.all, ({ record }) => record.name)
  const ids = new Set<string>()
  const ignored = new Set<string>()
  for (const { line, source } of file_rows) {
    for (const name of Object.keys(source)) if (!FIELDS.includes(name) && !READ_ONLY.has(name)) ignored.add(name)
    const { id, value } = readRow(source)
    const is_twice = id !== undefined && ids.has(id)
    if (id !== undefined) ids.add(id)
    yield { line, ...planOf({ id, value, is_twice }, known, by_name) }
  }
  return [...ignored]
}

interface ReadRow {
  readonly id: string | undefined
  readonly value: JsonRecord
  /** Its id is in the file before it. */
  readonly is_twice: boolean
}

function planOf(
  { id, value, is_twice }: ReadRow,
  known: KnownAudiences,
  by_name: ReadonlyMap<string, readonly Shown<'audience'>[]>,
): WithoutLine<PlannedRow> {
  const said = typeof value['name'] === 'string' ? value['name'] : ''
  const here = id === undefined ? undefined : known.get(id)
  const name = said === '' && here ? here.record.name : said
  if (is_twice) return { name, does: 'refuse', reasons: ['it is in the file twice'] }
  if (here) return { name, does: here.is_deleted ? 'bring_back' : 'leave', id: here.id }
  const made = creationFrom(value)
  if (Array.isArray(made)) return { name, does: 'refuse', reasons: made }
  const same = id === undefined ? by_name.get(name)?.find(({ record }) => says(record, made)) : undefined
  return same ? { name, does: 'leave', id: same.id } : { name, does: 'make', id, value: made }
}

type WithoutLine<Row> = Row extends PlannedRow ? Omit<Row, 'line'> : never

/** Spellings that people use for values of lists. */
const SPELLED: readonly string[] = ['status', 'data_type']

/** @returns the id where it is one that an audience may keep */
function readRow(source: FileRow['source']): { readonly id: string | undefined; readonly value: JsonRecord } {
  const { audience_id } = source
  const is_ours = typeof audience_id === 'string' && idTimeMs(AUDIENCES.id_prefix, audience_id) !== undefined
  const said = FIELDS.filter((name) => source[name] !== undefined && source[name] !== null)
  const value = Object.fromEntries(
    said.map((name) => [name, SPELLED.includes(name) ? spelledAsOurs(source[name]) : source[name]]),
  )
  return { id: is_ours ? audience_id : undefined, value }
}

/** `First-party` is first_party. */
function spelledAsOurs(value: unknown): unknown {
  return typeof value === 'string'
    ? value
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_')
    : value
}

/** What is kept of it, or why it cannot be. */
function creationFrom(value: JsonRecord): JsonRecord | string[] {
  try {
    const { change } = creationOf('audience', value)
    return change.op === 'create' ? change.value : []
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const errors = error.errors ?? []
    if (errors.length === 0) return [error.message]
    const reasons = errors.slice(0, REASONS_MAX).map(reasonOf)
    return errors.length > REASONS_MAX ? [...reasons, `and ${errors.length - REASONS_MAX} more`] : reasons
  }
}

/** "Records must be at least 0"; of a part of a field also where it is. */
function reasonOf({ path, message }: FieldError): string {
  const [column = path] = path.split(/[.[]/, 1)
  const where = column === path ? '' : ` (${path})`
  return `${fieldInWords(column)}${where} ${message}`
}

/** Whether an audience here says all of it. */
function says(record: JsonRecord, value: JsonRecord): boolean {
  return Object.entries(value).every(([name, one]) => isSameJson(record[name] ?? null, one))
}

export function countOfPlan({ rows }: ImportPlan, does: PlannedRow['does']): number {
  return rows.filter((row) => row.does === does).length
}
