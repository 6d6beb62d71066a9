import { Problem, type FieldError } from '../base/problem.ts'
import type { Answer, Call } from '../http/call.ts'
import { versionTag } from '../http/request/conditions.ts'
import { capital, versionOf } from '../contract/versions.ts'
import { badCursor } from '../records/cursor.ts'
import { decideForget, decideReplace, fieldsOf, presentRecord, type Asking } from '../records/decisions.ts'
import type { RecordKind, RowOf } from '../records/record-kind.ts'
import { recordOf } from '../records/record-rows.ts'
import type { RecordValue } from '../records/rows.ts'
import { chainOf, type HistoryEntry } from '../table/object/row-history.ts'
import type { RecordService } from './record-service.ts'

interface ListQuery {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** The past of the records of one kind: reading it costs what reading the record does. */
export class RecordVersions<K extends RecordKind> {
  readonly #kind: K
  readonly #service: RecordService<K>

  constructor(kind: K, service: RecordService<K>) {
    this.#kind = kind
    this.#service = service
  }

  /** One page of the changes, newest first. */
  async list(call: Call, id: string, { limit = PAGE_VERSIONS, cursor }: ListQuery): Promise<Answer> {
    const { entries, kept_since_version, gap } = chainOf(await this.#service.live(call, id))
    const before = cursor === undefined ? Infinity : decodeCursor(cursor)
    const from = entries.findIndex(({ version }) => version < before)
    const page = from < 0 ? [] : entries.slice(from, from + limit)
    const is_more = from >= 0 && entries.length > from + limit
    const next_cursor = is_more ? encodeCursor(page.at(-1)!.version) : null
    const versions = page.map(shownEntry)
    return { status: 200, body: { versions, count: versions.length, kept_since_version, gap, next_cursor } }
  }

  /** The record as it was, and whether it can be so again. */
  async read(call: Call, id: string, version: string): Promise<Answer> {
    const row = await this.#service.live(call, id)
    const past = this.#at(row, version)
    const obstacles = this.#obstacles({ kind: this.#kind, user_id: call.caller.user_id }, row, past)
    return {
      status: 200,
      headers: { ETag: versionTag(past.version) },
      body: {
        [this.#kind.noun]: this.#shown(call.caller.user_id, row, past),
        restorable: obstacles.length === 0,
        obstacles,
      },
    }
  }

  /** An ordinary change to the values of a version: its machine and its limits hold as ever. */
  async restore(call: Call, id: string, version: string): Promise<Answer> {
    const restored = await this.#service.change(call, id, (asking, current) =>
      decideReplace(asking, current, (row) => this.#wanted(row, this.#at(row, version))),
    )
    const message = `${capital(this.#kind.noun)} restored to version ${version}; it is version ${restored.row.version} now`
    return this.#service.answer(call, restored, { message })
  }

  /** Takes the past of the record out of its row. Generations that the bucket keeps still have it until they expire. */
  async forget(call: Call, id: string): Promise<Answer> {
    await this.#service.change(call, id, decideForget)
    return { status: 204 }
  }

  /** @throws Problem `not-found` for a version that is not kept */
  #at(row: RowOf<K>, text: string): Past {
    const version = versionOf(text)
    const { entries, kept_since_version } = chainOf(row)
    const own = entries.find((entry) => entry.version === version)
    const is_oldest = version === kept_since_version
    if (version === undefined || (!own && !is_oldest && version !== row.version)) {
      throw new Problem('not-found', `Version ${text.slice(0, 20)} of this ${this.#kind.noun} is not kept.`, {
        members: { kept_since_version },
      })
    }
    const newer = entries.filter((entry) => entry.version > version)
    const before = Object.assign({}, ...newer.map((entry) => entry.before)) as Readonly<Record<string, unknown>>
    const lost = newer.flatMap(({ omitted = [] }) => omitted).filter((name) => !isKeptLater(newer, name))
    const { deleted, ...record }: Record<string, unknown> = { ...recordOf(this.#kind, row), ...before }
    const fields = fieldsOf(this.#kind, record)
    for (const name of lost) delete fields[name]
    return { version, own, fields, lost: [...new Set(lost)], deleted: deleted === true }
  }

  #shown(user_id: string, row: RowOf<K>, { version, own, fields, deleted }: Past): Record<string, unknown> {
    const { [this.#kind.id_column]: id, created_at, ...now } = presentRecord(this.#kind, user_id, row)
    const is_now = version === row.version
    return {
      [this.#kind.id_column]: id,
      user_id,
      created_at,
      updated_at: own?.at ?? (is_now ? now['updated_at'] : null),
      version,
      deleted,
      client_id: own ? own.client_id : is_now ? now['client_id'] : null,
      updated_by: own ? own.by : is_now ? now['updated_by'] : null,
      ...fields,
    }
  }

  #obstacles(asking: Asking<K>, row: RowOf<K>, past: Past): FieldError[] {
    const decision = decideReplace(asking, row, () => this.#wanted(row, past))
    if (decision.kind !== 'refuse') return []
    const { errors, message } = decision.problem
    return errors && errors.length > 0 ? [...errors] : [{ path: 'status', message }]
  }

  /** The fields of a version for the record as it is now, or why it cannot have them. */
  #wanted(row: RowOf<K>, { version, fields, lost, deleted }: Past): RecordValue | Problem {
    const errors = [
      ...(deleted ? [{ path: 'deleted', message: 'the record was deleted then; delete it instead' }] : []),
      ...lost.map((path) => ({ path, message: 'was too large then to be kept' })),
    ]
    if (errors.length > 0) return new Problem('conflict', `Version ${version} cannot be restored.`, { errors })
    const now: RecordValue = recordOf(this.#kind, row)
    return { ...fields, ...Object.fromEntries(this.#kind.progress_fields.map((name) => [name, now[name]])) }
  }
}

/** A record as it was, as far as it is known. */
interface Past {
  readonly version: number
  /** The entry of the change that made this version; none for the oldest that is kept. */
  readonly own: HistoryEntry | undefined
  readonly fields: Readonly<Record<string, unknown>>
  /** Fields whose values then are not known. */
  readonly lost: readonly string[]
  readonly deleted: boolean
}

const PAGE_VERSIONS = 50

/** Whether an older one of the entries tells the value that a newer one left out. */
function isKeptLater(newer: readonly HistoryEntry[], name: string): boolean {
  const oldest = newer.findLast(({ before, omitted = [] }) => Object.hasOwn(before, name) || omitted.includes(name))
  return oldest !== undefined && Object.hasOwn(oldest.before, name)
}

function shownEntry({ version, at, since, by, via, client_id, before, omitted = [] }: HistoryEntry) {
  const changed = [...Object.keys(before), ...omitted]
  return { version, at, ...(since !== undefined && { since }), by, via, client_id, changed }
}

function encodeCursor(version: number): string {
  return Buffer.from(`v${version}`).toString('base64url')
}

function decodeCursor(text: string): number {
  const version = versionOf(/^v(.*)$/.exec(Buffer.from(text, 'base64url').toString('utf8'))?.[1] ?? '')
  if (version === undefined) throw badCursor()
  return version
}
