import { chainOf, readHistory, type HistoryEntry } from '#shared/table/object/row-history.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { pastOf } from '#tests/table/past.ts'
import type { History } from './history.ts'

/** What a note was at a version, as some generation of its object had it. */
export interface Seen {
  readonly tags: readonly string[]
  readonly deleted: boolean
}

export function versionKey(id: string, version: unknown): string {
  return `${id} ${String(version)}`
}

/**
 * History and version tell one story: from the row backwards every version that its history names is what was stored as
 * that version. Nothing is missing from it unless a release that knows no history wrote in between.
 * @param stored by `versionKey`; of versions that shared a commit only the last was ever stored
 */
export function checkPast(history: History, id: string, row: StoredRow, stored: ReadonlyMap<string, Seen>): void {
  const { entries, kept_since_version, gap } = chainOf(row)
  if (gap && !history.has_older_release) fail(`${id} has a gap in its past before version ${kept_since_version}`)
  if (readHistory(row) === undefined && !history.has_older_release) fail(`${id} has no past`)
  const named = [row.version, kept_since_version, ...entries.map(({ version }) => version)]
  for (const version of new Set(named)) {
    const past = pastOf(history.schema, row, version)
    const { tags, deleted } = past as { tags: Seen['tags']; deleted: boolean }
    const was = stored.get(versionKey(id, version))
    // As many changes as the version says, each with its mark.
    const is_as_stored = was === undefined || (was.tags.join() === tags.join() && was.deleted === deleted)
    if (tags.length !== version || !is_as_stored)
      fail(`${id} is told to have been ${tags.join()} at version ${version}`)
  }
  for (const entry of entries) checkEntry(id, entry)
}

/** Each change of a note replaces its tags and its secret; nobody learns from what. */
function checkEntry(id: string, { version, from_version, before }: HistoryEntry): void {
  // No change here is one of a draft, or of the server alone: each has an entry.
  if (from_version !== version - 1) fail(`${id} does not tell of each version between ${from_version} and ${version}`)
  if (from_version === 0) return
  if (!Object.hasOwn(before, 'tags')) fail(`${id} does not tell what version ${version} has changed`)
  if (Object.hasOwn(before, 'score') && before['score'] !== 'replaced')
    fail(`${id} tells the secret of ${from_version}`)
}

function fail(why: string): never {
  throw new Error(why)
}
