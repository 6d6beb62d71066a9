import type { MigrationPlan, OutboxEntry } from './entries.ts'
import type { StoreChanges } from './store-changes.ts'

/** What a tab still knows of a storage that the browser has cleared, until the new one has it. */
export class LostChanges {
  #entries: readonly OutboxEntry[] = []
  #is_due = false

  /** Changes that the server does not have and the new storage does not have yet. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries
  }

  /** Not everything that belongs into the new storage is there. */
  get is_due(): boolean {
    return this.#is_due
  }

  /** The browser has cleared the storage. @param unsent what it had, and what could not be kept again before */
  note(unsent: readonly OutboxEntry[]): void {
    this.#entries = unsent
    this.#is_due = true
  }

  /** @param keep keeps them again @returns whether there was something that nobody had kept again before */
  async keepAgain(keep: (entries: readonly OutboxEntry[]) => Promise<void>): Promise<boolean> {
    const lost = this.#entries
    await keep(lost)
    const is_news = this.#entries.some((entry) => lost.includes(entry))
    this.#entries = this.#entries.filter((entry) => !lost.includes(entry))
    this.#is_due = this.#entries.length > 0
    return is_news
  }
}

/** Keeps changes again, unless another tab has; and the plan of a guest who is moving. */
export async function keepAgain(
  changes: StoreChanges,
  lost: readonly OutboxEntry[],
  plan: MigrationPlan | undefined,
): Promise<void> {
  if (plan && !(await changes.storedPlan())) changes.putPlan(plan)
  // Long ago where this tab was frozen.
  for (const { seq: _, ...entry } of lost) if (await changes.adopts(entry.mutation_id)) await changes.append(entry)
}
