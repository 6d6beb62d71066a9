import { isDeepStrictEqual } from 'node:util'

import { chainOf, readHistory, type HistoryEntry } from '#shared/table/object/row-history.ts'
import type { Row, StoredRow, TableSchema } from '#shared/table/object/schema.ts'
import { pastOf, valuesOf } from '#tests/table/past.ts'
import type { History } from './history.ts'

/** What notes were at their versions, as generations of their objects had them and answers told it. */
export class SeenVersions {
  readonly #schema: TableSchema
  readonly #values = new Map<string, string>()

  constructor(schema: TableSchema) {
    this.#schema = schema
  }

  /** @param row with the columns that history is about */
  add(row: Row): void {
    if (!this.#schema.history) return
    this.#values.set(keyOf(row['note_id'], row['version']), JSON.stringify(valuesOf(this.#schema, row)))
  }

  /** Undefined of a version that nobody has seen. */
  of(id: string, version: number): Record<string, unknown> | undefined {
    const json = this.#values.get(keyOf(id, version))
    return json === undefined ? undefined : (JSON.parse(json) as Record<string, unknown>)
  }
}

function keyOf(id: unknown, version: unknown): string {
  return `${String(id)} ${String(version)}`
}

/**
 * History and version tell one story: from the row backwards every version that its history names is what was stored as
 * that version. Nothing is missing from it unless a release that knows no history wrote in between.
 * @param seen of versions that shared a commit only the last was ever stored; the others were perhaps answered
 */
export function checkPast(history: History, id: string, row: StoredRow, seen: SeenVersions): void {
  if (!history.schema.history) return
  const { entries, kept_since_version, gap } = chainOf(row)
  if (gap && !history.has_older_release) fail(`${id} has a gap in its past before version ${kept_since_version}`)
  if (readHistory(row) === undefined && !history.has_older_release) fail(`${id} has no past`)
  const named = [row.version, kept_since_version, ...entries.map(({ version }) => version)]
  for (const version of new Set(named)) {
    const past = pastOf(history.schema, row, version)
    const seen_then = seen.of(id, version) ?? past
    // As many changes as the version says, each with its mark; of what was too large to keep nothing is told.
    const { length } = past['tags'] as readonly string[]
    if (length !== version || !isDeepStrictEqual(past, pick(seen_then, Object.keys(past)))) {
      fail(`${id} is told to have been ${JSON.stringify(past)} at version ${version}`)
    }
  }
  for (const entry of entries) checkEntry(id, entry, isDraft(history.schema, row))
}

function pick(values: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]))
}

/** Notes keep their titles: one that is a draft was one from the start, and changes of drafts share entries. */
function isDraft({ history }: TableSchema, row: Row): boolean {
  return row['title'] === history?.draft?.value
}

/** Each change of a note replaces its tags and its secret; nobody learns from what. */
function checkEntry(id: string, { version, from_version, before }: HistoryEntry, is_draft: boolean): void {
  // No change is of the server alone: each that is not of a draft has an entry.
  const is_whole = is_draft ? from_version < version : from_version === version - 1
  if (!is_whole) fail(`${id} does not tell of each version between ${from_version} and ${version}`)
  if (from_version === 0) return
  if (!Object.hasOwn(before, 'tags')) fail(`${id} does not tell what version ${version} has changed`)
  if (Object.hasOwn(before, 'score') && before['score'] !== 'replaced')
    fail(`${id} tells the secret of ${from_version}`)
}

function fail(why: string): never {
  throw new Error(why)
}
