import type { Clock } from '#shared/base/clock.ts'
import { canonicalSpelling } from '#shared/base/ids.ts'
import { decideDue } from '#shared/records/distribution-decisions.ts'
import { unusableReferences, type UnusableReference } from '#shared/records/distribution-source.ts'
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
  type Scheduled,
} from './dispatch-summary.ts'
import type { Job, ReportItem, ReportLine, Sums, UserTask } from '../runner/job.ts'
import { createRefresh, dueRefresh, type RefreshTables } from './refresh.ts'
import { serverWriter } from '#shared/table/object/writer.ts'

const DISPATCH = serverWriter('dispatch')

export interface DispatchDependencies extends RefreshTables {
  readonly clock: Clock
}

interface DispatchSums extends Sums {
  started: number
  cancelled: number
  refreshed: number
}

/**
 * Starts scheduled distributions that are due and creates the refreshes that are. A scheduled one whose audience or
 * platform cannot be used any more is cancelled instead, with the reason (decision 20). Every step is a decision over the
 * record as it then is, and refreshes have ids that follow from what they refresh: running it twice, or in two
 * instances simultaneously, does nothing more.
 *
 * Cost when nothing changed since the last run of this instance: two LISTs for every thousand objects. With something
 * due also one conditional GET for each object that holds its audience or platform, and one PUT.
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
    return { started: 0, cancelled: 0, refreshed: 0 }
  }

  line({ code }: ReportItem): ReportLine {
    const message = `a scheduled distribution was cancelled when it was due: ${code}`
    return { severity: 'WARNING', event: 'distribution_cancelled', message }
  }

  async processUser(task: UserTask<DispatchSums>): Promise<void> {
    const { user_id, folder, sums } = task
    const listed = folder.objects.get(DISTRIBUTIONS.name)
    if (!listed) return
    const now_ms = this.#dependencies.clock.nowMs()
    const facts = await this.#distributions.of(user_id, listed)
    const due = [...facts.scheduled].filter(([, { due_ms }]) => due_ms <= now_ms)
    const faults = await this.#start(task, due, now_ms)

    const refreshes = await this.#refreshes.of(user_id, folder.objects.get(PLATFORMS.name) ?? [])
    for (const [pair, completed] of facts.last_completed) {
      const period_ms = refreshes.get(canonicalSpelling(PLATFORMS, completed.platform_id))
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

  /**
   * Starts or cancels each, those of one month in one commit.
   * @returns why others could be neither; they stay scheduled, and the next run looks at them again
   */
  async #start(
    { user_id, sums, report }: UserTask<DispatchSums>,
    due: readonly (readonly [string, Scheduled])[],
    now_ms: number,
  ): Promise<unknown[]> {
    const faults: unknown[] = []
    const ready = await this.#lookedAt(user_id, due, faults)
    const asking = { kind: DISTRIBUTIONS, user_id }
    const outcomes = await Promise.allSettled(
      ready.map(({ id, unusable }) =>
        this.#dependencies.distributions.mutate(user_id, {
          id,
          writer: DISPATCH,
          size_bytes: 0,
          decide: (row) => decideDue(asking, row, now_ms, unusable),
        }),
      ),
    )
    outcomes.forEach((settled, at) => {
      if (settled.status === 'rejected') return void faults.push(settled.reason)
      const { value: outcome } = settled
      // Deleted meanwhile: there is nothing left to start.
      if (outcome.kind === 'refused' && outcome.problem.kind !== 'not-found') faults.push(outcome.problem)
      if (outcome.kind !== 'written') return
      const { id, unusable } = ready[at]!
      if (outcome.row.status === 'pending') return void sums.started++
      sums.cancelled++
      report({ user_id, distribution_id: id, code: unusable[0]?.code })
    })
    return faults
  }

  /** Each with what keeps it from being started, as its audience and platform are now. */
  async #lookedAt(
    user_id: string,
    due: readonly (readonly [string, Scheduled])[],
    faults: unknown[],
  ): Promise<{ readonly id: string; readonly unusable: readonly UnusableReference[] }[]> {
    const audience = this.#dependencies.audiences.reader(user_id)
    const platform = this.#dependencies.platforms.reader(user_id)
    const looked_at = await Promise.allSettled(
      due.map(async ([id, { audience_id, platform_id }]) => {
        const found = await Promise.all([audience(audience_id), platform(platform_id)])
        return { id, unusable: unusableReferences(...found) }
      }),
    )
    return looked_at.flatMap((settled) => {
      if (settled.status === 'fulfilled') return [settled.value]
      // What cannot be looked at cannot be started, and need not keep the others.
      faults.push(settled.reason)
      return []
    })
  }
}
