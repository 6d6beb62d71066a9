import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Instance } from '../load/deployment.ts'

export interface PulledAudience {
  readonly audience_id: string
  readonly created_at: string
  readonly version: number
  name: string
}

interface Pulled {
  readonly partitions: readonly { readonly rows: readonly PulledAudience[] }[]
  readonly cursor: string
  readonly more: boolean
}

/** The largest pages there are: each one costs a round trip. */
const PAGE_BYTES = 4 * 1024 * 1024

/** A device of a user with audiences alone: it keeps its cursor and what it has pulled. */
export class Device {
  readonly client_id = newId('cli', systemClock.nowMs(), systemRandom)
  readonly #instance: Instance
  readonly #user_id: string
  readonly #rows = new Map<string, PulledAudience>()
  #cursor: string | null = null
  #pages = 0
  #seq = 0

  constructor(instance: Instance, user_id: string) {
    this.#instance = instance
    this.#user_id = user_id
  }

  /** What it has, newest month first. */
  get rows(): readonly PulledAudience[] {
    return [...this.#rows.values()]
  }

  get pages(): number {
    return this.#pages
  }

  /** One page. */
  async pull(): Promise<Pulled> {
    const page = (await this.#send('pull', { cursor: this.#cursor, limit_bytes: PAGE_BYTES })) as Pulled
    for (const { rows } of page.partitions) for (const row of rows) this.#rows.set(row.audience_id, row)
    this.#cursor = page.cursor
    this.#pages++
    return page
  }

  async pullAll(): Promise<void> {
    while ((await this.pull()).more);
  }

  /** Pushes another name for each of some rows. @throws Error when one of them is not applied */
  async rename(rows: readonly PulledAudience[]): Promise<void> {
    const acked = this.#seq
    const mutations = rows.map(({ audience_id, version, name }) => {
      const seq = ++this.#seq
      const set = { name: `Renamed ${seq} by ${this.client_id}` }
      const what = { op: 'patch', kind: 'audience', id: audience_id, base_version: version, base: { name }, set }
      return { seq, mutation_id: `${this.client_id}/${seq}`, ...what }
    })
    const { results } = (await this.#send('push', { acked, mutations })) as {
      results: readonly { readonly status: string }[]
    }
    const refused = results.find(({ status }) => status !== 'applied' && status !== 'merged')
    if (refused) throw new Error(`a change is ${JSON.stringify(refused)}`)
    for (const [at, row] of rows.entries()) row.name = mutations[at]!.set.name
  }

  async #send(path: string, more: Readonly<Record<string, unknown>>): Promise<unknown> {
    const sent = { client_id: this.client_id, ...more }
    const { status, body } = await this.#instance.call(this.#user_id, 'POST', `/api/sync/${path}`, sent)
    if (status !== 200) throw new Error(`the ${path} was answered ${status}: ${JSON.stringify(body)}`)
    return body
  }
}
