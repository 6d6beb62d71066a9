import * as z from 'zod/mini'

import { isObject } from '../../base/is-object.ts'
import { Problem } from '../../base/problem.ts'
import { isSameJson } from '../../base/same-json.ts'
import { FieldErrors } from '../../records/validation/field-errors.ts'
import { collect, invalid } from '../../records/validation/validate.ts'
import type { Change, JsonRecord, OutboxEntry, RecordNoun, ServerRow } from './entries.ts'
import { localKind, type LocalKind } from './kinds.ts'
import { isFree, patchedColumns } from './overlay.ts'
import { addUnsendable } from './sendable-json.ts'

/**
 * What a user does to a record, as the change that is kept and pushed. It is judged by the rules of the server, so that what
 * can be seen to be wrong is told immediately.
 */
export interface RecordEdit {
  /** Fields with their new values; of `metadata` and `settings` the members that change. */
  readonly set?: JsonRecord
  /** Members to take out. */
  readonly unset?: Readonly<Record<string, readonly string[]>>
}

export interface NewChange {
  readonly change: Change
  readonly refers_to: readonly string[]
}

/** @throws Problem `invalid-input` that names every bad field */
export function creationOf(noun: RecordNoun, value: JsonRecord): NewChange {
  const local = localKind(noun)
  const { [local.kind.id_column]: _, ...fields } = value
  const errors = new FieldErrors()
  const read = collect(local.input, fields, errors, noun)
  addUnsendable(fields, [], errors)
  if (read === undefined || errors.count > 0) throw invalid(errors)
  const sent = read as JsonRecord
  requireInitialStatus(local, sent['status'])
  const refers_to = Object.keys(local.references).map((column) => String(sent[column]))
  return { change: { op: 'create', value: sent }, refers_to }
}

/** A test or a platform's report makes the other statuses, never a creation. */
function requireInitialStatus({ kind, initial_statuses: allowed }: LocalKind, status: unknown): void {
  if (typeof status !== 'string' || allowed.includes(status)) return
  throw new Problem('illegal-transition', `A new ${kind.noun} cannot be ${status}.`, {
    members: { status_now: null, status_wanted: status, allowed },
  })
}

/**
 * The change that gives a record other values; undefined when it has them already.
 * @param shown the record as the user sees it
 * @throws Problem `invalid-input` that names every bad field, `illegal-transition`
 */
export function patchOf(
  noun: RecordNoun,
  shown: ServerRow,
  base_version: number,
  { set = {}, unset = {} }: RecordEdit,
): NewChange | undefined {
  const local = localKind(noun)
  const columns = patchedColumns(shown, { set, unset })
  checkColumns(local, shown, columns)
  const changed_set: Record<string, unknown> = {}
  const base: Record<string, unknown> = {}
  for (const [column, wanted] of Object.entries(set)) {
    const now = shown[column] ?? null
    if (!isFree(column)) {
      if (isSameJson(now, wanted)) continue
      changed_set[column] = wanted
      base[column] = now
    } else if (isObject(wanted)) {
      const others = Object.entries(wanted).filter(([name, value]) => !isSameJson(memberOf(now, name), value))
      if (others.length === 0) continue
      changed_set[column] = Object.fromEntries(others)
      base[column] = membersOf(
        now,
        others.map(([name]) => name),
      )
    }
  }
  const changed_unset: Record<string, readonly string[]> = {}
  for (const [column, names] of Object.entries(unset)) {
    const there = names.filter((name) => memberOf(shown[column], name) !== undefined)
    if (there.length === 0) continue
    changed_unset[column] = there
    base[column] = { ...(isObject(base[column]) ? base[column] : {}), ...membersOf(shown[column], there) }
  }
  const has_unset = Object.keys(changed_unset).length > 0
  if (Object.keys(changed_set).length === 0 && !has_unset) return undefined
  return {
    change: { op: 'patch', base_version, set: changed_set, ...(has_unset && { unset: changed_unset }), base },
    refers_to: [],
  }
}

function checkColumns({ kind, patched, statuses }: LocalKind, shown: ServerRow, columns: JsonRecord): void {
  const names = Object.keys(columns)
  const errors = new FieldErrors()
  for (const name of names) if (!patched.includes(name)) errors.add(name, 'cannot be changed')
  const known = names.filter((name) => patched.includes(name))
  const schema = z.pick(kind.fields, Object.fromEntries(known.map((name) => [name, true])))
  const defaults = Object.entries(kind.defaults).filter(([name]) => known.includes(name))
  const said = Object.entries(columns).filter(([name, value]) => known.includes(name) && value !== null)
  collect(schema, Object.fromEntries([...defaults, ...said]), errors, kind.noun)
  addUnsendable(columns, [], errors)
  if (errors.count > 0) throw invalid(errors)
  const { status: to } = columns
  const { status: from } = shown
  if (typeof to !== 'string' || typeof from !== 'string' || to === from) return
  const allowed = (kind.transitions[from] ?? []).filter((status) => statuses?.includes(status) ?? true)
  if (allowed.includes(to)) return
  throw new Problem('illegal-transition', `The ${kind.noun} is ${from} and cannot become ${to}.`, {
    members: { status_now: from, status_wanted: to, allowed },
  })
}

/** A patch that comes after edits which its user had not seen yet, made in another tab: it is based on what they set. */
export function patchOver(change: Change, earlier: readonly OutboxEntry[]): Change {
  if (change.op !== 'patch') return change
  const base: Record<string, unknown> = { ...change.base }
  for (const { change: before } of earlier) {
    if (before.op !== 'patch') continue
    for (const [column, value] of Object.entries(before.set)) {
      if (Object.hasOwn(base, column)) base[column] = valueOver(column, base[column], value)
    }
  }
  return { ...change, base }
}

/** What was there before an edit, when another one has set `value` first; of a free column the members that both touch. */
export function valueOver(column: string, base: unknown, value: unknown): unknown {
  if (!isFree(column)) return value
  if (!isObject(base) || !isObject(value)) return base
  const members = Object.entries(base).map(([name, was]) => [name, memberOf(value, name) ?? was])
  return Object.fromEntries(members)
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function membersOf(value: unknown, names: readonly string[]): JsonRecord {
  const there = names.filter((name) => memberOf(value, name) !== undefined)
  return Object.fromEntries(there.map((name) => [name, memberOf(value, name)]))
}
