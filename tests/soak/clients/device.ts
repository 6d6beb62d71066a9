import { type Clock, systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { ActivationClient } from '#shared/client/client.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import type { Change } from '#tests/faults/checker.ts'
import { between, oneOf } from '#tests/simulation/seeded-random.ts'
import type { SoakSystem } from '../system.ts'
import { repeated } from './repeated.ts'
import type { Site } from './site.ts'

const CHANGES_BETWEEN_SYNCS_MAX = 4
const RECORDS_MAX = 60
const PAUSE_MS_MAX = 600
const EXCHANGES_MAX = 200
const EXCHANGE_PAUSE_MS = 200

/** What a device needs of the site. */
export interface DeviceSite extends Omit<Site, 'system'> {
  readonly system: Pick<SoakSystem, 'issuer_url' | 'tokenOf' | 'as'> & {
    readonly edge: Pick<SoakSystem['edge'], 'url'>
  }
}

/** A browser with the client of the app: makes and changes records, syncs, and crashes now and then. */
export class SoakDevice {
  readonly #site: DeviceSite
  readonly #user_id: string
  /** As the evidence names it. */
  readonly #name: string
  readonly #browser = new MemoryBrowser({ clock: systemClock, random: systemRandom })
  readonly #ids: string[] = []
  /** Kept on the device, and not acknowledged by the service yet. */
  #waiting: Change[] = []
  #crashTab = () => {}
  #client: ActivationClient | undefined

  constructor(site: DeviceSite, user_id: string, name: string) {
    this.#site = site
    this.#user_id = user_id
    this.#name = name
  }

  async work(): Promise<void> {
    const { random, ending } = this.#site
    await this.#open()
    while (!ending.aborted) {
      // Two changes of one record between syncs may become one: each record gets one.
      const records = new Set<string>()
      for (let count = between(random, 1, CHANGES_BETWEEN_SYNCS_MAX); count > 0; count--) await this.#change(records)
      if (random.uniform() < 0.1) await this.#crash()
      await this.#settle()
      await systemClock.sleep(between(random, 0, PAUSE_MS_MAX), ending)
    }
  }

  /** Has what everybody else has, and closes. @returns marks by record */
  async end(): Promise<Map<string, readonly string[]>> {
    await this.#settle()
    const shown = this.#opened.list('audience').map(({ id, record }) => {
      const { metadata } = record as { metadata?: Record<string, unknown> }
      return [id, Object.keys(metadata ?? {})] as const
    })
    await this.#opened.close()
    return new Map(shown)
  }

  get #opened(): ActivationClient {
    if (!this.#client) throw new Error('the device is not open')
    return this.#client
  }

  async #open(): Promise<void> {
    const { system } = this.#site
    const tab = this.#browser.openTab()
    const gone = new AbortController()
    this.#crashTab = () => {
      gone.abort()
      tab.end()
    }
    this.#client = await ActivationClient.open({
      ports: { ...tab.ports, clock: mortalClock(gone.signal) },
      api: { origins: system.edge.url, fetch: this.#noted(mortalFetch(gone.signal)) },
      app_version: 'soak',
      session: {
        identity: { issuer: system.issuer_url, user_id: this.#user_id, owner: this.#user_id },
        token: () => system.tokenOf(this.#user_id),
      },
    })
  }

  /** The page is gone in the middle of whatever it does, and opened again. */
  async #crash(): Promise<void> {
    const exchange = this.#opened.syncNow().catch(() => undefined)
    await systemClock.sleep(between(this.#site.random, 0, 300))
    this.#crashTab()
    this.#note('crashes')
    await Promise.race([exchange, systemClock.sleep(EXCHANGE_PAUSE_MS)])
    this.#site.count('device crashes')
    await this.#open()
  }

  async #change(records: Set<string>): Promise<void> {
    const { ledger, random } = this.#site
    const mark = ledger.newMark()
    const others = this.#ids.filter((id) => !records.has(id))
    const creates = others.length === 0 || (this.#ids.length < RECORDS_MAX && random.uniform() < 0.4)
    const id = creates ? this.#opened.newId('audience') : oneOf(random, others)
    records.add(id)
    const change = ledger.begin(creates ? 'create' : 'patch', this.#user_id, mark, id)
    const { metadata = {} } = (this.#opened.get('audience', id)?.record ?? {}) as { metadata?: Record<string, unknown> }
    const edit = { set: { metadata: { ...metadata, [mark]: 1 } } } as const
    const outcome = creates
      ? await this.#opened.create('audience', { name: mark, ...edit.set }, id)
      : await this.#opened.change('audience', id, edit)
    this.#site.count('device changes')
    if (!outcome.ok) return ledger.report(`a device of ${this.#user_id} refused ${mark}: ${JSON.stringify(outcome)}`)
    this.#note(`${creates ? 'makes' : 'changes'} ${id}: ${mark}`)
    if (creates) this.#ids.push(id)
    this.#waiting.push(change)
  }

  #note(text: string): void {
    this.#site.evidence.note(`${this.#name} ${text}`)
  }

  /** Requests and answers go into the evidence, as this device sees them. */
  #noted(send: typeof fetch): typeof fetch {
    return async (input, init) => {
      const asked = `${init?.method ?? 'GET'} ${input instanceof Request ? input.url : String(input)}`
      this.#note(`asks ${asked} ${typeof init?.body === 'string' ? init.body : ''}`)
      try {
        const answer = await send(input, init)
        // The page reads it itself; a body that breaks off tells so there.
        const body = await answer
          .clone()
          .text()
          .catch((error: unknown) => String(error))
        this.#note(`is answered ${asked} ${answer.status} ${body}`)
        return answer
      } catch (error) {
        this.#note(`has no answer ${asked} ${String(error)}`)
        throw error
      }
    }
  }

  /** Nobody else changes the same fields: what is put aside was never sent, though nothing waits any more. */
  #checkNothingAside(): void {
    const { log, status } = this.#opened
    if (status.conflicts + status.invalid + status.quarantined > 0)
      this.#site.ledger.report(`${this.#name} has put changes aside: ${JSON.stringify(log.slice(-3))}`)
  }

  /** Asked immediately, of any instance: so a change that is lost later is told apart from one that never was there. */
  async #checkStored({ audience_id, mark }: Change): Promise<void> {
    const { ledger, system } = this.#site
    const reply = await repeated(() => system.as(this.#user_id).call('GET', `/api/audiences/${audience_id}`))
    const { metadata = {} } = (reply.body['audience'] ?? {}) as { metadata?: Record<string, unknown> }
    if (mark in metadata) return
    ledger.report(`${this.#name} was told that ${mark} of ${audience_id} is sent, and was answered ${reply.text}`)
  }

  /** Exchanges until the service has everything, and everything of it is here. */
  async #settle(): Promise<void> {
    for (let count = 0; count < EXCHANGES_MAX; count++) {
      const exchange = await this.#opened.syncNow()
      if (exchange?.kind === 'done' && this.#opened.status.pending === 0) {
        const told = this.#waiting
        this.#waiting = []
        this.#note(`is told that all is sent: ${told.map(({ mark }) => mark).join()}`)
        this.#checkNothingAside()
        for (const change of told) {
          change.result = 'acknowledged'
          await this.#checkStored(change)
        }
        return
      }
      await systemClock.sleep(EXCHANGE_PAUSE_MS)
    }
    const { status, log } = this.#opened
    this.#site.ledger.report(
      `a device of ${this.#user_id} never got rid of ${status.pending} changes: ${JSON.stringify(log.slice(-5))}`,
    )
    this.#waiting = []
  }
}

/** Nothing of a page that is gone ever goes on. */
const never = <T>() => new Promise<T>(() => {})

function mortalClock(gone: AbortSignal): Clock {
  return {
    ...systemClock,
    sleep: async (duration_ms, signal) => {
      await systemClock.sleep(duration_ms, signal ? AbortSignal.any([signal, gone]) : gone)
      if (gone.aborted) await never<void>()
    },
  }
}

function mortalFetch(gone: AbortSignal): typeof fetch {
  return async (input, init) => {
    const signals = [gone, ...(init?.signal ? [init.signal] : [])]
    const answer = await fetch(input, { ...init, signal: AbortSignal.any(signals) }).catch((error: unknown) => {
      if (gone.aborted) return never<Response>()
      throw error
    })
    return gone.aborted ? await never<Response>() : answer
  }
}
