import type { ClientLedgers, LedgerUpdate, PushEntry } from '../object/client-ledgers.ts'
import type { PushedChange, PushUnit, PushVerdict } from './mutation.ts'

type Numbered = Pick<PushedChange, 'unit' | 'seq' | 'mutation_hash'>

/** The ledgers of an object's clients while a batch with pushes is evaluated. */
export class PushLedger {
  readonly #stored: ClientLedgers
  readonly #clients = new Map<string, OpenLedger>()
  /** Changes that this batch has judged, by their hashes. */
  readonly #judged = new Map<string, PushEntry>()

  constructor(stored: ClientLedgers) {
    this.#stored = stored
  }

  /** What is known of a change already: it was judged before, or its number is another change's. */
  verdictOf({ unit, seq, mutation_hash }: Numbered): PushVerdict | undefined {
    const { acked, entries } = this.#ledgerOf(unit)
    const own = entries.get(seq)
    // A copy of the client has used the number; the next push will be told so before anything is done.
    if (seq <= acked || (own && own.mutation_hash !== mutation_hash)) return { status: 'retry', fields: [] }
    // A copy of the client may have pushed the same change under another id.
    const entry = own ?? this.#judged.get(mutation_hash) ?? this.#stored.findMutation(mutation_hash)
    return entry && verdictOfEntry(entry)
  }

  /** Keeps a final verdict; the first on a number stands. */
  remember({ unit, seq, mutation_hash }: Numbered, { status, fields }: PushVerdict): void {
    if (status === 'retry') return
    const { entries } = this.#ledgerOf(unit)
    if (entries.has(seq)) return
    const entry: PushEntry = { seq, mutation_hash, status: status === 'duplicate' ? 'applied' : status, fields }
    entries.set(seq, entry)
    this.#judged.set(mutation_hash, entry)
  }

  /** What the next generation has to keep, by client. */
  updates(): ReadonlyMap<string, LedgerUpdate> {
    return new Map(
      [...this.#clients].map(([client_hash, { acked_now, entries }]) => [
        client_hash,
        { acked: acked_now, entries: [...entries.values()] },
      ]),
    )
  }

  #ledgerOf({ client_hash, acked, earlier }: PushUnit): OpenLedger {
    let open = this.#clients.get(client_hash)
    if (!open) {
      const stored = this.#stored.get(client_hash)
      const entries = new Map(stored.entries.map((entry) => [entry.seq, entry]))
      this.#clients.set(client_hash, (open = { acked: stored.acked, acked_now: stored.acked, entries }))
    }
    open.acked_now = Math.max(open.acked_now, acked)
    for (const entry of earlier) if (!open.entries.has(entry.seq)) open.entries.set(entry.seq, entry)
    return open
  }
}

interface OpenLedger {
  /** As the object has it: of this batch's changes none can be at or below what their own push says. */
  readonly acked: number
  acked_now: number
  readonly entries: Map<number, PushEntry>
}

/** The verdict again: of what was made, that it was made. */
function verdictOfEntry({ status, fields }: PushEntry): PushVerdict {
  return { status: status === 'applied' || status === 'merged' ? 'duplicate' : status, fields }
}
