import * as z from 'zod/mini'

import type { Clock } from '#shared/base/clock.ts'
import { problemMembers } from '#shared/contract/problem-document.ts'
import { LEFT_MAX, TAG_LENGTH_MAX, type tagRoutes } from '#shared/contract/tags.ts'
import type { Answer, Call } from '#shared/http/call.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { cursorText } from '#shared/records/cursor.ts'
import { type Asking, decideFields, type Sent } from '#shared/records/decisions.ts'
import { valuesOf } from '#shared/records/record-rows.ts'
import { tagsOf, withRenamedTag } from '#shared/records/tags.ts'
import { changeMany, type ManyOutcome } from '#shared/resources/change-many.ts'
import { CommitTime } from '#shared/resources/commit-limits.ts'
import { writerOf } from '#shared/resources/record-service.ts'
import type { Decision, Mutation } from '#shared/table/commit/mutation.ts'
import type { Position } from '#shared/table/read/listing.ts'
import type { Table } from '#shared/table/table.ts'
import { tagFilter } from './filter.ts'

/** Tags over all audiences of a user. Those that are deleted are not counted; they have their tags when they come back. */
export interface TagDependencies {
  readonly audiences: Table<AudienceRow>
  readonly clock: Clock
  /** Called with a fault of ours that only some of the audiences meet. */
  readonly onFault: (error: unknown) => void
}

const PAGE_TAGS = 200

/** One page of the tags in use, by their text. Cost: what a list costs. */
export async function listTags(
  { audiences }: TagDependencies,
  { caller, query: { limit = PAGE_TAGS, cursor } }: Call<typeof tagRoutes.listTags>,
): Promise<Answer> {
  const [after] = cursor === undefined ? [] : tagCursor.decode(cursor)
  const found = await audiences.fold(caller.user_id, {
    columns: ['deleted', 'status', 'metadata'],
    start: () => new FirstTags(after, limit + 1),
    add: (tags, cell) => {
      if (!cell('deleted')) tags.add(cell('metadata'), cell('status') === 'archived')
    },
  })
  const tags = found.tags
  const page = tags.slice(0, limit)
  const next_cursor = tags.length > limit ? tagCursor.encode([page.at(-1)!.tag]) : null
  return { status: 200, body: { tags: page, count: page.length, next_cursor } }
}

interface TagCount {
  readonly tag: string
  live: number
  archived: number
}

/**
 * The first tags behind one, counted. It never holds many more than are wanted: a tag that is let go has enough before
 * it, and that stays so.
 */
class FirstTags {
  readonly #after: string | undefined
  readonly #count_max: number
  readonly #known = new Map<string, TagCount>()
  /** Tags from this one on are not wanted any more. */
  #until: string | undefined

  constructor(after: string | undefined, count_max: number) {
    this.#after = after
    this.#count_max = count_max
  }

  get tags(): readonly TagCount[] {
    return [...this.#known.values()].toSorted((a, b) => (a.tag < b.tag ? -1 : 1)).slice(0, this.#count_max)
  }

  /** Counts the tags of one audience. */
  add(metadata: unknown, is_archived: boolean): void {
    if (!(metadata instanceof Uint8Array)) return
    const stored = Buffer.from(metadata.buffer, metadata.byteOffset, metadata.length)
    if (!stored.includes(TAGS_MEMBER)) return
    const own = tagsOf(valuesOf(AUDIENCES, { metadata }, ['metadata']).metadata)
    for (const tag of new Set(own.map((one) => one.normalize('NFC')))) {
      if (!this.#isWanted(tag)) continue
      const count = this.#known.get(tag) ?? { tag, live: 0, archived: 0 }
      if (is_archived) count.archived++
      else count.live++
      this.#known.set(tag, count)
    }
    if (this.#known.size > 2 * this.#count_max) this.#letGo()
  }

  /** What no filter can ask for is not listed either. */
  #isWanted(tag: string): boolean {
    if (tag === '' || tag.length > TAG_LENGTH_MAX) return false
    return (this.#after === undefined || tag > this.#after) && (this.#until === undefined || tag < this.#until)
  }

  #letGo(): void {
    const sorted = [...this.#known.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    this.#until = sorted[this.#count_max]
    for (const tag of sorted.slice(this.#count_max)) this.#known.delete(tag)
  }
}

/** As JSON spells it in metadata that has tags. */
const TAGS_MEMBER = Buffer.from('"tags"')

/** Of a list of tags: the last one of the page. */
const tagCursor = cursorText(z.tuple([z.string()]))

/** Of one commit of an object, and of one step of a rename. */
const AUDIENCES_MAX = 2000

/**
 * Renames a tag on every audience that has it, archived and deleted ones, too: what comes back later has the new name.
 * Those of one object change in one commit.
 *
 * Cost: what a list costs, and one PUT for each object with such an audience, but for 2000 audiences at most.
 */
export async function renameTag(
  dependencies: TagDependencies,
  call: Call<typeof tagRoutes.renameTag>,
): Promise<Answer> {
  const time = new CommitTime(dependencies.clock)
  const renaming = new Renaming()
  let after: Position | undefined
  do {
    const found = await taggedAfter(dependencies, call, after)
    const mutations = found.map(({ audience_id }) => renamed(call, audience_id))
    const outcomes = await changeMany(
      { ...dependencies, table: dependencies.audiences },
      call.caller.user_id,
      mutations,
      { time },
    )
    outcomes.forEach((outcome, at) => renaming.note(found[at]!, outcome))
    after = found.length < AUDIENCES_MAX ? undefined : found.at(-1)!.position
  } while (after && renaming.is_whole && !time.is_over)
  return renaming.answer(after !== undefined)
}

interface Tagged {
  readonly audience_id: string
  readonly name: string
  readonly position: Position
}

/** The next audiences that have the tag, but for those that have it only under its new name. */
async function taggedAfter(
  { audiences }: TagDependencies,
  { caller, body: { from, to } }: Call<typeof tagRoutes.renameTag>,
  after: Position | undefined,
): Promise<readonly Tagged[]> {
  if (from.normalize('NFC') === to.normalize('NFC')) return []
  const found: Tagged[] = []
  const hasTag = tagFilter(from)
  for await (const { row, position } of audiences.rows(caller.user_id, {
    after,
    columns: ['audience_id', 'name'],
    filter: { columns: ['metadata'], matches: (cell) => hasTag(cell('metadata')) },
  })) {
    found.push({ audience_id: row.audience_id, name: row.name, position })
    if (found.length === AUDIENCES_MAX) break
  }
  return found
}

function renamed(
  { caller, client_id, body: { from, to } }: Call<typeof tagRoutes.renameTag>,
  id: string,
): Mutation<AudienceRow> {
  const asking = { kind: AUDIENCES, user_id: caller.user_id }
  return {
    id,
    writer: writerOf({ caller, client_id }),
    size_bytes: from.length + to.length,
    decide: (row) => {
      const metadata = row && valuesOf(AUDIENCES, row, ['metadata']).metadata
      const sent = metadata ? { metadata: withRenamedTag(metadata, from, to) } : {}
      return row?.deleted ? decideDeleted(asking, row, sent) : decideFields(asking, row, sent)
    },
  }
}

/** As of one that is there. It stays deleted, and is purged when it would have been. */
function decideDeleted(
  asking: Asking<typeof AUDIENCES>,
  row: AudienceRow,
  sent: Sent<typeof AUDIENCES>,
): Decision<AudienceRow> {
  const decision = decideFields(asking, { ...row, deleted: false }, sent)
  switch (decision.kind) {
    case 'refuse':
      return decision
    case 'keep':
      return { ...decision, row }
    case 'write':
      return { ...decision, row: { ...decision.row, deleted: true }, updated_at_ms: row.updated_at }
  }
}

/** What a rename has come to so far. */
class Renaming {
  #changed = 0
  #left_count = 0
  readonly #left: Record<string, unknown>[] = []
  #failed: ManyOutcome<AudienceRow> | undefined

  /** Whether everything so far was decided. */
  get is_whole(): boolean {
    return this.#failed === undefined
  }

  note({ audience_id, name }: Tagged, outcome: ManyOutcome<AudienceRow>): void {
    if (outcome.kind === 'written' && !outcome.row.deleted) this.#changed++
    if (outcome.kind === 'failed') this.#failed = outcome
    // One that was purged meanwhile has no tags.
    if (outcome.kind !== 'refused' || outcome.problem.kind === 'not-found') return
    this.#left_count++
    if (this.#left.length < LEFT_MAX) this.#left.push({ audience_id, name, problem: problemMembers(outcome.problem) })
  }

  /** @throws Problem when nothing was decided at all: it says when to ask again */
  answer(has_more: boolean): Answer {
    const failed = this.#failed
    if (failed?.kind === 'failed' && this.#changed + this.#left_count === 0) throw failed.problem
    return {
      status: 200,
      body: {
        outcome: this.#changed > 0 ? 'changed' : 'unchanged',
        changed: this.#changed,
        left: this.#left,
        left_count: this.#left_count,
        more: has_more || failed !== undefined,
      },
    }
  }
}
