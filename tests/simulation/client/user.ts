import type { ActivationClient } from '#shared/client/client.ts'
import type { ChangeOutcome } from '#shared/client/store/user-changes.ts'
import type { JsonRecord, OutboxEntry, RecordNoun } from '#shared/client/store/entries.ts'
import { StorageError } from '#shared/client/storage.ts'
import { between, oneOf } from '../seeded-random.ts'
import { type AskedChange, type ClientHistory, shortId } from './client-history.ts'
import type { Device, Tab } from './device.ts'
import { marksOfEntry, type Screen } from './screen.ts'
import { HABITS, type Habits } from './themes.ts'
import { marksOf } from './truth.ts'

type OpenTab = Tab & { readonly client: ActivationClient; readonly screen: Screen }

const PLANNED_MS_MAX = 20_000

interface Asking {
  readonly op: AskedChange['op']
  readonly noun: RecordNoun
  readonly id: string
  readonly is_renaming?: boolean
}

/** What users do to records, in any tab. */
export class User {
  readonly #history: ClientHistory
  readonly #habits: Habits

  constructor(history: ClientHistory) {
    this.#history = history
    this.#habits = { ...HABITS, ...history.theme?.habits }
  }

  /** One change of a random record, or a new one. */
  async change(device: Device, tab: OpenTab): Promise<void> {
    const { random } = this.#history
    const { client } = tab
    const { audiences, platforms, creations, deletions, renamings, records: newest } = this.#habits
    const chance = random.uniform()
    const noun: RecordNoun =
      chance < audiences ? 'audience' : chance < audiences + platforms ? 'platform' : 'distribution'
    const records = client.list(noun)
    if (records.length === 0 || random.uniform() < creations) return await this.#create(device, tab, noun)
    // Few records are changed by everybody.
    const { record } = oneOf(random, records.slice(-newest))
    const id = String(record[`${noun}_id`])
    if (random.uniform() < deletions)
      return await this.#ask(device, tab, { op: 'delete', noun, id }, () => client.delete(noun, id))
    const deleted = [...this.#history.asked.values()].filter(({ op }) => op === 'delete')
    if (deleted.length > 0 && random.uniform() < 0.1) {
      const { noun: of, record_id } = oneOf(random, deleted)
      const is_deleted = client.get(of, record_id)?.record.deleted
      if (is_deleted) {
        return await this.#ask(device, tab, { op: 'restore', noun: of, id: record_id }, () =>
          client.restore(of, record_id),
        )
      }
    }
    const is_renaming = noun !== 'distribution' && random.uniform() < renamings
    await this.#ask(device, tab, { op: 'patch', noun, id, is_renaming }, (mark) => {
      const metadata = { [mark]: device.name }
      const set: JsonRecord = is_renaming ? { name: mark, metadata } : { metadata }
      return client.change(noun, id, { set })
    })
  }

  /** Decides on a change that waits for the user. */
  async decide({ client, life }: OpenTab): Promise<void> {
    const { random, taken_up, restored } = this.#history
    if (client.aside.length === 0) return
    const entry = oneOf(random, client.aside)
    const how = oneOf(random, ['retry', 'mine', 'theirs', 'discard'] as const)
    const is_taken_up = how === 'retry' || how === 'mine'
    if (how === 'mine' && entry.change.op !== 'delete' && isDeletedThere(client, entry)) restored.add(entry.id)
    if (is_taken_up) for (const { mark } of this.#changesOf(entry)) taken_up.add(mark)
    const decided =
      how === 'retry'
        ? client.retry(entry.seq)
        : how === 'discard'
          ? client.discard(entry.seq)
          : client.resolve(entry.seq, how)
    const dropped = is_taken_up ? [] : this.#droppedWith(client, entry)
    // From now on it may be gone, also when nobody hears of it.
    for (const change of dropped) change.excuse ??= 'dropped'
    const outcome = await Promise.race([settled(decided), life.ended])
    if (outcome === 'ended') return
    this.#history.count(`decided ${how}`)
    this.#history.note(`${how} of #${entry.seq} ${marksOfEntry(entry).join()} ${entry.change.op}: ${spelled(outcome)}`)
  }

  async #create(device: Device, tab: OpenTab, noun: RecordNoun): Promise<void> {
    const { random, clock } = this.#history
    const { client } = tab
    const id = client.newId(noun)
    const [audiences, platforms] = [client.list('audience'), client.list('platform')]
    if (noun === 'distribution' && (audiences.length === 0 || platforms.length === 0)) return
    await this.#ask(device, tab, { op: 'create', noun, id }, (mark) => {
      const metadata = { [mark]: device.name }
      if (noun === 'audience') return client.create(noun, { name: mark, metadata }, id)
      if (noun === 'platform') return client.create(noun, { name: mark, platform_type: 'tiktok', metadata }, id)
      const audience_id = oneOf(random, audiences).record['audience_id']
      const platform_id = oneOf(random, platforms).record['platform_id']
      const { planned } = this.#habits
      if (planned === 0 || random.uniform() >= planned) {
        return client.create(noun, { audience_id, platform_id, metadata }, id)
      }
      // A time that passes before the service hears of it is refused.
      const scheduled_at = new Date(clock.nowMs() + between(random, 1, PLANNED_MS_MAX)).toISOString()
      return client.create(noun, { audience_id, platform_id, metadata, scheduled_at, status: 'scheduled' }, id)
    })
  }

  async #ask(
    device: Device,
    tab: OpenTab,
    { op, noun, id, is_renaming }: Asking,
    ask: (mark: string) => Promise<ChangeOutcome>,
  ): Promise<void> {
    const history = this.#history
    const { client, life, screen } = tab
    const mark = history.nextMark()
    const user_id = client.identity?.user_id ?? null
    const shown = client.get(noun, id)?.record
    const before = is_renaming && typeof shown?.['name'] === 'string' ? shown['name'] : undefined
    const change: AskedChange = {
      mark,
      op,
      noun,
      record_id: id,
      user_id,
      device: device.name,
      before,
      seen: new Set(marksOf(shown ?? {})),
      is_kept: false,
      excuse: undefined,
    }
    history.asked.set(mark, change)
    const outcome = await Promise.race([settled(ask(mark)), life.ended])
    if (outcome === 'ended') return history.note(`${tab.name} ends while ${mark} is asked for`)
    history.note(`${tab.name} asks ${mark} ${op} ${shortId(id)}: ${spelled(outcome)}`)
    history.count(outcome.ok ? `${op} kept` : `refused ${outcome.problem.kind}`)
    if (!outcome.ok || outcome.seq === null) return
    change.is_kept = true
    if (op === 'restore') return
    try {
      if (client.identity?.user_id === (user_id ?? undefined)) screen.took(noun, id, { mark, op }, before)
    } catch (error) {
      history.wrong((error as Error).message)
    }
  }

  /** With the creation of a record that the server never had goes everything that was done to it. */
  #droppedWith(client: ActivationClient, entry: OutboxEntry): AskedChange[] {
    const own = this.#changesOf(entry)
    if (entry.change.op !== 'create' || client.get(entry.kind, entry.id)) return own
    const ids = new Set([entry.id, ...own.map(({ record_id }) => record_id)])
    return [...this.#history.asked.values()].filter(({ record_id }) => ids.has(record_id))
  }

  #changesOf(entry: OutboxEntry): AskedChange[] {
    const { asked } = this.#history
    const marked = marksOfEntry(entry).flatMap((mark) => asked.get(mark) ?? [])
    if (marked.length > 0) return marked
    return [...asked.values()].filter(({ op, record_id }) => op === entry.change.op && record_id === entry.id)
  }
}

/** Names by which changes are found in an outbox. */
export function isOf(change: AskedChange, entry: OutboxEntry): boolean {
  if (change.op === 'create' || change.op === 'patch') return marksOfEntry(entry).includes(change.mark)
  return entry.change.op === change.op && entry.id === change.record_id
}

/** Whoever insists on a change of a record that is deleted restores it. */
function isDeletedThere(client: ActivationClient, { kind, id, aside }: OutboxEntry): boolean {
  return aside?.server?.deleted === true || client.get(kind, id)?.record.deleted === true
}

/** A client that is closed meanwhile says so. */
async function settled(outcome: Promise<ChangeOutcome>): Promise<ChangeOutcome> {
  return await outcome.catch((error: unknown): ChangeOutcome => {
    if (error instanceof StorageError) return { ok: false, problem: error }
    throw error
  })
}

function spelled(outcome: ChangeOutcome): string {
  return outcome.ok ? `kept as #${outcome.seq}` : `refused, ${outcome.problem.message}`
}
