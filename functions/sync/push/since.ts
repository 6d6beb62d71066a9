import { isObject } from '#shared/base/is-object.ts'
import type { RecordValue } from '#shared/records/rows.ts'
import { chainOf, type HistoryEntry } from '#shared/table/object/row-history.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { type Edit, isSameContent, memberOf } from './edits.ts'

/** What others have changed of a record since the version that a device has seen. */
export class ChangesOfOthers {
  /** Whether the past that is kept tells of all of them; if not, there may be earlier ones. */
  readonly is_whole: boolean
  readonly #entries: readonly HistoryEntry[]
  readonly #client_id: string

  private constructor(entries: readonly HistoryEntry[], client_id: string, is_whole: boolean) {
    this.#entries = entries
    this.#client_id = client_id
    this.is_whole = is_whole
  }

  /** @param client_id what this one has written itself since counts for nothing */
  static since(row: StoredRow, base_version: number, client_id: string): ChangesOfOthers {
    if (row.version <= base_version) return new ChangesOfOthers([], client_id, true)
    const { entries, kept_since_version } = chainOf(row)
    const newer = entries.filter(({ version }) => version > base_version)
    const oldest = newer.at(-1)
    // Of a record that was made since, everything is known.
    const reaches_to = oldest ? oldest.from_version : entries[0] ? entries[0].version : kept_since_version
    if (oldest && isAcross(base_version, oldest, client_id)) {
      return new ChangesOfOthers(newer.slice(0, -1), client_id, false)
    }
    return new ChangesOfOthers(newer, client_id, reaches_to <= base_version)
  }

  /** The columns in their former values' order; `deleted` and the status are among them. */
  get columns(): readonly string[] {
    const changed = this.#entries
      .filter((entry) => !this.#isOwn(entry))
      .flatMap(({ before, omitted = [] }) => [...Object.keys(before), ...omitted])
    return [...new Set(changed)]
  }

  /** Whether a field is among them. @param now the record as it is */
  has({ column, member }: Edit, now: RecordValue): boolean {
    if (member === undefined) return this.columns.includes(column)
    let after: unknown = now[column]
    for (const entry of this.#entries) {
      if (entry.omitted?.includes(column)) {
        // Too large to be kept: which of its members that was cannot be told.
        after = undefined
      } else if (Object.hasOwn(entry.before, column)) {
        const before = entry.before[column]
        const is_changed = isObject(after) && !isSameContent(memberOf(before, member), memberOf(after, member))
        if (is_changed && !this.#isOwn(entry)) return true
        after = before
      }
    }
    return false
  }

  #isOwn({ client_id }: HistoryEntry): boolean {
    return client_id === this.#client_id
  }
}

/**
 * Whether an entry of several changes by another client (a draft's) has some from before a version and some from after:
 * it does not tell them apart.
 */
function isAcross(version: number, entry: HistoryEntry, client_id: string): boolean {
  return entry.since !== undefined && entry.from_version < version && entry.client_id !== client_id
}
