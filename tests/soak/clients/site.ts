import type { Random } from '#shared/base/random.ts'
import type { Evidence } from '../evidence.ts'
import type { Ledger } from '../ledger.ts'
import type { SoakSystem } from '../system.ts'

/** What every client works with. */
export interface Site {
  readonly system: SoakSystem
  readonly ledger: Ledger
  readonly evidence: Evidence
  readonly random: Random
  /** Aborted when no client begins anything new. */
  readonly ending: AbortSignal
  /** Distributions that were acknowledged, by user. */
  readonly distributions: Map<string, ExpectedDistribution[]>
  /** Counts what was done, for the figures. */
  count(what: string): void
}

export interface ExpectedDistribution {
  readonly distribution_id: string
  /** When maintenance begins it; `undefined`: immediately. */
  readonly due_ms: number | undefined
}
