import { isoTime } from '../base/clock.ts'
import { canonicalSpelling } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import { REFRESHING_MAX, type Usage } from '../contract/usage.ts'
import type { Answer, Call } from '../http/call.ts'
import { AUDIENCES } from '../records/audience.ts'
import type { Decision } from '../records/decisions.ts'
import type { DistributionRow } from '../records/distribution.ts'
import { PLATFORMS } from '../records/platform.ts'
import type { RecordKind, RowOf } from '../records/record-kind.ts'
import type { Table } from '../table/table.ts'
import type { RecordService } from './record-service.ts'

/** How distributions refer to records of a kind, and what keeps sending them. */
export interface UsageOf<K extends RecordKind> {
  readonly kind: K
  readonly service: RecordService<K>
  /** Read only. */
  readonly distributions: Table<DistributionRow>
  /** The column of a distribution that names the record. */
  readonly own_end: Ends
  /** The one that names what the record was sent to, or what was sent to it. */
  readonly other_end: Ends
  /**
   * Asked once, where a record was sent at all.
   * @returns those of the other ends, in their canonical spellings, with which a record, as it is, is refreshed
   */
  readonly refreshing: (user_id: string) => Promise<Refreshing<K>>
}

type Ends = 'audience_id' | 'platform_id'

const KINDS = { audience_id: AUDIENCES, platform_id: PLATFORMS }

export type Refreshing<K extends RecordKind> = (row: RowOf<K>, completed_with: readonly string[]) => readonly string[]

/** What the distributions of one record come to. */
interface Sums {
  readonly counts: Map<string, number>
  readonly completed_with: Set<string>
  last_ms: number
}

const NONE: Readonly<Sums> = { counts: new Map(), completed_with: new Set(), last_ms: -Infinity }

/**
 * What uses records. It is true of a moment: a distribution that is made meanwhile is not waited for.
 *
 * Cost, for one record as for many: what a list of distributions costs, and a conditional GET for each other record or
 * table that is asked.
 */
export class RecordUsage<K extends RecordKind> {
  readonly #of: UsageOf<K>

  constructor(of: UsageOf<K>) {
    this.#of = of
  }

  async read(call: Call, id: string): Promise<Answer> {
    return { status: 200, body: { usage: await this.#ofLive(call, id) } }
  }

  /**
   * Lets a decision about the record stand, or refuses it while the record is in use.
   * @param is_asked without it no question is asked, and everything stands
   */
  async guard(call: Call, id: string, is_asked: boolean): Promise<(decision: Decision<K>) => Decision<K>> {
    if (!is_asked) return (decision) => decision
    const usage = await this.#ofLive(call, id)
    return (decision) => unlessUsed(this.#of.kind, decision, usage)
  }

  /** @returns what uses each of the records, as it is */
  async ofMany(user_id: string, ids: readonly string[]): Promise<(row: RowOf<K>) => Usage> {
    const { kind, distributions, own_end, other_end } = this.#of
    const wanted = new Set(ids.map((id) => canonicalSpelling(kind, id)))
    const sums = await distributions.fold(user_id, {
      columns: ['deleted', own_end, other_end, 'status', 'completed_at', 'created_at'],
      start: () => new Map<string, Sums>(),
      add: (sums, cell) => {
        if (cell('deleted')) return
        const own_id = canonicalSpelling(kind, cell(own_end))
        if (!wanted.has(own_id)) return
        const sum: Sums = sums.get(own_id) ?? { counts: new Map(), completed_with: new Set(), last_ms: -Infinity }
        sums.set(own_id, sum)
        const status = cell('status')
        sum.counts.set(status, (sum.counts.get(status) ?? 0) + 1)
        if (status !== 'completed') return
        sum.completed_with.add(canonicalSpelling(KINDS[other_end], cell(other_end)))
        // A record of the old system may not say when: then it is as old as it can be at most.
        sum.last_ms = Math.max(sum.last_ms, cell('completed_at') ?? cell('created_at'))
      },
    })
    const has_sent = [...sums.values()].some(({ completed_with }) => completed_with.size > 0)
    const refreshing = has_sent ? await this.#of.refreshing(user_id) : () => []
    return (row) => {
      const sum = sums.get(canonicalSpelling(kind, String(row[kind.id_column]))) ?? NONE
      return usageOf(sum, refreshing(row, [...sum.completed_with].toSorted()))
    }
  }

  async #ofLive(call: Call, id: string): Promise<Usage> {
    const row = await this.#of.service.live(call, id)
    return (await this.ofMany(call.caller.user_id, [id]))(row)
  }
}

function usageOf({ counts, completed_with, last_ms }: Sums, refreshing_on: readonly string[]): Usage {
  return {
    scheduled: counts.get('scheduled') ?? 0,
    pending: counts.get('pending') ?? 0,
    in_progress: counts.get('in_progress') ?? 0,
    refreshing_on: refreshing_on.slice(0, REFRESHING_MAX),
    refreshing_count: refreshing_on.length,
    completed_count: counts.get('completed') ?? 0,
    last_at: completed_with.size === 0 ? null : isoTime(last_ms),
  }
}

/** The decision, or a refusal while the record is in use: what would be refused anyway is refused for its own reason. */
export function unlessUsed<K extends RecordKind>(kind: K, decision: Decision<K>, usage: Usage): Decision<K> {
  return decision.kind === 'write' && isUsed(usage) ? { kind: 'refuse', problem: inUse(kind, usage) } : decision
}

/** Whether something would go wrong, or silently stop, without the record. What is done needs it no more. */
function isUsed({ scheduled, pending, in_progress, refreshing_count }: Usage): boolean {
  return scheduled + pending + in_progress + refreshing_count > 0
}

function inUse({ noun }: RecordKind, usage: Usage): Problem {
  const { scheduled, pending, in_progress, refreshing_count } = usage
  const uses = [
    [scheduled, 'scheduled'],
    [pending, 'pending'],
    [in_progress, 'in progress'],
    [refreshing_count, 'refreshed regularly'],
  ] as const
  const said = uses.flatMap(([count, how]) => (count === 0 ? [] : [`${count} ${how}`]))
  return new Problem('in-use', `The ${noun} is in use by distributions: ${said.join(', ')}.`, { members: { usage } })
}
