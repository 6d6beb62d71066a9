import { isoTime, type Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Identity, MigrationPlan, OutboxEntry } from './entries.ts'
import type { LocalStore } from './local-store.ts'
import { hasPush, isOpen, recordKey } from './outbox.ts'
import type { Exchange, Sender } from './sender.ts'

export interface MigrationOptions {
  readonly guest: LocalStore
  readonly account: LocalStore
  /** Sends the guest's changes, as the guest's client and the account's user. */
  readonly guest_sender: Sender
  readonly account_sender: Sender
  readonly clock: Clock
  readonly random: Random
}

/**
 * Writes down that a guest's records go into an account; from now on nothing in the guest's storage changes but by the
 * migration. A plan that stands already stays as it is.
 * @returns the plan that holds: into another account, when that one was first
 */
export async function planMigration(
  guest: LocalStore,
  into: Identity,
  { clock, random }: Pick<MigrationOptions, 'clock' | 'random'>,
): Promise<MigrationPlan> {
  return await guest.write(['outbox'], async (changes) => {
    const known = await changes.storedPlan()
    if (known) return known
    const now_ms = Math.max(0, clock.nowMs())
    const plan: MigrationPlan = {
      id: newId('mig', now_ms, random),
      into,
      state: 'pushing',
      renamed: {},
      begun_at: isoTime(now_ms),
      done_at: null,
      expected: null,
      found: null,
    }
    changes.putPlan(plan)
    return plan
  })
}

/**
 * Takes a guest's records into an account. Each step can be cut off and done again: the changes keep their client, numbers
 * and ids, so none is made twice. It is done when every record of the guest is in the account, deleted there, or set aside where
 * the user sees it.
 */
export class GuestMigration {
  readonly #options: MigrationOptions

  constructor(options: MigrationOptions) {
    this.#options = options
  }

  /** The next step. @returns undefined when the migration is done */
  async step(signal: AbortSignal): Promise<Exchange | undefined> {
    const { guest } = this.#options
    const { plan } = guest
    if (!plan || plan.state === 'done') return undefined
    return plan.state === 'pushing' ? await this.#push(signal) : await this.#check(plan, signal)
  }

  async #push(signal: AbortSignal): Promise<Exchange> {
    const { guest, guest_sender } = this.#options
    const pushed = await guest_sender.push(signal)
    if (pushed.kind === 'failed') return pushed
    const is_answered = await guest.write(['outbox'], async (changes) => {
      const entries = await changes.entries()
      const plan = await changes.storedPlan()
      const is_over = !entries.some(isOpen) || isBlockedForGood(entries)
      if (is_over && plan) changes.putPlan({ ...plan, state: 'checking' })
      return is_over
    })
    return is_answered ? { kind: 'done', changed: 0, aside: 0 } : pushed
  }

  async #check(plan: MigrationPlan, signal: AbortSignal): Promise<Exchange> {
    const { guest, account, guest_sender, account_sender, clock } = this.#options
    const pulled = await account_sender.pull(signal)
    if (pulled.kind === 'failed' || signal.aborted) return pulled
    const { outbox } = await guest.outbox()
    await this.#adopt(
      plan,
      outbox.filter(({ done }) => !done),
    )
    const records = new Map(outbox.map((entry) => [recordKey(entry.kind, entry.id), entry]))
    const waiting = new Set(outbox.filter(({ done }) => !done).map(({ kind, id }) => recordKey(kind, id)))
    const arrived = [...records].filter(
      ([key, { kind, id }]) => waiting.has(key) || account.data.row(kind, id) !== undefined || isGone(outbox, id),
    )
    const expected = records.size
    const found = arrived.length
    const told = await guest_sender.push(signal, { migration: { id: plan.id, expected, found } })
    if (told.kind === 'failed') return told
    if (found < expected) return { kind: 'idle', pause_ms: INCOMPLETE_PAUSE_MS }
    await guest.write(['outbox'], async (changes) => {
      const stored = await changes.storedPlan()
      if (stored) changes.putPlan({ ...stored, state: 'done', expected, found, done_at: isoTime(clock.nowMs()) })
    })
    return { kind: 'done', changed: expected, aside: 0 }
  }

  /** What was refused goes on waiting for the user, in the account; once, however often this is done. */
  async #adopt(plan: MigrationPlan, refused: readonly OutboxEntry[]): Promise<void> {
    const { account } = this.#options
    await account.write(['outbox'], async (changes) => {
      if (await changes.hasAdopted(plan.id)) return
      for (const { seq: _, ...entry } of refused) await changes.append(entry)
      changes.putAdopted(plan.id)
    })
  }
}

/** Something is not there yet that should be: looked at again later, and told to the operator. */
const INCOMPLETE_PAUSE_MS = 60_000

/** All that is open depends on what was refused: it goes along as it is. */
function isBlockedForGood(entries: readonly OutboxEntry[]): boolean {
  return entries.some(({ aside }) => aside) && !hasPush(entries)
}

/** Deleted by the guest: a pull that begins from nothing does not tell of it. */
function isGone(entries: readonly OutboxEntry[], id: string): boolean {
  return entries.some((entry) => entry.id === id && entry.change.op === 'delete' && entry.done !== undefined)
}
