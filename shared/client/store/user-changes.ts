import { isoTime } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'
import { creationOf, type NewChange, patchOf, type RecordEdit } from './edits.ts'
import type { JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind } from './kinds.ts'
import type { LocalData } from './local-data.ts'
import type { LocalStore } from './local-store.ts'
import { newMutationId } from './mutation-id.ts'
import { baseVersionOf } from './outbox.ts'
import type { ShownRecord } from './overlay.ts'

/** How a change ended: kept on this device, or why it was not. */
export type ChangeOutcome =
  | { readonly ok: true; readonly id: string; readonly seq: number | null }
  | { readonly ok: false; readonly problem: Problem | StorageError }

export interface UserChangesOptions {
  readonly store: LocalStore
  readonly ports: Pick<ClientPorts, 'clock' | 'random'>
  /** The time of the server as far as it is known, in milliseconds: new ids carry it. */
  readonly serverNowMs: () => number
}

/** What a user does to records, kept on this device at the end of the outbox. */
export class UserChanges {
  readonly #store: LocalStore
  readonly #ports: UserChangesOptions['ports']
  readonly #serverNowMs: () => number

  constructor({ store, ports, serverNowMs }: UserChangesOptions) {
    this.#store = store
    this.#ports = ports
    this.#serverNowMs = serverNowMs
  }

  /** Makes a record. @param id of a draft that was shown under it already */
  async create(noun: RecordNoun, value: JsonRecord, id = this.newId(noun)): Promise<ChangeOutcome> {
    return await this.#append(noun, id, () => {
      if (this.#data.shown(noun, id)) throw new Problem('conflict', 'There is a record with this id already.')
      const made = creationOf(noun, value)
      this.#requireReferences(noun, made)
      return made
    })
  }

  /** Makes a record of an earlier local store, unless that was done before. @param from that store, and its key there */
  async takeIn(
    from: readonly [source: string, key: string],
    noun: RecordNoun,
    value: JsonRecord,
  ): Promise<ChangeOutcome> {
    const id = this.newId(noun)
    return await this.#append(noun, id, () => creationOf(noun, value), from)
  }

  async change(noun: RecordNoun, id: string, edit: RecordEdit): Promise<ChangeOutcome> {
    return await this.#append(noun, id, () => {
      const { record } = this.#live(noun, id)
      return patchOf(noun, record, this.#baseVersion(noun, id), edit)
    })
  }

  async delete(noun: RecordNoun, id: string): Promise<ChangeOutcome> {
    return await this.#append(noun, id, () => {
      this.#live(noun, id)
      return { change: { op: 'delete', base_version: this.#baseVersion(noun, id) }, refers_to: [] }
    })
  }

  /** Undoes a deletion. */
  async restore(noun: RecordNoun, id: string): Promise<ChangeOutcome> {
    return await this.#append(noun, id, () => {
      const shown = this.#data.shown(noun, id)
      if (!shown) throw new Problem('not-found', 'There is no such record on this device.')
      if (!shown.record.deleted) return undefined
      return { change: { op: 'restore', base_version: this.#baseVersion(noun, id) }, refers_to: [] }
    })
  }

  newId(noun: RecordNoun): string {
    return newId(localKind(noun).kind.id_prefix, Math.floor(this.#serverNowMs()), this.#ports.random)
  }

  /** Gives a change that was set aside another try, as it is. */
  async retry(seq: number): Promise<ChangeOutcome> {
    return await this.#replace(seq, (entry) => entry.change)
  }

  /** Settles a conflict: the user's values once more, over the server's; or the server's, and the change is dropped. */
  async resolve(seq: number, whose: 'mine' | 'theirs'): Promise<ChangeOutcome> {
    if (whose === 'theirs') return await this.discard(seq)
    return await this.#replace(seq, ({ kind, id, change, aside }) => {
      const row = aside?.server ?? this.#data.row(kind, id)?.row
      if (change.op === 'create' || !row) return change
      if (change.op !== 'patch') return { ...change, base_version: row.version }
      // What the server has now is what the user has seen beside the own values.
      const base = Object.fromEntries(Object.keys(change.base).map((column) => [column, row[column] ?? null]))
      return { ...change, base_version: row.version, base }
    })
  }

  /** Drops a change that was set aside. */
  async discard(seq: number): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      const entry = this.#data.entry(seq)
      if (!entry?.aside) throw new Problem('not-found', 'There is no such change any more.')
      await this.#store.write(['outbox'], (changes) => Promise.resolve(changes.deleteEntry(seq)))
      return { ok: true, id: entry.id, seq: null }
    })
  }

  #live(noun: RecordNoun, id: string): ShownRecord {
    const shown = this.#data.shown(noun, id)
    if (!shown || shown.record.deleted) throw new Problem('not-found', 'There is no such record on this device.')
    return shown
  }

  #baseVersion(noun: RecordNoun, id: string): number {
    return baseVersionOf(this.#data.row(noun, id)?.row.version ?? 0, this.#data.entriesOf(noun, id))
  }

  #requireReferences(noun: RecordNoun, { refers_to }: NewChange): void {
    const references = Object.entries(localKind(noun).references)
    for (const [at, [column, other]] of references.entries()) {
      const shown = this.#data.shown(other, refers_to[at]!)
      const status = shown?.record['status']
      const is_usable = shown && !shown.record.deleted && status !== 'archived' && status !== 'disconnected'
      if (is_usable) continue
      throw new Problem(
        'unresolvable-reference',
        `This ${other} cannot be used: it is gone, archived or disconnected.`,
        {
          errors: [{ path: column, message: `is not the id of a usable ${other}` }],
        },
      )
    }
  }

  /** Keeps a change of a record, at the end of the outbox. */
  async #append(
    noun: RecordNoun,
    id: string,
    made: () => NewChange | undefined,
    from?: readonly [source: string, key: string],
  ): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      if (this.#store.plan) throw new Problem('conflict', 'These records are moving into an account; open that one.')
      const change = made()
      if (!change) return { ok: true, id, seq: null }
      const seq = await this.#store.write(from ? ['outbox', 'imports'] : ['outbox'], async (changes) => {
        if (from && !(await changes.takesIn(from))) return null
        return await changes.append({
          kind: noun,
          id,
          ...change,
          mutation_id: newMutationId(this.#ports),
          made_at: this.#now(),
        })
      })
      return { ok: true, id, seq }
    })
  }

  /** Puts a change that was set aside at the end of the outbox, as a new one. */
  async #replace(seq: number, changed: (entry: OutboxEntry) => OutboxEntry['change']): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      const entry = this.#data.entry(seq)
      if (!entry?.aside) throw new Problem('not-found', 'There is no such change any more.')
      const { kind, id, refers_to } = entry
      const change = changed(entry)
      const new_seq = await this.#store.write(['outbox'], async (changes) => {
        changes.deleteEntry(seq)
        return await changes.append({
          kind,
          id,
          refers_to,
          change,
          mutation_id: newMutationId(this.#ports),
          made_at: this.#now(),
        })
      })
      return { ok: true, id, seq: new_seq }
    })
  }

  async #attempt(work: () => Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof Problem || error instanceof StorageError) return { ok: false, problem: error }
      throw error
    }
  }

  #now(): string {
    return isoTime(this.#ports.clock.nowMs())
  }

  get #data(): LocalData {
    return this.#store.data
  }
}
