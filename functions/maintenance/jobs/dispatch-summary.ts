import { canonicalSpelling } from '#shared/base/ids.ts'
import type { ObjectListing } from '#shared/objects/object-store.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import { refreshPeriodMs } from '#shared/records/refreshing.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'

/** What dispatch needs to know of a user's records, a few dozen bytes of each that matters. */

export interface DispatchSummary {
  /** Those that wait for their time, by id. */
  readonly scheduled: Map<string, Scheduled>
  /** Pairs that have one which is neither done nor given up. */
  readonly open: Set<Pair>
  readonly last_completed: Map<Pair, Completed>
}

export interface Scheduled {
  readonly due_ms: number
  readonly audience_id: string
  readonly platform_id: string
}

/** A platform and an audience, as one key, however a distribution spells them. */
export type Pair = string

export interface Completed {
  readonly distribution_id: string
  readonly platform_id: string
  readonly audience_id: string
  readonly completed_ms: number
}

const OPEN: ReadonlySet<unknown> = new Set(['scheduled', 'pending', 'in_progress'])

export const dispatchSummary = new RowGroupCounter<DistributionRow, DispatchSummary>(
  ['distribution_id', 'deleted', 'status', 'audience_id', 'platform_id', 'scheduled_at', 'completed_at', 'created_at'],
  noDistributions,
  (facts, cell) => {
    if (cell('deleted')) return
    const status = cell('status')
    const distribution_id = cell('distribution_id')
    const [platform_id, audience_id] = [cell('platform_id'), cell('audience_id')]
    const pair = JSON.stringify([canonicalSpelling(PLATFORMS, platform_id), canonicalSpelling(AUDIENCES, audience_id)])
    if (OPEN.has(status)) facts.open.add(pair)
    if (status === 'scheduled') {
      facts.scheduled.set(distribution_id, { due_ms: Number(cell('scheduled_at')), audience_id, platform_id })
    }
    if (status !== 'completed') return
    // A record of the old system may not say when: then it is as old as it can be at most.
    const completed_ms = cell('completed_at') ?? cell('created_at')
    noteCompleted(facts, pair, { distribution_id, platform_id, audience_id, completed_ms })
  },
)

function noDistributions(): DispatchSummary {
  return { scheduled: new Map(), open: new Set(), last_completed: new Map() }
}

function noteCompleted({ last_completed }: DispatchSummary, pair: Pair, completed: Completed): void {
  const known = last_completed.get(pair)
  const is_later =
    !known ||
    completed.completed_ms > known.completed_ms ||
    (completed.completed_ms === known.completed_ms && completed.distribution_id > known.distribution_id)
  if (is_later) last_completed.set(pair, completed)
}

export function mergedSummaries(parts: readonly DispatchSummary[]): DispatchSummary {
  const merged = noDistributions()
  for (const { scheduled, open, last_completed } of parts) {
    for (const [id, waiting] of scheduled) merged.scheduled.set(id, waiting)
    for (const pair of open) merged.open.add(pair)
    for (const [pair, completed] of last_completed) noteCompleted(merged, pair, completed)
  }
  return merged
}

/** How long a platform's distributions stay fresh, by its id in canonical spelling; those that refresh nothing are not in it. */
export type Refreshes = Map<string, number>

export const refreshPeriods = new RowGroupCounter<PlatformRow, Refreshes>(
  ['platform_id', 'deleted', 'status', 'settings'],
  () => new Map(),
  (refreshes, cell) => {
    const period_ms = refreshPeriodMs({ deleted: cell('deleted'), status: cell('status'), settings: cell('settings') })
    if (period_ms !== undefined) refreshes.set(canonicalSpelling(PLATFORMS, cell('platform_id')), period_ms)
  },
)

export function mergedRefreshes(parts: readonly Refreshes[]): Refreshes {
  return new Map(parts.flatMap((part) => [...part]))
}

/** Of all users together; decision 24 has what they take. */
const OBJECTS_KEPT = 100_000

/**
 * Facts by object, kept far longer than the objects themselves fit the cache: a run each minute over objects that did
 * not change costs the listing alone. Every run goes over all objects in the same order, so the first ones are kept:
 * to put the latest in place of the oldest would find none of them again as soon as there is one too many.
 */
export class ObjectSummaries<R extends Row, T> {
  readonly #table: Table<R>
  readonly #counter: RowGroupCounter<R, T>
  readonly #merged: (parts: readonly T[]) => T
  readonly #kept_max: number
  readonly #known = new Map<string, { generation: string; facts: T }>()

  constructor(
    table: Table<R>,
    counter: RowGroupCounter<R, T>,
    merged: (parts: readonly T[]) => T,
    kept_max = OBJECTS_KEPT,
  ) {
    this.#table = table
    this.#counter = counter
    this.#merged = merged
    this.#kept_max = kept_max
  }

  /** @param listed all objects of the user, as they were just listed */
  async of(user_id: string, listed: readonly ObjectListing[]): Promise<T> {
    return this.#merged(await Promise.all(listed.map((object) => this.#ofObject(user_id, object))))
  }

  async #ofObject(user_id: string, object: ObjectListing): Promise<T> {
    const known = this.#known.get(object.name)
    if (known?.generation === object.generation) return known.facts
    const facts = this.#merged(await this.#table.count(user_id, this.#counter, { listed: [object] }))
    if (known !== undefined || this.#known.size < this.#kept_max) {
      this.#known.set(object.name, { generation: object.generation, facts })
    }
    return facts
  }
}
