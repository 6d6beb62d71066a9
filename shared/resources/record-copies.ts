import { Problem } from '../base/problem.ts'
import type { Call } from '../http/call.ts'
import { copiedFields, isCopyOf } from '../records/copied-fields.ts'
import { copyName } from '../records/copies.ts'
import { decideSave, staleVersion, type Decision, type Sent } from '../records/decisions.ts'
import type { ColumnOf, RecordKind, RowOf } from '../records/record-kind.ts'
import { recordOf } from '../records/record-rows.ts'
import { rowBytes } from '../table/object/row-bytes.ts'
import type { Table } from '../table/table.ts'
import type { Changed, RecordService } from './record-service.ts'

/** What a request for a copy says of it. */
export interface WantedCopy {
  /** Without one the first that is free: "… (copy)", "… (copy 2)". */
  readonly name?: string | null | undefined
  readonly id?: string | undefined
}

/**
 * Copies of records: an ordinary creation with the fields of another record.
 *
 * Cost: one conditional GET for the source, what a list costs to find a free name, and the PUT of a creation.
 */
export class RecordCopies<K extends RecordKind> {
  readonly #kind: K
  readonly #service: RecordService<K>
  readonly #table: Table<RowOf<K>>

  constructor(kind: K, service: RecordService<K>, table: Table<RowOf<K>>) {
    this.#kind = kind
    this.#service = service
    this.#table = table
  }

  /** Copies the record, if it is there and meets the conditions of the request; these say nothing of the copy. */
  async duplicate(call: Call, source_id: string, { name, id }: WantedCopy): Promise<Changed<K>> {
    const { user_id } = call.caller
    const source = await this.#source(call, source_id)
    const fields = source instanceof Problem ? source : await this.#fieldsOf(user_id, source, name)
    // Decided with the creation, because a keyed request that was carried out before is answered as it was then.
    return await this.#service.save(
      call,
      id,
      (_, new_id, created_at, current): Decision<K> => {
        if (source instanceof Problem || fields instanceof Problem)
          return { kind: 'refuse', problem: source as Problem }
        if (current && !current.deleted) return this.#existing(current, source)
        return decideSave({ kind: this.#kind, user_id }, new_id, created_at, current, fields)
      },
      source instanceof Problem ? 0 : rowBytes(source),
    )
  }

  /** The record to copy, or why it cannot be. */
  async #source(call: Call, id: string): Promise<RowOf<K> | Problem> {
    try {
      const row = await this.#service.live(call, id)
      return staleVersion({ kind: this.#kind, user_id: call.caller.user_id, condition: call.condition }, row) ?? row
    } catch (error) {
      if (error instanceof Problem && error.kind === 'not-found') return error
      throw error
    }
  }

  async #fieldsOf(user_id: string, source: RowOf<K>, name: string | null | undefined): Promise<Sent<K>> {
    const record = recordOf(this.#kind, source)
    const own_name = String(record['name'])
    return copiedFields(this.#kind, record, name ?? copyName(own_name, await this.#names(user_id))) as Sent<K>
  }

  /** Names of all live records of the user. */
  #names(user_id: string): Promise<ReadonlySet<string>> {
    return this.#table.fold(user_id, {
      columns: ['deleted', NAME] as ColumnOf<K>[],
      start: () => new Set<string>(),
      add: (names, cell) => {
        if (!cell('deleted')) names.add(String(cell(NAME as ColumnOf<K>)))
      },
    })
  }

  /** A client that chose the id and repeats its request meets its copy. */
  #existing(current: RowOf<K>, source: RowOf<K>): Decision<K> {
    const { noun, id_column } = this.#kind
    if (isCopyOf(this.#kind, recordOf(this.#kind, current), source[id_column])) {
      return { kind: 'keep', row: current, status: 200 }
    }
    return { kind: 'refuse', problem: new Problem('conflict', `There is another ${noun} with this id.`) }
  }
}

const NAME = 'name'
