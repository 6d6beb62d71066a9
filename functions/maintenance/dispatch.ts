import type { Clock } from '#shared/base/clock.ts'
import { decideDue } from '#shared/records/distribution-decisions.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import type { ObjectListing } from '#shared/objects/object-store.ts'
import {
  distributionFacts,
  FactsOfObjects,
  mergedDistributions,
  mergedRefreshes,
  refreshFacts,
  type DistributionFacts,
} from './facts.ts'
import { createRefresh, dueRefresh, type RefreshTables } from './refresh.ts'

/** Of one run; what it does not get to, the next one does. */
const RUN_MS_MAX = 20_000
const RUN_USERS_MAX = 5_000
const USERS_SIDE_BY_SIDE = 8

export interface DispatchDependencies extends RefreshTables {
  readonly clock: Clock
  /** Told of what kept one user's distributions from being dispatched; the others' are all the same. */
  readonly fault: (user_id: string, error: unknown) => void
}

export interface Dispatched {
  users: number
  started: number
  refreshed: number
  failed_users: number
  /** The last user who had a turn, when others have not had theirs. */
  readonly stopped_after: string | undefined
}

/**
 * Starts scheduled distributions that are due and creates the refreshes that are. Every step is a decision over the
 * record as it then is, and refreshes have ids that follow from what they refresh: running it twice, or in two instances
 * at once, does nothing more.
 *
 * Cost when nothing changed since the last run of this instance: two LISTs for every thousand users.
 */
export class Dispatch {
  readonly #dependencies: DispatchDependencies
  readonly #distributions: FactsOfObjects<DistributionFacts>
  readonly #refreshes: FactsOfObjects<Map<string, number>>

  constructor(dependencies: DispatchDependencies) {
    this.#dependencies = dependencies
    this.#distributions = new FactsOfObjects(dependencies.distributions, distributionFacts, mergedDistributions)
    this.#refreshes = new FactsOfObjects(dependencies.platforms, refreshFacts, mergedRefreshes)
  }

  /** One run over the users behind `after`, in order of their ids. */
  async run(after: string | undefined): Promise<Dispatched> {
    const { distributions, platforms, clock, fault } = this.#dependencies
    const until_ms = clock.monotonic_ms() + RUN_MS_MAX
    const [distribution_objects, platform_objects] = await Promise.all([
      distributions.objectsByUser(),
      platforms.objectsByUser(),
    ])
    const users = [...distribution_objects.keys()].toSorted(byCodeUnits)
    const waiting = after === undefined ? users : users.filter((user_id) => byCodeUnits(user_id, after) > 0)
    const done = { users: 0, started: 0, refreshed: 0, failed_users: 0 }

    const takeTurn = async (user_id: string) => {
      try {
        const objects = { distributions: distribution_objects.get(user_id)!, platforms: platform_objects.get(user_id) }
        await this.#dispatchOf(user_id, objects, done)
      } catch (error) {
        done.failed_users++
        fault(user_id, error)
      }
      done.users++
    }
    while (done.users < waiting.length && done.users < RUN_USERS_MAX && clock.monotonic_ms() < until_ms) {
      await Promise.all(waiting.slice(done.users, done.users + USERS_SIDE_BY_SIDE).map(takeTurn))
    }
    return { ...done, stopped_after: done.users < waiting.length ? (waiting[done.users - 1] ?? after) : undefined }
  }

  async #dispatchOf(user_id: string, listed: UserObjects, done: Pick<Dispatched, 'started' | 'refreshed'>) {
    const { distributions, clock } = this.#dependencies
    const now_ms = clock.now_ms()
    const facts = await this.#distributions.of(user_id, listed.distributions)
    const due = [...facts.scheduled_ms].filter(([, time_ms]) => time_ms <= now_ms)
    const asking = { kind: DISTRIBUTIONS, user_id }
    // Together, so that those of one month share a commit.
    const outcomes = await Promise.all(
      due.map(([id]) =>
        distributions.mutate(user_id, { id, size_bytes: 0, decide: (row) => decideDue(asking, row, now_ms) }),
      ),
    )
    done.started += outcomes.filter(({ kind }) => kind === 'written').length

    const refreshes = listed.platforms ? await this.#refreshes.of(user_id, listed.platforms) : new Map<string, number>()
    const faults: unknown[] = []
    for (const [pair, completed] of facts.last_completed) {
      const period_ms = refreshes.get(completed.platform_id)
      if (period_ms === undefined || facts.open.has(pair)) continue
      const refresh = dueRefresh(completed, period_ms, now_ms)
      if (!refresh) continue
      try {
        if (await createRefresh(this.#dependencies, user_id, refresh, now_ms)) done.refreshed++
      } catch (error) {
        // What keeps one refresh from being made need not keep the others.
        faults.push(error)
      }
    }
    if (faults.length > 0) throw faults[0]
  }
}

interface UserObjects {
  readonly distributions: readonly ObjectListing[]
  readonly platforms: readonly ObjectListing[] | undefined
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
