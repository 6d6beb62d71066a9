import type { Clock } from '#shared/base/clock.ts'
import { decideDue } from '#shared/records/distribution-decisions.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { PLATFORMS, type PlatformRow } from '#shared/records/platform.ts'
import { tableFolder } from '#shared/table/read/user-folders.ts'
import {
  dispatchSummary,
  ObjectSummaries,
  mergedSummaries,
  mergedRefreshes,
  refreshPeriods,
  type DispatchSummary,
} from './dispatch-summary.ts'
import type { Job, Sums, UserTask } from '../runner/job.ts'
import { createRefresh, dueRefresh, type RefreshTables } from './refresh.ts'

export interface DispatchDependencies extends RefreshTables {
  readonly clock: Clock
}

interface DispatchSums extends Sums {
  started: number
  refreshed: number
}

/**
 * Starts scheduled distributions that are due and creates the refreshes that are. Every step is a decision over the
 * record as it then is, and refreshes have ids that follow from what they refresh: running it twice, or in two
 * instances simultaneously, does nothing more.
 *
 * Cost when nothing changed since the last run of this instance: two LISTs for every thousand objects.
 */
export class Dispatch implements Job<DispatchSums> {
  readonly name = 'dispatch'
  readonly top_folders = [DISTRIBUTIONS, PLATFORMS].map(tableFolder)
  readonly #dependencies: DispatchDependencies
  readonly #distributions: ObjectSummaries<DistributionRow, DispatchSummary>
  readonly #refreshes: ObjectSummaries<PlatformRow, Map<string, number>>

  constructor(dependencies: DispatchDependencies) {
    this.#dependencies = dependencies
    this.#distributions = new ObjectSummaries(dependencies.distributions, dispatchSummary, mergedSummaries)
    this.#refreshes = new ObjectSummaries(dependencies.platforms, refreshPeriods, mergedRefreshes)
  }

  begin(): DispatchSums {
    return { started: 0, refreshed: 0 }
  }

  async processUser({ user_id, folder, sums }: UserTask<DispatchSums>): Promise<void> {
    const listed = folder.objects.get(DISTRIBUTIONS.name)
    if (!listed) return
    const { distributions, clock } = this.#dependencies
    const now_ms = clock.nowMs()
    const facts = await this.#distributions.of(user_id, listed)
    const due = [...facts.scheduled_ms].filter(([, time_ms]) => time_ms <= now_ms)
    const asking = { kind: DISTRIBUTIONS, user_id }
    // Together, so that those of one month share a commit.
    const outcomes = await Promise.all(
      due.map(([id]) =>
        distributions.mutate(user_id, { id, size_bytes: 0, decide: (row) => decideDue(asking, row, now_ms) }),
      ),
    )
    sums.started += outcomes.filter(({ kind }) => kind === 'written').length

    const refreshes = await this.#refreshes.of(user_id, folder.objects.get(PLATFORMS.name) ?? [])
    const faults: unknown[] = []
    for (const [pair, completed] of facts.last_completed) {
      const period_ms = refreshes.get(completed.platform_id)
      if (period_ms === undefined || facts.open.has(pair)) continue
      const refresh = dueRefresh(completed, period_ms, now_ms)
      if (!refresh) continue
      try {
        if (await createRefresh(this.#dependencies, user_id, refresh, now_ms)) sums.refreshed++
      } catch (error) {
        // What keeps one refresh from being made need not keep the others.
        faults.push(error)
      }
    }
    if (faults.length > 0) throw faults[0]
  }
}
