import type { OutboxEntry, RecordNoun, RowEntry } from './entries.ts'
import { NOUNS, nounOfPartition } from './kinds.ts'
import { KnownRow } from './known-row.ts'
import { isOpen, recordKey } from './outbox.ts'
import { shownRecord, type ShownRecord } from './overlay.ts'

/** The rows and changes of one storage, in memory, and what they come to on the screen. */
export class LocalData {
  readonly #user_id: string | null
  readonly #rows = new Map<string, KnownRow>()
  readonly #ids_by_partition = new Map<string, Set<string>>()
  readonly #outbox = new Map<number, OutboxEntry>()
  readonly #by_record = new Map<string, OutboxEntry[]>()
  readonly #shown = new Map<string, ShownRecord>()
  readonly #kinds = new Map(NOUNS.map((noun) => [noun, new ShownKind()]))
  /** The ids of records whose keys spell them in another way. */
  readonly #spellings = new Map<string, string>()
  /** Keys of records that have changed since they were last looked at. */
  readonly #stale = new Set<string>()
  #sorted: readonly OutboxEntry[] | undefined
  #changed = new Set<string>()

  /** @param user_id whose new records are shown; null of a guest */
  constructor(user_id: string | null) {
    this.#user_id = user_id
  }

  /** A record, deleted or not, as the screen shows it; an old id finds it in both of its spellings. */
  shown(noun: RecordNoun, id: string): ShownRecord | undefined {
    this.refresh()
    return this.#shown.get(recordKey(noun, id))
  }

  /** Every record of a kind that is not deleted. The same list until something of the kind changes. */
  list(noun: RecordNoun): readonly ShownRecord[] {
    this.refresh()
    return this.#kinds.get(noun)!.list
  }

  row(noun: RecordNoun, id: string): KnownRow | undefined {
    return this.#rows.get(recordKey(noun, id))
  }

  /** Changes of one record, in their order. */
  entriesOf(noun: RecordNoun, id: string): readonly OutboxEntry[] {
    return this.#by_record.get(recordKey(noun, id)) ?? []
  }

  /** All changes in their order. */
  get entries(): readonly OutboxEntry[] {
    return (this.#sorted ??= [...this.#outbox.values()].toSorted((a, b) => a.seq - b.seq))
  }

  entry(seq: number): OutboxEntry | undefined {
    return this.#outbox.get(seq)
  }

  get counts(): { readonly pending: number; readonly conflicts: number; readonly invalid: number } {
    const { entries } = this
    const aside = (status: string) => entries.filter((entry) => entry.aside?.status === status).length
    return { pending: entries.filter(isOpen).length, conflicts: aside('conflict'), invalid: aside('invalid') }
  }

  putRow(partition: string, id: string, entry: RowEntry): void {
    const noun = nounOfPartition(partition)
    if (!noun) return
    const key = this.#keyOf(noun, id)
    this.#rows.set(key, new KnownRow(entry))
    const ids = this.#ids_by_partition.get(partition)
    if (ids) ids.add(id)
    else this.#ids_by_partition.set(partition, new Set([id]))
    this.#forget(key)
  }

  clearPartition(partition: string): void {
    const noun = nounOfPartition(partition)
    for (const id of this.#ids_by_partition.get(partition) ?? []) {
      const key = recordKey(noun!, id)
      this.#rows.delete(key)
      this.#forget(key)
    }
    this.#ids_by_partition.delete(partition)
  }

  putEntry(entry: OutboxEntry): void {
    this.deleteEntry(entry.seq)
    this.#outbox.set(entry.seq, entry)
    const key = this.#keyOf(entry.kind, entry.id)
    const own = [...(this.#by_record.get(key) ?? []), entry].toSorted((a, b) => a.seq - b.seq)
    this.#by_record.set(key, own)
    this.#sorted = undefined
    this.#forget(key)
  }

  deleteEntry(seq: number): void {
    const entry = this.#outbox.get(seq)
    if (!entry) return
    const key = recordKey(entry.kind, entry.id)
    this.#outbox.delete(seq)
    const left = (this.#by_record.get(key) ?? []).filter((other) => other.seq !== seq)
    if (left.length > 0) this.#by_record.set(key, left)
    else this.#by_record.delete(key)
    this.#sorted = undefined
    this.#forget(key)
  }

  /** Stands in the place of what this tab showed before: all of both may show differently. */
  replace(before: LocalData): void {
    for (const key of before.#shown.keys()) this.#changed.add(key)
  }

  /** Keys of the records that may show differently since the last call. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed
    this.#changed = new Set()
    return changed
  }

  /** Works out anew what has changed, and nothing else: one edit costs the same however many records there are. */
  refresh(): void {
    for (const key of this.#stale) {
      const shown = shownRecord(
        this.#spellings.get(key) ?? key.slice(key.indexOf(':') + 1),
        this.#rows.get(key),
        this.#by_record.get(key) ?? [],
        this.#user_id,
      )
      if (shown) this.#shown.set(key, shown)
      else this.#shown.delete(key)
      this.#kinds.get(nounOfKey(key))!.put(key, shown?.is_deleted ? undefined : shown)
    }
    this.#stale.clear()
  }

  #keyOf(noun: RecordNoun, id: string): string {
    const key = recordKey(noun, id)
    if (!key.endsWith(id)) this.#spellings.set(key, id)
    return key
  }

  #forget(key: string): void {
    this.#stale.add(key)
    this.#changed.add(key)
  }
}

/** The records of one kind that are not deleted. */
class ShownKind {
  readonly #records = new Map<string, ShownRecord>()
  #list: readonly ShownRecord[] | undefined

  get list(): readonly ShownRecord[] {
    return (this.#list ??= [...this.#records.values()])
  }

  put(key: string, shown: ShownRecord | undefined): void {
    if (shown) this.#records.set(key, shown)
    else this.#records.delete(key)
    this.#list = undefined
  }
}

function nounOfKey(key: string): RecordNoun {
  return key.slice(0, key.indexOf(':')) as RecordNoun
}
