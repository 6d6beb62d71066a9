import { isoTime } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'
import { creationOf, type NewChange, patchOf, patchOver, type RecordEdit } from './edits.ts'
import type { Change, JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind } from './kinds.ts'
import type { LocalData } from './local-data.ts'
import type { LocalStore } from './local-store.ts'
import { newMutationId } from './mutation-id.ts'
import { baseVersionOf } from './outbox.ts'
import type { ShownRecord } from './overlay.ts'
import { withReserve } from './reserve.ts'
import { corrected, insisted } from './settle.ts'
import type { ImportKey, StoreChanges, WrittenStore } from './store-changes.ts'
import { drop, takeUp } from './take-up.ts'

/** How a change ended: kept on this device, or why it was not. */
export type ChangeOutcome =
  | { readonly ok: true; readonly id: string; readonly seq: number | null }
  | { readonly ok: false; readonly problem: Problem | StorageError }

const MOVING = 'This record is moving into the account. Change it when it is there.'
const NOT_HERE = 'There is no such record on this device.'

export interface ChangedAccount {
  readonly store: LocalStore
  /** Whether a guest's changes of a record are still on their way into this account. */
  isMoving(noun: RecordNoun, id: string): boolean
}

export interface UserChangesOptions {
  readonly account: ChangedAccount
  readonly ports: Pick<ClientPorts, 'clock' | 'random'>
  /** The time of the server as far as it is known, in milliseconds: new ids carry it. */
  readonly serverNowMs: () => number
}

/** What a user does to records, kept on this device at the end of the outbox. */
export class UserChanges {
  readonly #account: ChangedAccount
  readonly #ports: UserChangesOptions['ports']
  readonly #serverNowMs: () => number

  constructor({ account, ports, serverNowMs }: UserChangesOptions) {
    this.#account = account
    this.#ports = ports
    this.#serverNowMs = serverNowMs
  }

  /** Makes a record. @param id of a draft that was shown under it already */
  async create(noun: RecordNoun, value: JsonRecord, id = this.newId(noun)): Promise<ChangeOutcome> {
    return await this.#append(noun, id, () => {
      const is_known = this.#data.shown(noun, id) !== undefined || this.#data.entriesOf(noun, id).length > 0
      if (is_known) throw new Problem('conflict', 'There is a record with this id already.')
      const made = creationOf(noun, value)
      this.#requireReferences(noun, made)
      return made
    })
  }

  /**
   * Makes a record of an earlier local store, unless that was done before. Where it refers to others by their keys there,
   * they have to come first.
   */
  async takeIn([source, noun, key]: ImportKey, value: JsonRecord): Promise<ChangeOutcome> {
    const id = this.newId(noun)
    return await this.#attempt(async () => {
      const made = creationOf(noun, { ...value, ...(await this.#referencesOf(source, noun, value)) })
      return await this.#write(['outbox', 'imports'], async (changes) => {
        const known = await changes.takeIn([source, noun, key], id)
        if (known !== undefined) return { ok: true, id: known, seq: null }
        return { ok: true, id, seq: await this.#put(changes, noun, id, made) }
      })
    })
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
      const { record } = this.#shown(noun, id)
      if (!record.deleted) return undefined
      return { change: { op: 'restore', base_version: this.#baseVersion(noun, id) }, refers_to: [] }
    })
  }

  /** Takes up a change of a file that was not sent: as it was made, so that the server judges it by what its user had seen. */
  async takeAgain({ kind, id, change, refers_to, mutation_id, made_at }: OutboxEntry): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      this.#shown(kind, id)
      const seq = await this.#write(['outbox'], async (changes) => {
        const is_known = (await changes.entries()).some((entry) => entry.mutation_id === mutation_id)
        return is_known ? null : await changes.append({ kind, id, change, refers_to, mutation_id, made_at })
      })
      return { ok: true, id, seq }
    })
  }

  newId(noun: RecordNoun): string {
    return newId(localKind(noun).kind.id_prefix, Math.floor(this.#serverNowMs()), this.#ports.random)
  }

  /** Gives a change that was set aside another try, as it is. */
  async retry(seq: number): Promise<ChangeOutcome> {
    return await this.#takeUp(seq, ({ change }) => [change])
  }

  /** Gives a change that was set aside another try, with other values. */
  async correct(seq: number, edit: RecordEdit): Promise<ChangeOutcome> {
    return await this.#takeUp(seq, (entry) => corrected(entry, this.#data, edit))
  }

  /** Settles a conflict: the user's values once more, over the server's; or the server's, and the change is dropped. */
  async resolve(seq: number, whose: 'mine' | 'theirs'): Promise<ChangeOutcome> {
    if (whose === 'theirs') return await this.discard(seq)
    return await this.#takeUp(seq, (entry) => insisted(entry, this.#data))
  }

  /** Drops a change that was set aside. */
  async discard(seq: number): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      const { kind, id } = this.#aside(seq)
      const is_known_there = this.#data.row(kind, id) !== undefined
      await this.#write(['outbox'], async (changes) => await drop(changes, seq, is_known_there))
      return { ok: true, id, seq: null }
    })
  }

  #aside(seq: number): OutboxEntry {
    const entry = this.#data.entry(seq)
    if (!entry?.aside) throw new Problem('not-found', 'There is no such change any more.')
    return entry
  }

  #live(noun: RecordNoun, id: string): ShownRecord {
    const shown = this.#shown(noun, id)
    if (shown.record.deleted) throw new Problem('not-found', NOT_HERE)
    return shown
  }

  /** A change over what a guest's changes are about to replace would be in conflict with them. */
  #shown(noun: RecordNoun, id: string): ShownRecord {
    if (this.#account.isMoving(noun, id)) {
      throw new Problem('conflict', MOVING)
    }
    const shown = this.#data.shown(noun, id)
    if (!shown) throw new Problem('not-found', NOT_HERE)
    return shown
  }

  #baseVersion(noun: RecordNoun, id: string): number {
    return baseVersionOf(this.#data.row(noun, id)?.version ?? 0, this.#data.entriesOf(noun, id))
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

  /** The ids here of records that were taken in before, by the columns that name them. */
  async #referencesOf(source: string, noun: RecordNoun, value: JsonRecord): Promise<JsonRecord> {
    const references = Object.entries(localKind(noun).references)
    return await this.#store.read(['imports'], async ({ imports }) => {
      const ids: Record<string, string> = {}
      for (const [column, other] of references) {
        const known = await imports.get([source, other, String(value[column])])
        if (known) ids[column] = known.id
      }
      return ids
    })
  }

  /** Keeps a change of a record, at the end of the outbox. */
  async #append(noun: RecordNoun, id: string, made: () => NewChange | undefined): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      const change = made()
      if (!change) return { ok: true, id, seq: null }
      const { revision } = this.#store
      const seen = new Set(this.#data.entriesOf(noun, id).map(({ mutation_id }) => mutation_id))
      const keep = async (changes: StoreChanges) => {
        const unseen = changes.revision_before === revision ? [] : await othersOf(changes, noun, id, seen)
        return await this.#put(changes, noun, id, { ...change, change: patchOver(change.change, unseen) })
      }
      const write = async () => await this.#write(['outbox'], keep)
      const seq = await (change.change.op === 'delete' ? withReserve(this.#store, write) : write())
      return { ok: true, id, seq }
    })
  }

  async #put(changes: StoreChanges, kind: RecordNoun, id: string, { refers_to, change }: NewChange): Promise<number> {
    return await changes.append({
      kind,
      id,
      refers_to,
      change,
      mutation_id: newMutationId(this.#ports),
      made_at: this.#now(),
    })
  }

  /** Puts a change that was set aside at the end of the outbox, as new ones. */
  async #takeUp(seq: number, madeOf: (entry: OutboxEntry) => readonly Change[]): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      const entry = this.#aside(seq)
      const made = madeOf(entry)
      const taking = { newMutationId: () => newMutationId(this.#ports), made_at: this.#now() }
      const new_seq = await this.#write(['outbox'], async (changes) => await takeUp(changes, seq, made, taking))
      return { ok: true, id: entry.id, seq: new_seq }
    })
  }

  /** A guest's records that move into an account take no more changes, whichever tab has begun to move them. */
  async #write<Result>(
    stores: readonly WrittenStore[],
    work: (changes: StoreChanges) => Promise<Result>,
  ): Promise<Result> {
    return await this.#store.write(stores, async (changes) => {
      if (await changes.storedPlan()) {
        throw new Problem('conflict', MOVING)
      }
      return await work(changes)
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

  get #store(): LocalStore {
    return this.#account.store
  }

  get #data(): LocalData {
    return this.#store.data
  }
}

/** Changes of a record that were kept after a user's change was worked out, and before it was kept itself. */
async function othersOf(
  changes: StoreChanges,
  kind: RecordNoun,
  id: string,
  seen: ReadonlySet<string>,
): Promise<readonly OutboxEntry[]> {
  const entries = await changes.entries()
  return entries.filter((one) => one.kind === kind && one.id === id && !one.aside && !seen.has(one.mutation_id))
}
