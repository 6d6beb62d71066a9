import { Problem } from '#shared/base/problem.ts'
import {
  decideDelete,
  decideFields,
  decideRestore,
  decideSave,
  fieldsOf,
  type Decision,
  withDefaults,
} from '#shared/records/decisions.ts'
import { decideCreation } from '#shared/records/distribution-decisions.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { createdAt, untimely } from '#shared/records/record-id.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { fromRow, type Cells, type RecordValue } from '#shared/records/rows.ts'
import type { PushDecision, PushMoment } from '#shared/table/commit/mutation.ts'
import { verdictOn } from '#shared/table/commit/push-verdict.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { type Edit, editedColumns, fieldName, isSameValue, valueIn } from './edits.ts'
import type { Operation } from './read-change.ts'
import { withCanonicalReferences } from './references.ts'
import { ChangesOfOthers } from './since.ts'
import type { Sources } from './sources.ts'

/** What becomes of one pushed change of a record, as a pure decision over the record as it stands. */

type Row = StoredRow<Cells>

/** Who pushes what. */
export interface PushAsking {
  readonly kind: RecordKind
  readonly user_id: string
  readonly client_id: string
  readonly id: string
  readonly operation: Operation
  /** What new distributions hand over. */
  readonly sources: Sources
}

export function decidePushed(
  asking: PushAsking,
  row: Row | undefined,
  { now_ms, is_purged }: Pick<PushMoment, 'now_ms' | 'is_purged'>,
): PushDecision<Cells> {
  const { operation } = asking
  switch (operation.op) {
    case 'create':
      // A purged record counts as deleted, whatever else is wrong with the new one.
      if (row ? row.deleted : is_purged) return conflict(asking, ['deleted'])
      return row ? compareCreation(asking, row, operation.value) : create(asking, operation.value, now_ms)
    case 'patch':
      return !row || row.deleted ? conflict(asking, ['deleted']) : patch(asking, row, operation, now_ms)
    case 'delete':
      return !row || row.deleted ? UNCHANGED : replace(asking, row, operation.base_version, decideDelete)
    case 'restore':
      if (!row) return conflict(asking, ['deleted'])
      return row.deleted ? replace(asking, row, operation.base_version, decideRestore) : UNCHANGED
  }
}

/** A record that is there already was made by this change, when a device forgot so; or it is another one. */
function compareCreation(asking: PushAsking, row: Row, value: RecordValue): PushDecision<Cells> {
  const { kind } = asking
  const record = withCanonicalReferences(kind, fromRow(kind.columns, row))
  const names = Object.keys(kind.fields.shape).filter((name) => !kind.progress_fields.includes(name))
  const wanted = withDefaults(kind, fieldsOf(kind, value), names)
  const other = names.filter((name) => !isSameValue(kind, name, wanted[name] ?? null, record[name]))
  return other.length > 0 ? conflict(asking, other) : { kind: 'leave', verdict: { status: 'duplicate', fields: [] } }
}

function create(asking: PushAsking, value: RecordValue, now_ms: number): PushDecision<Cells> {
  const { kind, user_id, id, sources } = asking
  const problem = untimely(kind, id, now_ms)
  if (problem) return refused(problem)
  const created_at = createdAt(kind, id)
  const { [kind.id_column]: _, ...sent } = value
  if (kind.name !== DISTRIBUTIONS.name) return made(decideSave({ kind, user_id }, id, created_at, undefined, sent))
  const own = { kind: DISTRIBUTIONS, user_id }
  const source = sources.of(value)
  return made(decideCreation({ asking: own, id, created_at, current: undefined, sent, source, now_ms }))
}

/** Each field stands by itself: whoever changed another one of the record meanwhile is no obstacle. */
function patch(
  asking: PushAsking,
  row: Row,
  { base_version, edits }: { readonly base_version: number; readonly edits: readonly Edit[] },
  now_ms: number,
): PushDecision<Cells> {
  const { kind, client_id } = asking
  const touched = new Set(edits.map(({ column }) => column))
  const record = fromRow(
    kind.columns.filter(({ name }) => touched.has(name)),
    row,
  )
  const open = edits.filter((edit) => !isSameValue(kind, edit.column, valueIn(record, edit), edit.wanted))
  if (open.length === 0) return UNCHANGED
  const others = ChangesOfOthers.since(row, base_version, client_id)
  const in_conflict = open.filter(
    (edit) => !isSameValue(kind, edit.column, valueIn(record, edit), edit.base) || others.has(edit, record),
  )
  if (in_conflict.length > 0) return conflict(asking, in_conflict.map(fieldName))
  return changed(row, base_version, setColumns(asking, row, editedColumns(record, open), now_ms))
}

function setColumns({ kind, user_id, id }: PushAsking, row: Row, columns: RecordValue, now_ms: number): Decision {
  if (kind.name !== DISTRIBUTIONS.name) return decideFields({ kind, user_id }, row, columns)
  const asking = { kind: DISTRIBUTIONS, user_id }
  // Rows of the table of distributions are distributions.
  const current = row as DistributionRow
  return decideCreation({ asking, id, created_at: undefined, current, sent: columns, source: undefined, now_ms })
}

/** A deletion or its undoing: only of the record as the device knows it. */
function replace(
  asking: PushAsking,
  row: Row,
  base_version: number,
  decide: (asking: { kind: RecordKind; user_id: string }, row: Row) => Decision,
): PushDecision<Cells> {
  const others = ChangesOfOthers.since(row, base_version, asking.client_id)
  if (!others.is_whole || others.columns.length > 0) return conflict(asking, others.is_whole ? others.columns : [])
  return changed(row, base_version, decide(asking, row))
}

const UNCHANGED: PushDecision<Cells> = { kind: 'leave', verdict: { status: 'applied', fields: [] } }

function made(decision: Decision): PushDecision<Cells> {
  return stored(decision, 'applied')
}

function changed(row: Row, base_version: number, decision: Decision): PushDecision<Cells> {
  return stored(decision, row.version === base_version ? 'applied' : 'merged')
}

function stored(decision: Decision, status: 'applied' | 'merged'): PushDecision<Cells> {
  switch (decision.kind) {
    case 'refuse':
      return refused(decision.problem)
    case 'keep':
      return UNCHANGED
    case 'write':
      return { kind: 'write', row: decision.row, verdict: { status, fields: [] } }
  }
}

export function refused(problem: Problem): PushDecision<Cells> {
  return { kind: 'leave', verdict: verdictOn(problem), problem }
}

/** @param fields none, where it is not known which */
function conflict({ kind }: PushAsking, fields: readonly string[]): PushDecision<Cells> {
  return { kind: 'leave', verdict: { status: 'conflict', fields }, problem: conflictProblem(kind, fields) }
}

export function conflictProblem({ noun }: RecordKind, fields: readonly string[]): Problem {
  const is_deleted = fields.includes('deleted')
  const what = fields.length === 0 ? '' : `: ${fields.slice(0, FIELDS_NAMED).join(', ')}`
  return new Problem(
    'conflict',
    is_deleted ? `The ${noun} was deleted or restored elsewhere.` : `The ${noun} was changed elsewhere${what}.`,
    is_deleted ? { members: { deleted: true } } : {},
  )
}

const FIELDS_NAMED = 10
