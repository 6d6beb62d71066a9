import { isObject } from '../../base/is-object.ts'
import { DAY_MS } from '../../base/durations.ts'
import { Problem } from '../../base/problem.ts'
import { creationOf, type NewChange, patchOf, type RecordEdit } from './edits.ts'
import type { JsonRecord, OutboxEntry, RecordNoun, RowEntry, ServerRow } from './entries.ts'
import { localKind } from './kinds.ts'
import { isFree, recordWith } from './overlay.ts'

/**
 * A service that was put back has lost what was done after that moment. What this device had of it is offered to the user:
 * as a change that waits aside with the service's record beside it, and that is neither sent nor dropped until the user
 * says whose is right. Pure.
 */
export type Offer = Omit<OutboxEntry, 'seq' | 'mutation_id' | 'done'> & Required<Pick<OutboxEntry, 'aside'>>

const PUT_BACK = 'put-back'
/** So long the service knows what was deleted: what it lacks later may be deleted for good, and nobody is offered it. */
const OFFERED_MS = 90 * DAY_MS
const REASON = 'The service was put back to before this. Keep yours, or take what is there.'

export interface PutBack {
  /** What was done after this moment is lost; ISO 8601. */
  readonly to: string
  /** When the device heard of it; ISO 8601. */
  readonly noticed_at: string
  readonly user_id: string | null
}

/** A record before the service was put back, as this device had it, and after that. */
export interface RecordPair {
  readonly noun: RecordNoun
  readonly id: string
  readonly before: RowEntry | undefined
  /** Changes that the service had made, which that row does not show. */
  readonly made: readonly OutboxEntry[]
  readonly now: RowEntry | undefined
}

/** What the user is offered of a record; undefined when the service has lost nothing of it that a user could set. */
export function offerOf(pair: RecordPair, { to, noticed_at, user_id }: PutBack): Offer | undefined {
  if (Date.parse(noticed_at) - Date.parse(to) > OFFERED_MS && Date.parse(to) > 0) return undefined
  const { noun, id, before, made, now } = pair
  const mine = recordWith(before, made, user_id)
  const updated_at = mine?.['updated_at']
  const made_at = typeof updated_at === 'string' ? updated_at : noticed_at
  const is_lost = made.length > 0 || mine?.deleted === true || Date.parse(made_at) > Date.parse(to)
  if (!mine || !is_lost) return undefined
  const server = now && !now.deleted ? (JSON.parse(now.text) as ServerRow) : null
  const change = changeTo(noun, mine, server)
  if (!change) return undefined
  const fields = change.change.op === 'patch' ? Object.keys({ ...change.change.set, ...change.change.unset }) : []
  const problem = { code: PUT_BACK, put_back_to: to }
  const aside = { status: 'conflict', fields, server, reason: REASON, problem } as const
  return { kind: noun, id, ...change, made_at, aside }
}

/** Whether a change is such an offer. */
export function isOffer({ aside }: OutboxEntry): boolean {
  return aside?.problem['code'] === PUT_BACK
}

/** Whether the service has by now what is offered: the user has kept it on another device. */
export function isThere({ kind, change }: OutboxEntry, row: RowEntry): boolean {
  if (row.deleted) return change.op === 'delete'
  if (change.op !== 'create' && change.op !== 'patch') return false
  const record = JSON.parse(row.text) as ServerRow
  const edit = change.op === 'create' ? { set: patchableOf(kind, change.value) } : change
  return attempted(() => patchOf(kind, record, record.version, edit) ?? 'same') === 'same'
}

/** The change that makes the service's record the user's again. */
function changeTo(noun: RecordNoun, mine: ServerRow, server: ServerRow | null): NewChange | undefined {
  if (mine.deleted) {
    return server ? { change: { op: 'delete', base_version: server.version }, refers_to: [] } : undefined
  }
  if (server) {
    const edit = editTo(noun, mine, server)
    const { status: _, ...others } = edit.set
    // A status may be one that only the service gives, or that does not follow on the one that is there.
    const patched = (set: JsonRecord) => attempted(() => patchOf(noun, server, server.version, { ...edit, set }))
    return patched(edit.set) ?? patched(others)
  }
  const { kind, initial_statuses } = localKind(noun)
  const names = Object.keys(kind.fields.shape).filter((name) => mine[name] !== null)
  const value: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, mine[name]]))
  if (!initial_statuses.includes(String(value['status']))) {
    // What was handed over once is not handed over again.
    if (noun === 'distribution') return undefined
    delete value['status']
  }
  return attempted(() => creationOf(noun, value))
}

function editTo(noun: RecordNoun, mine: ServerRow, server: ServerRow): RecordEdit & { readonly set: JsonRecord } {
  const set = patchableOf(noun, mine)
  const unset = Object.entries(set).flatMap(([column, members]) => {
    if (!isFree(column)) return []
    const gone = Object.keys(server[column] ?? {}).filter((name) => !Object.hasOwn(members as object, name))
    return gone.length > 0 ? [[column, gone] as const] : []
  })
  return { set, unset: Object.fromEntries(unset) }
}

/** What a device may set of a record, with the members of free objects. */
function patchableOf(noun: RecordNoun, record: JsonRecord): JsonRecord {
  const { patched } = localKind(noun)
  const columns = patched.filter((name) => Object.hasOwn(record, name))
  return Object.fromEntries(
    columns.map((name) => [name, isFree(name) && !isObject(record[name]) ? {} : record[name]] as const),
  )
}

/** Undefined where the rules for what a user sends do not allow it. */
function attempted<Made>(make: () => Made): Made | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
