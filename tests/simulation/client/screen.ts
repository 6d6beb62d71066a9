import type { ActivationClient } from '#shared/client/client.ts'
import type { ClientEvent } from '#shared/client/client-types.ts'
import { StorageError } from '#shared/client/storage.ts'
import type { OutboxEntry, RecordNoun } from '#shared/client/store/entries.ts'
import { type ClientHistory, shortId } from './client-history.ts'
import { KINDS, marksOf } from './truth.ts'
import { isObject } from '#shared/base/is-object.ts'

interface OwnChange {
  readonly mark: string
  readonly op: 'create' | 'patch' | 'delete'
  readonly user_id: string | null
  /** It has been shown in this account. A guest's record may move into the account of somebody else. */
  readonly is_seen: boolean
  /** Names that its user has changed since. */
  readonly replaced: ReadonlySet<string>
}

/** What a tab shows, and what its user has changed there: between a change and its answer's pull no older value is shown. */
export class Screen {
  readonly #history: ClientHistory
  readonly #name: string
  readonly #client: ActivationClient
  readonly #own = new Map<string, OwnChange>()
  #has_ended = false

  constructor(history: ClientHistory, name: string, client: ActivationClient) {
    this.#history = history
    this.#name = name
    this.#client = client
    client.subscribe((event) => this.#look(event))
  }

  /** The client has said that a change is kept. */
  took(noun: RecordNoun, id: string, { mark, op }: Pick<OwnChange, 'mark' | 'op'>, before: unknown): void {
    const key = `${noun}:${id}`
    const replaced = new Set(this.#own.get(key)?.replaced)
    if (typeof before === 'string') replaced.add(before)
    this.#own.set(key, { mark, op, user_id: this.#user_id ?? null, is_seen: true, replaced })
    this.#lookAt(key)
  }

  /** The page is left. */
  end(): void {
    this.#has_ended = true
  }

  /** The browser has cleared the storage, or the server was put back: what is shown may be older. */
  forget(): void {
    this.#own.clear()
  }

  /** Undefined while the client has no account open. */
  get #user_id(): string | null | undefined {
    try {
      return this.#client.identity?.user_id ?? null
    } catch (error) {
      if (error instanceof StorageError) return undefined
      throw error
    }
  }

  #look(event: ClientEvent): void {
    if (this.#user_id === undefined) return
    try {
      this.#requireOwn(event)
      for (const key of 'records' in event ? event.records : this.#own.keys()) this.#lookAt(key)
    } catch (error) {
      this.#history.wrong((error as Error).message)
    }
  }

  #lookAt(key: string): void {
    const own = this.#own.get(key)
    if (!own || this.#has_ended || this.#history.put_back.length > 0) return
    const user_id = this.#user_id
    if (user_id === undefined) return
    if (own.user_id !== user_id) {
      // A guest's change goes on in the account.
      if (own.user_id !== null) return void this.#own.delete(key)
      this.#own.set(key, { ...own, user_id, is_seen: false })
      return this.#lookAt(key)
    }
    const [noun, id] = key.split(':') as [RecordNoun, string]
    const shown = this.#client.get(noun, id)
    // What a guest's push was refused is told with the record, before it comes into the account.
    const waits_for_user = this.#client.aside.some((entry) => entry.id === id) || (shown?.aside.length ?? 0) > 0
    const asked = this.#history.asked.get(own.mark)!
    if (waits_for_user || asked.excuse) return void this.#own.delete(key)
    if (shown && !own.is_seen) this.#own.set(key, { ...own, is_seen: true })
    const others = [...this.#history.asked.values()].filter((change) => change.record_id === id)
    const name = shown?.record['name']
    if (typeof name === 'string' && own.replaced.has(name) && !this.#history.taken_up.has(name)) {
      throw new Error(`${this.#name} shows ${name} of ${shortId(id)} again, after ${own.mark}`)
    }
    const is_alone = others.every(({ op }) => op !== 'restore') && !this.#history.restored.has(id)
    if (own.op === 'delete' && shown && !shown.record.deleted && is_alone) {
      throw new Error(`${this.#name} shows ${shortId(id)} again, after it was deleted by ${own.mark}`)
    }
    const is_gone = others.some(({ op }) => op === 'delete')
    // A guest's creation that was refused is counted before it comes into the account, where it is among what waits.
    const is_on_its_way = asked.user_id === null && this.#client.unsent.aside > this.#client.aside.length
    // A guest who has moved into an account begins anew, with nothing.
    if (
      own.op !== 'delete' &&
      !is_on_its_way &&
      own.is_seen &&
      user_id !== null &&
      !shown &&
      !is_gone &&
      !this.#history.has.wild_clocks
    ) {
      throw new Error(`${this.#name} does not show ${shortId(id)} any more, after ${own.mark}`)
    }
  }

  /** Nothing of another account is ever shown. */
  #requireOwn(event: ClientEvent): void {
    if (!('records' in event)) return
    const user_id = this.#user_id
    for (const key of event.records) {
      const [noun, id] = key.split(':') as [RecordNoun, string]
      const record = this.#client.get(noun, id)?.record
      for (const mark of record ? marksOf(record) : []) {
        const owner = this.#history.asked.get(mark)?.user_id
        if (owner && owner !== user_id) throw new Error(`${this.#name} of ${user_id} shows ${mark} of ${owner}`)
      }
    }
  }
}

/** The marks of what a change sets. */
export function marksOfEntry({ change }: Pick<OutboxEntry, 'change'>): string[] {
  if (change.op === 'create') return marksOf(change.value)
  return change.op === 'patch' && isObject(change.set) ? marksOf(change.set) : []
}

export const NOUNS = Object.keys(KINDS) as RecordNoun[]
