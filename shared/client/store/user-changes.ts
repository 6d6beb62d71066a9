import { isoTime } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { ClientPorts } from '../ports.ts'
import { StorageError } from '../storage.ts'
import { creationOf, type NewChange, patchOf, patchOver, type RecordEdit } from './edits.ts'
import type { Change, JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind } from './kinds.ts'
import type { LocalData } from './local-data.ts'
import type { LocalStore } from './local-store.ts'
import { newMutationId } from './mutation-id.ts'
import { baseVersionOf, recordKey } from './outbox.ts'
import type { ShownRecord } from './overlay.ts'
import { withReserve } from './reserve.ts'
import { corrected, insisted } from './settle.ts'
import type { ImportKey, StoreChanges, WrittenStore } from './store-changes.ts'
import { drop, takeUp } from './take-up.ts'

interface KeptChange {
  readonly ok: true
  readonly id: string
  /** Null: the record is so already. */
  readonly seq: number | null
}

interface RefusedChange {
  readonly ok: false
  readonly problem: Problem | StorageError
}

/** How a change ended: kept on this device, or why it was not. */
export type ChangeOutcome = KeptChange | RefusedChange

/** What a user does to a record. A new one may have the id of a draft that was shown under it already. */
export type UserChange = { readonly noun: RecordNoun } & (
  | { readonly op: 'create'; readonly value: JsonRecord; readonly id?: string | undefined }
  | { readonly op: 'change'; readonly id: string; readonly edit: RecordEdit }
  | { readonly op: 'delete' | 'restore'; readonly id: string }
)

type MadeChange = NewChange & Pick<OutboxEntry, 'kind' | 'id'>
type Judged = MadeChange | ChangeOutcome

const MOVING = 'This record is moving into the account. Change it when it is there.'
const NOT_HERE = 'There is no such record on this device.'

export interface ChangedAccount {
  readonly store: LocalStore
  /** The id that a record has now. */
  idNow(id: string): string
  /** Whether a guest's changes of a record are still on their way into this account. */
  isMoving(noun: RecordNoun, id: string): boolean
}

export interface UserChangesOptions {
  readonly account: ChangedAccount
  readonly ports: Pick<ClientPorts, 'clock' | 'random' | 'storage_facts'>
  /** For a new record. */
  readonly newId: (noun: RecordNoun) => string
  /** Why no change can be kept now, if so. */
  readonly refusal: () => Problem | StorageError | undefined
}

/** What a user does to records, kept on this device at the end of the outbox. */
export class UserChanges {
  readonly #account: ChangedAccount
  readonly #ports: UserChangesOptions['ports']
  readonly #newId: UserChangesOptions['newId']
  readonly #refusal: UserChangesOptions['refusal']
  #is_persisted = false

  constructor({ account, ports, newId, refusal }: UserChangesOptions) {
    this.#account = account
    this.#ports = ports
    this.#newId = newId
    this.#refusal = refusal
  }

  /** As `makeAll`, of one change. */
  async make(asked: UserChange): Promise<ChangeOutcome> {
    return (await this.makeAll([asked]))[0]!
  }

  /**
   * Keeps changes of different records in one transaction. Each is judged by itself: one that is refused holds up none of the
   * others. What the storage refuses, it refuses of all.
   * @returns how each ended
   */
  async makeAll(asked: readonly UserChange[]): Promise<readonly ChangeOutcome[]> {
    const { revision } = this.#store
    const seen = this.#data.entries
    const named = new Set<string>()
    const judged = asked.map((one) => this.#judge(one, named))
    if (judged.every((one) => 'ok' in one)) return judged
    const write = async () =>
      await this.#write(['outbox'], async (changes) => {
        const unseen = changes.revision_before === revision ? [] : await othersThan(seen, changes)
        const outcomes: ChangeOutcome[] = []
        for (const one of judged) outcomes.push('ok' in one ? one : await this.#keep(changes, one, unseen))
        return outcomes
      })
    const is_deleting = judged.some((one) => 'change' in one && one.change.op === 'delete')
    try {
      return await (is_deleting ? withReserve(this.#store, write) : write())
    } catch (error) {
      const refused = refusalOf(error)
      return judged.map((one) => ('ok' in one ? one : refused))
    }
  }

  /** @param named the records of the changes before it */
  #judge(asked: UserChange, named: Set<string>): Judged {
    const { noun } = asked
    try {
      this.#requireOpen()
      const id = asked.id === undefined ? this.#newId(noun) : this.#idHere(noun, asked.id)
      const key = recordKey(noun, id)
      if (named.has(key)) throw new Problem('conflict', 'This record is changed twice.')
      named.add(key)
      const made = this.#made(asked, id)
      return made ? { ...made, kind: noun, id } : { ok: true, id, seq: null }
    } catch (error) {
      return refusalOf(error)
    }
  }

  /** As the record has it on this device, whichever way it is spelled. */
  #idHere(noun: RecordNoun, asked_id: string): string {
    const id = this.#account.idNow(asked_id)
    return this.#data.shown(noun, id)?.id ?? id
  }

  /** Undefined where the record is so already. @throws Problem */
  #made(asked: UserChange, id: string): NewChange | undefined {
    const { op, noun } = asked
    if (op === 'create') {
      const is_known = this.#data.shown(noun, id) !== undefined || this.#data.entriesOf(noun, id).length > 0
      if (is_known) throw new Problem('conflict', 'There is a record with this id already.')
      const made = creationOf(noun, asked.value)
      this.#requireReferences(noun, made)
      return made
    }
    const { record } = this.#shown(noun, id)
    if (op === 'restore' && !record.deleted) return undefined
    if (op !== 'restore' && record.deleted) throw new Problem('not-found', NOT_HERE)
    const base_version = baseVersionOf(this.#data.row(noun, id)?.version ?? 0, this.#data.entriesOf(noun, id))
    return op === 'change'
      ? patchOf(noun, record, base_version, asked.edit)
      : { change: { op, base_version }, refers_to: [] }
  }

  /**
   * Makes a record of an earlier local store, unless that was done before. Where it refers to others by their keys there,
   * they have to come first.
   */
  async takeIn([source, noun, key]: ImportKey, value: JsonRecord): Promise<ChangeOutcome> {
    const id = this.#newId(noun)
    return await this.#attempt(async () => {
      const made = creationOf(noun, { ...value, ...(await this.#referencesOf(source, noun, value)) })
      return await this.#write(['outbox', 'imports'], async (changes) => {
        const known = await changes.takeIn([source, noun, key], id)
        if (known !== undefined) return { ok: true, id: known, seq: null }
        return { ok: true, id, seq: await this.#put(changes, { kind: noun, id, ...made }) }
      })
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

  /** A change over what a guest's changes are about to replace would be in conflict with them. */
  #shown(noun: RecordNoun, id: string): ShownRecord {
    if (this.#account.isMoving(noun, id)) {
      throw new Problem('conflict', MOVING)
    }
    const shown = this.#data.shown(noun, id)
    if (!shown) throw new Problem('not-found', NOT_HERE)
    return shown
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

  /** @param unseen changes that its user had not seen */
  async #keep(changes: StoreChanges, made: MadeChange, unseen: readonly OutboxEntry[]): Promise<ChangeOutcome> {
    const { kind, id } = made
    const before = unseen.filter((one) => one.kind === kind && one.id === id)
    return { ok: true, id, seq: await this.#put(changes, { ...made, change: patchOver(made.change, before) }) }
  }

  async #put(changes: StoreChanges, made: MadeChange): Promise<number> {
    return await changes.append({ ...made, mutation_id: newMutationId(this.#ports), made_at: this.#now() })
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

  #requireOpen(): void {
    const refusal = this.#refusal()
    if (refusal) throw refusal
  }

  /** A guest's records that move into an account take no more changes, whichever tab has begun to move them. */
  async #write<Result>(
    stores: readonly WrittenStore[],
    work: (changes: StoreChanges) => Promise<Result>,
  ): Promise<Result> {
    const result = await this.#store.write(stores, async (changes) => {
      if (await changes.storedPlan()) {
        throw new Problem('conflict', MOVING)
      }
      return await work(changes)
    })
    if (!this.#is_persisted) {
      this.#is_persisted = true
      void this.#ports.storage_facts.persist().catch(() => undefined)
    }
    return result
  }

  async #attempt(work: () => Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    try {
      this.#requireOpen()
      return await work()
    } catch (error) {
      return refusalOf(error)
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

function refusalOf(error: unknown): RefusedChange {
  if (error instanceof Problem || error instanceof StorageError) return { ok: false, problem: error }
  throw error
}

/** Changes that were kept after a user's change was worked out, and before it was kept itself. */
async function othersThan(seen: readonly OutboxEntry[], changes: StoreChanges): Promise<readonly OutboxEntry[]> {
  const known = new Set(seen.map(({ mutation_id }) => mutation_id))
  return (await changes.entries()).filter(({ aside, mutation_id }) => !aside && !known.has(mutation_id))
}
