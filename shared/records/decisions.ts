import * as z from 'zod/mini'

import { Problem } from '../base/problem.ts'
import { isSameCell, type Cell } from '../base/cell.ts'
import { mergePatch } from './merge-patch.ts'
import type { FieldsOf, RecordKind, RecordOf, RowOf, StatusOf } from './record-kind.ts'
import { cellsOf, recordOf, rowOf } from './record-rows.ts'
import { fromRow, sameCells, type RecordValue } from './rows.ts'
import { FieldErrors } from './validation/field-errors.ts'
import { collect, invalid } from './validation/validate.ts'
import { conditionFault, type VersionCondition } from './version-condition.ts'

/**
 * What may become of a record, as pure decisions over the record as it stands. The same rules hold whichever route
 * asks, and a commit that lost a race asks again on fresher rows.
 */
export type Decision<K extends RecordKind = RecordKind> =
  | {
      readonly kind: 'write'
      readonly row: RowOf<K>
      readonly status: number
      readonly goes_back?: true
      readonly forgets?: true
    }
  | { readonly kind: 'keep'; readonly row: RowOf<K>; readonly status: number }
  | Refusal

interface Refusal {
  readonly kind: 'refuse'
  readonly problem: Problem
}

/** Fields as a body has them; null = back to the default. */
export type Sent<K extends RecordKind> = { readonly [Name in keyof FieldsOf<K>]?: FieldsOf<K>[Name] | null | undefined }

/** Whose record, and under which condition. */
export interface Asking<K extends RecordKind = RecordKind> {
  readonly kind: K
  readonly user_id: string
  /** Of `If-Match` and `If-None-Match`. */
  readonly condition?: VersionCondition | undefined
}

/**
 * Creates the record, or changes only the fields that were sent.
 * @param created_at the time that the id tells; `undefined` for an id of the old system, which nothing new may get
 * @param server what the server sets with it: columns that are no fields
 */
export function decideSave<K extends RecordKind>(
  asking: Asking<K>,
  id: string,
  created_at: string | undefined,
  current: RowOf<K> | undefined,
  sent: Sent<K>,
  server: Partial<RecordOf<K>> = {},
): Decision<K> {
  const { kind } = asking
  if (current?.deleted === true) return refuse(deletedConflict(kind))
  const given = fieldsOf(kind, sent)
  if (!current) {
    const stale = staleVersion(asking, undefined)
    if (stale) return refuse(stale)
    if (created_at === undefined) return refuse(notOurId(kind))
    const fields = complete(kind, given)
    if (fields instanceof Problem) return refuse(fields)
    const first = fields.status
    if (kind.initial_statuses?.includes(first) === false) return refuse(illegalTransition(kind, undefined, first))
    const record = { ...fields, ...kind.derive(fields), ...server, created_at, [kind.id_column]: id, deleted: false }
    return { kind: 'write', row: rowOf(kind, record), status: 201 }
  }
  return change(asking, current, { ...fieldsOf(kind, recordOf(kind, current)), ...given }, server)
}

/** Applies a JSON merge patch to the fields of the record. */
export function decidePatch<K extends RecordKind>(
  asking: Asking<K>,
  current: RowOf<K> | undefined,
  patch: RecordValue,
): Decision<K> {
  const { kind } = asking
  const refusal = requireLive(asking, current)
  if (refusal) return refuse(refusal)
  const before = fieldsOf(kind, recordOf(kind, current!))
  return change(asking, current!, mergePatch(before, fieldsOf(kind, patch)) as RecordValue)
}

/**
 * Gives the record some of its fields, each valid by itself; null = back to the default. The others are not looked at: what
 * the old system stored of them need not be what a client could save today.
 */
export function decideFields<K extends RecordKind>(
  asking: Asking<K>,
  current: RowOf<K> | undefined,
  sent: Sent<K>,
): Decision<K> {
  const { kind } = asking
  const refusal = requireLive(asking, current)
  if (refusal) return refuse(refusal)
  const names = Object.keys(sent)
  const errors = new FieldErrors()
  const schema = z.pick(kind.fields, Object.fromEntries(names.map((name) => [name, true])))
  const values = collect(schema, withDefaults(kind, sent, names), errors, kind.noun) as Partial<FieldsOf<K>> | undefined
  if (values === undefined) return refuse(invalid(errors))
  const problem = movedProblem(kind, current!, cellsOf(kind, values)) ?? illegalMove(kind, current!, values.status)
  if (problem) return refuse(problem)
  return written(kind, current!, { ...values, ...derivedOf(kind, current!, values) })
}

/** Moves the record to a status, if its machine allows it. */
export function decideStatus<K extends RecordKind>(
  asking: Asking<K>,
  current: RowOf<K> | undefined,
  status: StatusOf<K>,
): Decision<K> {
  return decidePatch(asking, current, { status })
}

/** Sets what only the server sets (columns that are no fields, or a status its machine does not leave to clients). */
export function decideSet<K extends RecordKind>(
  asking: Asking<K>,
  current: RowOf<K> | undefined,
  values: Partial<RecordOf<K>>,
): Decision<K> {
  const refusal = requireLive(asking, current)
  if (refusal) return refuse(refusal)
  return written(asking.kind, current!, values)
}

/**
 * Gives the record again all fields of an earlier version, as one change that its machine allows.
 * @param wanted asked only of a record that is there and meets the conditions of the request
 */
export function decideReplace<K extends RecordKind>(
  asking: Asking<K>,
  current: RowOf<K> | undefined,
  wanted: (current: RowOf<K>) => RecordValue | Problem,
): Decision<K> {
  const refusal = requireLive(asking, current)
  if (refusal) return refuse(refusal)
  const fields = wanted(current!)
  if (fields instanceof Problem) return refuse(fields)
  const decision = change(asking, current!, fields)
  return decision.kind === 'write' ? { ...decision, goes_back: true } : decision
}

/**
 * Gives the record, also a deleted one, values that it had before: what was stored once may be so again, and to go back is
 * no move of its machine.
 */
export function decideBack<K extends RecordKind>(
  { kind }: Asking<K>,
  current: RowOf<K>,
  values: Partial<RecordOf<K>>,
): Decision<K> {
  return written(kind, current, { ...values, ...derivedOf(kind, current, values as Partial<FieldsOf<K>>) })
}

/** Leaves the record as it is, without its past. */
export function decideForget<K extends RecordKind>(asking: Asking<K>, current: RowOf<K> | undefined): Decision<K> {
  const refusal = requireLive(asking, current)
  return refusal ? refuse(refusal) : { kind: 'write', row: current!, status: 200, forgets: true }
}

/** Leaves a tombstone. */
export function decideDelete<K extends RecordKind>(asking: Asking<K>, current: RowOf<K> | undefined): Decision<K> {
  return decideSet(asking, current, { ...asking.kind.deletion_sets, deleted: true })
}

/** Undeletes with the former status, or brings an archived record back to active. */
export function decideRestore<K extends RecordKind>({ kind }: Asking<K>, current: RowOf<K> | undefined): Decision<K> {
  if (!current) return refuse(notFound(kind))
  if (current.deleted) {
    return { kind: 'write', row: { ...current, deleted: false }, status: 200 }
  }
  if (current.status === 'archived') {
    return { kind: 'write', row: { ...current, status: 'active' }, status: 200 }
  }
  return refuse(
    new Problem(
      'illegal-transition',
      `The ${kind.noun} is ${current.status}: only a deleted ${
        Object.hasOwn(kind.transitions, 'archived') ? 'or archived ' : ''
      }one can be restored.`,
      { members: { status_now: current.status } },
    ),
  )
}

export function notFound({ noun }: RecordKind): Problem {
  return new Problem('not-found', `There is no ${noun} with this id.`)
}

/** The record as answers show it. @param fromJson as of `fromRow` */
export function presentRecord<K extends RecordKind>(
  kind: K,
  user_id: string,
  row: RowOf<K>,
  fromJson?: (cell: Uint8Array) => unknown,
): Record<string, unknown> {
  return presented(kind, user_id, exportedColumns(kind), row, fromJson)
}

/** A row of a listing as answers show it: without details, with what was derived from them. */
export function presentSummary<K extends RecordKind>(
  kind: K,
  user_id: string,
  row: RowOf<K>,
  fromJson?: (cell: Uint8Array) => unknown,
): Record<string, unknown> {
  return presented(kind, user_id, parts(kind).summary, row, fromJson)
}

function presented<K extends RecordKind>(
  { id_column }: K,
  user_id: string,
  columns: RecordKind['columns'],
  row: RowOf<K>,
  fromJson?: (cell: Uint8Array) => unknown,
): Record<string, unknown> {
  return { [id_column]: row[id_column], user_id, ...fromRow(columns, row, fromJson) }
}

/** Columns that answers are made of: never those that are stored and not shown. */
export function shownColumns(kind: RecordKind): RecordKind['columns'] {
  return parts(kind).shown
}

/** Columns of the record as `presentRecord` shows it, without the user's own id: a file is its owner's. */
export function exportedColumns(kind: RecordKind): RecordKind['columns'] {
  return parts(kind).exported
}

interface ColumnParts {
  readonly shown: RecordKind['columns']
  readonly exported: RecordKind['columns']
  readonly summary: RecordKind['columns']
}

/** Every row of every answer needs them. */
const parts_by_kind = new WeakMap<RecordKind, ColumnParts>()

function parts(kind: RecordKind): ColumnParts {
  const known = parts_by_kind.get(kind)
  if (known !== undefined) return known
  const shown = kind.columns.filter(({ name }) => !kind.hidden_columns.includes(name))
  const without_rev = shown.filter(({ name }) => name !== 'rev')
  const found = {
    shown,
    exported: without_rev.filter(({ name }) => !kind.derived_columns.includes(name)),
    summary: without_rev.filter(({ name }) => !kind.detail_columns.includes(name)),
  }
  parts_by_kind.set(kind, found)
  return found
}

function change<K extends RecordKind>(
  asking: Asking<K>,
  current: RowOf<K>,
  wanted: RecordValue,
  server: Partial<RecordOf<K>> = {},
): Decision<K> {
  const { kind } = asking
  const refusal = requireLive(asking, current)
  if (refusal) return refuse(refusal)
  const fields = complete(kind, wanted)
  if (fields instanceof Problem) return refuse(fields)
  const problem = movedProblem(kind, current, cellsOf(kind, fields)) ?? illegalMove(kind, current, fields.status)
  if (problem) return refuse(problem)
  return written(kind, current, { ...fields, ...kind.derive(fields), ...server })
}

/** The problem with cells of which some would change what stays as it was at creation. */
function movedProblem<K extends RecordKind>(
  { immutable_fields }: K,
  current: RowOf<K>,
  cells: Readonly<Record<string, Cell>>,
): Problem | undefined {
  const moved = immutable_fields.filter((name) => Object.hasOwn(cells, name) && !sameCells(current, cells, [name]))
  return moved.length === 0 ? undefined : invalid(moved.map((path) => ({ path, message: 'cannot be changed' })))
}

/** @param to undefined: it stays */
function illegalMove<K extends RecordKind>(
  kind: K,
  { status: from }: RowOf<K>,
  to: StatusOf<K> | undefined,
): Problem | undefined {
  const is_legal = to === undefined || to === from || kind.transitions[from]?.includes(to) === true
  return is_legal ? undefined : illegalTransition(kind, from, to)
}

/** The columns that are computed from some of these fields. */
function derivedOf<K extends RecordKind>(kind: K, current: RowOf<K>, values: Partial<FieldsOf<K>>): RecordValue {
  const { derived_from } = kind
  if (!derived_from.some((name) => Object.hasOwn(values, name))) return {}
  const columns = kind.columns.filter(({ name }) => derived_from.includes(name))
  return kind.derive({ ...fromRow(columns, current), ...values } as FieldsOf<K>)
}

/** The row with these values, or that it already has them. */
function written<K extends RecordKind>(kind: K, current: RowOf<K>, values: Partial<RecordOf<K>>): Decision<K> {
  // A cell that says the same stays itself, so that a later comparison of the rows costs nothing.
  const cells = Object.entries(cellsOf(kind, values)).filter(([name, cell]) => !isSameCell(current[name] ?? null, cell))
  if (cells.length === 0) return { kind: 'keep', row: current, status: 200 }
  return { kind: 'write', row: { ...current, ...Object.fromEntries(cells) }, status: 200 }
}

/** The fields of a record, without what the server adds. */
export function fieldsOf(kind: RecordKind, record: RecordValue): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(kind.fields.shape, name)))
}

/** Every field in its final form: null and absent become the default. Names every field that is not valid. */
function complete<K extends RecordKind>(kind: K, given: RecordValue): FieldsOf<K> | Problem {
  const errors = new FieldErrors()
  const fields = collect(kind.fields, withDefaults(kind, given, Object.keys(kind.fields.shape)), errors, kind.noun)
  return fields === undefined ? invalid(errors) : (fields as FieldsOf<K>)
}

/** The values of some fields: of one that is null or absent its default, when it has one. Others than those stay. */
export function withDefaults(kind: RecordKind, given: RecordValue, names: readonly string[]): RecordValue {
  const said = Object.entries(given).filter(([, value]) => value !== null && value !== undefined)
  const defaults = Object.entries(kind.defaults).filter(([name]) => names.includes(name))
  return Object.fromEntries([...defaults, ...said])
}

function requireLive<K extends RecordKind>(asking: Asking<K>, current: RowOf<K> | undefined): Problem | undefined {
  if (!current || current.deleted) return notFound(asking.kind)
  return staleVersion(asking, current)
}

/** Why the condition does not hold, with the record as it is; `undefined` when it holds. */
export function staleVersion<K extends RecordKind>(
  { kind, user_id, condition = {} }: Asking<K>,
  current: RowOf<K> | undefined,
): Problem | undefined {
  const fault = conditionFault(condition, kind.noun, current?.version)
  if (fault === undefined) return undefined
  if (current === undefined) return new Problem('stale-version', fault)
  return new Problem('stale-version', fault, {
    members: { [kind.noun]: presentRecord(kind, user_id, current) },
    headers: { ETag: `"${current.version}"` },
  })
}

/** @param from `undefined` for a new record */
function illegalTransition(kind: RecordKind, from: string | undefined, to: string): Problem {
  const allowed = (from === undefined ? kind.initial_statuses : kind.transitions[from]) ?? []
  const refusal =
    from === undefined ? `A new ${kind.noun} cannot be ${to}` : `The ${kind.noun} is ${from} and cannot become ${to}`
  const maker = kind.set_by_server?.[to]
  const reason = maker === undefined ? '' : `, which only ${maker} does`
  const ways =
    allowed.length === 0
      ? `no request changes its status from ${from}`
      : `${from === undefined ? 'it' : `from ${from} it`} can become ${allowed.join(' or ')}`
  return new Problem('illegal-transition', `${refusal}${reason}; ${ways}.`, {
    members: { status_now: from ?? null, status_wanted: to, allowed },
  })
}

function notOurId({ noun, id_column, id_prefix }: RecordKind): Problem {
  return new Problem('invalid-input', `${id_column} cannot be the id of a new ${noun}.`, {
    errors: [{ path: id_column, message: `must look like ${id_prefix}_01h455vb4pex5vsknk084sn02q` }],
  })
}

function deletedConflict({ noun }: RecordKind): Problem {
  return new Problem('conflict', `The ${noun} with this id was deleted. Restore it to use it again.`, {
    members: { deleted: true },
  })
}

function refuse(problem: Problem): Refusal {
  return { kind: 'refuse', problem }
}
