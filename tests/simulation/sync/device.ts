import { newId } from '#shared/base/ids.ts'
import { isObject } from '#shared/base/is-object.ts'
import { CLIENT_ID_PREFIX } from '#shared/contract/client-id.ts'
import { between, oneOf } from '../seeded-random.ts'
import { isTied, valueOf, type Change } from './change.ts'
import { isDone, type PushResult } from './journal.ts'
import {
  copyOf,
  newLocalStore,
  rowOfStore,
  shownRecords,
  type LocalStore,
  type OutboxEntry,
  type PulledRow,
  type ShownRecord,
} from './local-store.ts'
import { objectOf, shortId, type SyncHistory } from './sync-history.ts'
import type { PullAnswer, PushAnswer, SyncServers } from './sync-servers.ts'
import { wavesOf } from './waves.ts'

const BATCH_MAX = 10
const TRIES_MAX = 3

/** What a change is made of before it has a mark and a place. */
export interface Wish extends Pick<Change, 'kind' | 'op' | 'record_id' | 'base_version' | 'fields' | 'references'> {
  /** The members of the sent mutation, without number and mutation id. */
  body(mark: string): Record<string, unknown>
}

/**
 * A device as `sync.md` has it: one local store, one push and one pull on the way at a time. Everything that it knows it
 * has from answers.
 */
export class Device {
  readonly name: string
  readonly #history: SyncHistory
  readonly #servers: SyncServers
  #store: LocalStore
  /** Whoever does not hold it any more is not heard: the device has crashed since, or the answer is lost. */
  #push_on_its_way: object | undefined
  #pull_on_its_way: object | undefined

  constructor(name: string, history: SyncHistory, servers: SyncServers, store?: LocalStore) {
    this.name = name
    this.#history = history
    this.#servers = servers
    this.#store = store ?? newLocalStore(newId(CLIENT_ID_PREFIX, history.clock.nowMs(), history.random))
  }

  get is_pushing(): boolean {
    return this.#push_on_its_way !== undefined
  }

  get is_pulling(): boolean {
    return this.#pull_on_its_way !== undefined
  }

  get is_full(): boolean {
    return this.#store.outbox.length >= BATCH_MAX + 4
  }

  get has_something_to_push(): boolean {
    return this.#sendable().length > 0
  }

  get has_more_to_pull(): boolean {
    return this.#store.has_more
  }

  /** Some of what has changed in a partition has come, and not all. */
  get has_open_increment(): boolean {
    return [...this.#store.staged.values()].some(({ is_reset }) => !is_reset)
  }

  get cursor(): string | null {
    return this.#store.cursor
  }

  get outbox(): readonly OutboxEntry[] {
    return this.#store.outbox
  }

  shown(): ShownRecord[] {
    return [...shownRecords(this.#store).values()]
  }

  /** The rows of the server that are not deleted, as the device has them. */
  liveRows(): PulledRow[] {
    return [...this.#store.partitions.values()].flatMap((rows) => [...rows.values()]).filter(({ deleted }) => !deleted)
  }

  copied(name: string): Device {
    return new Device(name, this.#history, this.#servers, copyOf(this.#store))
  }

  crash(): void {
    this.#push_on_its_way = undefined
    this.#pull_on_its_way = undefined
    this.#history.counts.crashes_of_devices++
    this.#history.note(`${this.name} crashes and starts again`)
  }

  wish(wish: Wish): void {
    this.#append(wish, wish.body, 0)
  }

  /** It waits for nothing any more, and its user does without everything that was set aside. */
  calm(): void {
    this.#push_on_its_way = undefined
    this.#pull_on_its_way = undefined
    this.#store.outbox = this.#store.outbox.filter(({ state }) => state !== 'set_aside')
  }

  /** Its user mends what was set aside, or does without it. */
  decide(): void {
    const entry = this.#store.outbox.find(({ state }) => state === 'set_aside')
    if (!entry) return
    if (entry.tries < TRIES_MAX && this.#history.random.uniform() < 0.5) this.#takeUp(entry)
    else this.#remove(entry)
  }

  async push(): Promise<void> {
    const batch = this.#sendable().slice(0, between(this.#history.random, 1, BATCH_MAX))
    if (batch.length === 0 || this.is_pushing) return
    const { client_id, acked } = this.#store
    const history = this.#history
    const servers = this.#servers
    const ticket = (this.#push_on_its_way = {})
    for (const entry of batch) {
      entry.is_sent = true
      entry.change.client_ids.add(client_id)
      history.add({ kind: 'asked', change: entry.change })
    }
    const changes = batch.map(({ change }) => change)
    history.counts.pushes++
    history.counts.waves_max = Math.max(history.counts.waves_max, 1 + Math.max(...wavesOf(changes, objectOf)))
    history.note(`${this.name} pushes, all up to ${acked} answered: ${batch.map(spelled).join(', ')}`)
    const sent = batch.map((entry) => ({ ...entry }))
    const request = {
      client_id,
      acked,
      mutations: sent.map(({ seq, change, body }) => ({ seq, mutation_id: change.mark, ...body })),
    }
    if (!history.is_calm && history.random.uniform() < 0.1) servers.sendLater(request, sent)
    const answer = await servers.push(request, sent)
    if (this.#push_on_its_way !== ticket) return
    this.#push_on_its_way = undefined
    if (answer.kind === 'nothing' || this.#isLost()) return history.note(`${this.name} does not hear of its push`)
    this.#hear({ client_id, acked }, batch, answer)
  }

  async pull(limit_bytes = oneOf(this.#history.random, [1024, 1024, 2500, 6000])): Promise<void> {
    if (this.is_pulling) return
    const { cursor } = this.#store
    const history = this.#history
    const ticket = (this.#pull_on_its_way = {})
    const begun = ++this.#store.pulls
    const since = history.events.length
    history.counts.pulls++
    const answer = await this.#servers.pull({ cursor, limit_bytes })
    if (this.#pull_on_its_way !== ticket) return
    this.#pull_on_its_way = undefined
    if (answer.kind === 'nothing' || this.#isLost()) return history.note(`${this.name} does not hear of its pull`)
    // A copy of this store, or another tab, may have gone on meanwhile.
    if (this.#store.cursor !== cursor) return
    this.#take(answer, since)
    if (answer.more) return
    this.#store.outbox = this.#store.outbox.filter(
      ({ state, pulls_before }) => state !== 'done' || pulls_before >= begun,
    )
    this.#reportHeld(since)
  }

  #sendable(): OutboxEntry[] {
    const held: OutboxEntry[] = []
    return this.#store.outbox.filter((entry) => {
      if (entry.state === 'done') return false
      const is_held = entry.state === 'set_aside' || held.some((earlier) => isTied(earlier.change, entry.change))
      if (is_held) held.push(entry)
      return !is_held
    })
  }

  #isLost(): boolean {
    return !this.#history.is_calm && this.#history.random.uniform() < 0.15
  }

  #append(wish: Omit<Wish, 'body'>, body: Wish['body'], tries: number): void {
    const history = this.#history
    const { mark, order } = history.nextChange()
    const { kind, op, record_id, base_version, fields, references } = wish
    const change: Change = {
      mark,
      order,
      kind,
      op,
      record_id,
      base_version,
      fields,
      references,
      device: this.name,
      client_ids: new Set(),
      is_by_older_release: false,
    }
    const entry: OutboxEntry = {
      change,
      seq: ++this.#store.seq,
      body: body(mark),
      state: 'waiting',
      is_renumbered: false,
      tries,
      is_sent: false,
      made_version: 0,
      pulls_before: 0,
    }
    this.#store.outbox.push(entry)
    history.note(`${this.name} wants ${spelled(entry)} over version ${base_version}`)
  }

  #remove(entry: OutboxEntry): void {
    this.#store.outbox.splice(this.#store.outbox.indexOf(entry), 1)
  }

  /** A change that is taken up again is a new one, and goes behind all others with what waits for it. */
  #takeUp(entry: OutboxEntry): void {
    const { outbox } = this.#store
    const taken = [entry]
    for (const later of outbox.slice(outbox.indexOf(entry) + 1)) {
      if (later.state !== 'done' && taken.some(({ change }) => isTied(change, later.change))) taken.push(later)
    }
    // One that was sent and has no answer may have taken effect: it cannot become a new change.
    if (taken.some(({ state, is_sent }) => state === 'waiting' && is_sent)) return this.#remove(entry)
    for (const { change, body, tries } of taken) {
      this.#remove(outbox.find((one) => one.change === change)!)
      this.#append(change, (mark) => remarked(body, change.mark, mark), tries + 1)
    }
  }

  #hear(
    { client_id, acked }: Pick<LocalStore, 'client_id' | 'acked'>,
    batch: readonly OutboxEntry[],
    answer: Exclude<PushAnswer, { kind: 'nothing' }>,
  ): void {
    const store = this.#store
    if (store.client_id !== client_id) return
    if (answer.kind === 'forked') {
      if (store.acked === acked) this.#fork()
      return
    }
    this.#history.note(`${this.name} hears ${answer.results.map((result, at) => told(batch[at]!, result)).join(', ')}`)
    batch.forEach((entry, at) => this.#settle(entry, answer.results[at]!))
    batch.forEach((entry, at) => this.#requireNoFlash(entry, answer.results[at]!))
    const isOpen = (seq: number) => store.outbox.some((entry) => entry.state === 'waiting' && entry.seq === seq)
    while (store.answered.has(store.acked + 1) || (store.acked < store.seq && !isOpen(store.acked + 1))) store.acked++
  }

  /** Somebody else has this client id: the device takes another, and counts anew what has no answer yet. */
  #fork(): void {
    const store = this.#store
    store.client_id = newId(CLIENT_ID_PREFIX, this.#history.clock.nowMs(), this.#history.random)
    store.seq = 0
    store.acked = 0
    store.answered = new Set()
    for (const entry of store.outbox) {
      if (entry.state === 'done') continue
      entry.seq = ++store.seq
      // What was set aside has its answer.
      if (entry.state === 'set_aside') store.answered.add(entry.seq)
      entry.is_renumbered = true
    }
    this.#history.note(`${this.name} takes another client id`)
  }

  #settle(entry: OutboxEntry, result: PushResult): void {
    const { random } = this.#history
    if (!this.#store.outbox.includes(entry) || entry.state !== 'waiting' || result.status === 'retry') return
    this.#store.answered.add(result.seq)
    if (isDone(result)) {
      entry.state = 'done'
      entry.made_version = result.version ?? 0
      entry.pulls_before = this.#store.pulls
      return
    }
    if (result.status === 'invalid') {
      entry.state = 'set_aside'
      return
    }
    this.#remove(entry)
    const { change, body } = entry
    const { server } = result
    if (change.op !== 'patch' || !server || server['deleted'] === true || random.uniform() < 0.5) return
    // The user looks at both and wants hers: a new change over what the server has now.
    const own = { ...change, base_version: Number(server['version']) }
    this.#append(own, (mark) => rebased(remarked(body, change.mark, mark), server), entry.tries + 1)
  }

  /** After its answer a change stays on the screen, whatever was pulled before. */
  #requireNoFlash({ change, state, made_version }: OutboxEntry, result: PushResult): void {
    if (state !== 'done' || !isDone(result) || change.op !== 'patch') return
    const row = rowOfStore(this.#store, change.record_id)
    const shown = shownRecords(this.#store).get(change.record_id)
    if (!shown || !row || row.version >= (result.version ?? made_version)) return
    for (const [name, value] of change.fields) {
      const is_changed_again = this.#store.outbox.some(
        (later) =>
          later.change.order > change.order &&
          later.change.record_id === change.record_id &&
          later.change.fields.has(name),
      )
      if (is_changed_again || valueOf(shown.fields, name) === value) continue
      this.#history.add({
        kind: 'wrong',
        why: `${this.name} shows the ${name} of before ${change.mark} again, after its answer`,
      })
    }
  }

  #take({ cursor, more, partitions }: Extract<PullAnswer, { kind: 'page' }>, since: number): void {
    const store = this.#store
    const { counts } = this.#history
    for (const { partition, reset, last, rows } of partitions) {
      const known_since = store.pulled_since.get(partition)
      store.pulled_since.set(partition, since)
      if (reset) {
        counts.resets++
        if (known_since !== undefined) this.#history.addReset(this.name, partition, known_since)
        if (!last) counts.open_resets++
        store.staged.set(partition, { is_reset: true, rows: new Map() })
      } else if (!last) counts.open_increments++
      let staged = store.staged.get(partition)
      if (!staged) store.staged.set(partition, (staged = { is_reset: false, rows: new Map() }))
      for (const row of rows) {
        if (staged.is_reset && row.deleted) counts.tombstones_in_resets++
        staged.rows.set(row.id, row)
      }
      if (!last) continue
      const kept = staged.is_reset
        ? new Map<string, PulledRow>()
        : (store.partitions.get(partition) ?? new Map<string, PulledRow>())
      for (const [id, row] of staged.rows) kept.set(id, row)
      store.partitions.set(partition, kept)
      store.staged.delete(partition)
    }
    store.cursor = cursor
    store.has_more = more
    const brought = partitions.map(({ partition, reset, last, rows }) => {
      const versions = rows.map(({ id, version, deleted }) => `${shortId(id)} v${version}${deleted ? ' deleted' : ''}`)
      return `${partition}${reset ? ' anew' : ''}${last ? '' : ' in part'}: ${versions.join(' ')}`
    })
    this.#history.note(`${this.name} pulls ${brought.join('; ')}${more ? ', and there is more' : ''}`)
  }

  /** Pulled to the end: the device has all that was stored when its last pull began. */
  #reportHeld(since: number): void {
    const versions = new Map(this.liveRows().map(({ id, version }) => [id, version]))
    this.#history.add({ kind: 'held', device: this.name, since, versions })
  }
}

function spelled({ seq, change: { mark, op, record_id, fields } }: OutboxEntry): string {
  const set = [...fields].map(([name, value]) => `${name} ${value}`)
  return `#${seq} ${mark} ${op} ${shortId(record_id)}${set.length > 0 ? ` (${set.join(', ')})` : ''}`
}

function told({ change }: OutboxEntry, { status, version, problem, fields }: PushResult): string {
  const details = [version && `v${version}`, fields?.join('+'), problem?.['detail']].filter(Boolean)
  return `${change.mark} ${status}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}

type Body = OutboxEntry['body']

/** The same of another change, which leaves its own mark. */
function remarked(body: Body, mark: string, next_mark: string): Record<string, unknown> {
  return JSON.parse(JSON.stringify(body).replace(`"${mark}":`, `"${next_mark}":`)) as Record<string, unknown>
}

/** The same over what the server has now. */
function rebased(body: Record<string, unknown>, server: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { set, unset } = body as { set: Record<string, unknown>; unset?: Record<string, readonly string[]> }
  const base: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(set)) {
    if (!isObject(value)) base[name] = server[name]
  }
  for (const name of ['metadata', 'settings']) {
    const members = [...(isObject(set[name]) ? Object.keys(set[name]) : []), ...(unset?.[name] ?? [])]
    const now = isObject(server[name]) ? server[name] : {}
    const known = members.filter((member) => Object.hasOwn(now, member))
    if (members.length > 0) base[name] = Object.fromEntries(known.map((member) => [member, now[member]]))
  }
  return { ...body, base, base_version: server['version'] }
}
