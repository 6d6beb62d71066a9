import type { Api } from '../api/api.ts'
import type { ApiProblem } from '../api/problems.ts'
import type { JsonRecord } from './entries.ts'
import type { LocalStore } from './local-store.ts'

/** What a distribution has beyond what every pull brings: what exactly was handed over, and each attempt. */
export type DetailsOutcome =
  | {
      readonly ok: true
      readonly details: JsonRecord
      /** Whether they are of the version that is shown: else they were seen earlier, and this device is offline. */
      readonly is_current: boolean
    }
  | {
      readonly ok: false
      /** `local`: the service does not have the distribution yet. */
      readonly problem: Pick<ApiProblem, 'kind' | 'detail'> | { readonly kind: 'local'; readonly detail: string }
    }

const DETAILS = ['audience_snapshot', 'attempts'] as const
const LOCAL = { kind: 'local', detail: 'This distribution is on this device only; it has no details yet.' } as const

/** The details of distributions: fetched one by one, and kept when they were seen. */
export class Details {
  readonly #store: LocalStore

  constructor(store: LocalStore) {
    this.#store = store
  }

  /** Those of the shown version, from this device or the service; else the last ones that were seen here. */
  async of(id: string, api: Pick<Api, 'distributions'>): Promise<DetailsOutcome> {
    const row = this.#store.data.row('distribution', id)?.row
    if (!row) return { ok: false, problem: LOCAL }
    const kept = await this.#store.read(['details'], async ({ details }) => await details.get(id))
    if (kept && kept.version >= row.version) return { ok: true, details: kept.details, is_current: true }
    const answer = await api.distributions.getDistribution({ params: { distribution_id: id } })
    if (!answer.ok) {
      return kept ? { ok: true, details: kept.details, is_current: false } : { ok: false, problem: answer.problem }
    }
    const record: JsonRecord = answer.body.distribution
    const { version } = answer.body.distribution
    const details = Object.fromEntries(DETAILS.map((name) => [name, record[name]]))
    // One that does not fit is shown all the same.
    await this.#store
      .write(['details'], async (changes) => await Promise.resolve(changes.details.put(id, { version, details })))
      .catch(() => undefined)
    return { ok: true, details, is_current: true }
  }
}
