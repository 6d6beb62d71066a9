import { type Change, checkChanges } from '#tests/faults/checker.ts'
import type { StoredAudience } from '#tests/faults/stored.ts'

/** What clients asked for and were told, whatever the way it took. */
export class Ledger {
  readonly #changes: Change[] = []
  readonly #of_user = new Map<string, Change[]>()
  readonly #faults: string[] = []
  #marks = 0

  /** What a change leaves in its record, and no other change. */
  newMark(): string {
    return `m${this.#marks++}`
  }

  /** A change that may still happen: what is known of it is written here as soon as it is. */
  begin(kind: Change['kind'], user_id: string, mark: string, audience_id?: string): Change {
    const change: Change = { kind, user_id, mark, audience_id, result: 'unknown' }
    this.#changes.push(change)
    const own = this.#of_user.get(user_id) ?? []
    own.push(change)
    this.#of_user.set(user_id, own)
    return change
  }

  /** Something that must never be; the first of each kind are told. */
  report(fault: string): void {
    this.#faults.push(fault)
  }

  get faults(): readonly string[] {
    return this.#faults
  }

  /** How many changes ended how. */
  counts(): Record<Change['result'], number> {
    const counts = { acknowledged: 0, refused: 0, unmade: 0, unknown: 0 }
    for (const { result } of this.#changes) counts[result]++
    return counts
  }

  /** What was acknowledged to the user is in what they were shown after that. */
  checkShown(user_id: string, what: string, shown: ReadonlyMap<string, readonly string[]>): void {
    const changes = this.#of_user.get(user_id) ?? []
    const deleted = new Set(changes.filter(({ kind }) => kind === 'delete').map(({ audience_id }) => audience_id))
    for (const { kind, mark, audience_id, result } of changes) {
      if (result !== 'acknowledged' || audience_id === undefined) continue
      if (kind === 'delete' && shown.has(audience_id))
        this.report(`${what} of ${user_id} shows ${audience_id}, which was deleted`)
      if (kind === 'delete' || deleted.has(audience_id)) continue
      if (!shown.get(audience_id)?.includes(mark)) this.report(`${what} of ${user_id} lacks ${mark} in ${audience_id}`)
    }
  }

  /** The stored records went through exactly what was acknowledged. */
  checkStored(stored: ReadonlyMap<string, StoredAudience>): void {
    try {
      checkChanges(this.#changes, stored)
    } catch (error) {
      this.report(`stored: ${(error as Error).message}`)
    }
  }
}
