import { isoTime, type Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Identity, MigrationPlan, OutboxEntry } from './entries.ts'
import type { LocalData } from './local-data.ts'
import type { LocalStore } from './local-store.ts'
import { newMutationId } from './mutation-id.ts'
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
  #not_before_ms = -Infinity

  constructor(options: MigrationOptions) {
    this.#options = options
  }

  /** When the next step is due, in milliseconds from now. */
  dueInMs(): number {
    const { guest, guest_sender, clock } = this.#options
    const pause_ms = Math.max(0, this.#not_before_ms - clock.monotonicMs())
    const is_pushing = guest.plan?.state === 'pushing' && hasPush(guest.data.entries)
    return is_pushing ? Math.max(pause_ms, guest_sender.dueInMs(guest.data.entries)) : pause_ms
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
    if (pulled.kind !== 'done' || signal.aborted) return pulled
    const { outbox } = await guest.outbox()
    await this.#adopt(
      plan,
      outbox.filter(({ done }) => !done),
    )
    const missing = missingOf(outbox, account.data)
    const expected = new Set(outbox.map(({ kind, id }) => recordKey(kind, id))).size
    const found = expected - missing.size
    const told = await guest_sender.push(signal, { migration: { id: plan.id, expected, found } })
    if (told.kind === 'failed') return told
    if (missing.size > 0) {
      this.#not_before_ms = clock.monotonicMs() + INCOMPLETE_PAUSE_MS
      if (!pulled.unreadable) await this.#pushAgain(missing)
      return { kind: 'idle', pause_ms: INCOMPLETE_PAUSE_MS }
    }
    await guest.write(['outbox'], async (changes) => {
      const stored = await changes.storedPlan()
      if (stored) changes.putPlan({ ...stored, state: 'done', expected, found, done_at: isoTime(clock.nowMs()) })
    })
    return { kind: 'done', changed: expected, aside: 0 }
  }

  /** What the server has answered and does not show is asked of it once more: it is there, deleted, or made now. */
  async #pushAgain(missing: ReadonlySet<string>): Promise<void> {
    const { guest, clock, random } = this.#options
    await guest.write(['outbox'], async (changes) => {
      for (const entry of await changes.entries()) {
        if (!missing.has(recordKey(entry.kind, entry.id))) continue
        const { seq, done: _, mutation_id: _old, ...kept } = entry
        changes.deleteEntry(seq)
        await changes.append({ ...kept, mutation_id: newMutationId({ clock, random }) })
      }
      const plan = await changes.storedPlan()
      if (plan) changes.putPlan({ ...plan, state: 'pushing' })
    })
  }

  /** What was refused goes on waiting for the user, in the account; once, however often this is done. */
  async #adopt(plan: MigrationPlan, refused: readonly OutboxEntry[]): Promise<void> {
    const { account } = this.#options
    await account.write(['outbox'], async (changes) => {
      for (const { seq: _, ...entry } of refused) {
        if (await changes.adopts(entry.mutation_id)) await changes.append(entry)
      }
      await changes.rename(plan.renamed)
    })
  }
}

/** Something is not there yet that should be: looked at again later, and told to the operator. */
const INCOMPLETE_PAUSE_MS = 60_000

/** All that is open depends on what was refused: it goes along as it is. */
function isBlockedForGood(entries: readonly OutboxEntry[]): boolean {
  return entries.some(({ aside }) => aside) && !hasPush(entries)
}

/** The records of a guest that were answered, and that the account neither has nor was told to be deleted. */
function missingOf(outbox: readonly OutboxEntry[], account: LocalData): ReadonlySet<string> {
  const waiting = new Set(outbox.filter(({ done }) => !done).map(({ kind, id }) => recordKey(kind, id)))
  const missing = outbox.filter(
    ({ kind, id }) => !waiting.has(recordKey(kind, id)) && !account.row(kind, id) && !isGone(outbox, id),
  )
  return new Set(missing.map(({ kind, id }) => recordKey(kind, id)))
}

/** Deleted by the guest: a pull that begins from nothing does not tell of it. */
function isGone(entries: readonly OutboxEntry[], id: string): boolean {
  return entries.some((entry) => entry.id === id && entry.change.op === 'delete' && entry.done !== undefined)
}
