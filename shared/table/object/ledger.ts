import { DAY_MS, MINUTE_MS } from '../../base/durations.ts'
/**
 * The idempotency ledger: which keyed requests this object has already carried out. It lives in the object's footer, so
 * it changes atomically with the rows, and every instance sees it.
 */
export interface LedgerEntry {
  /** 16 bytes as hex: of method, path and key. */
  readonly request_hash: string
  /** 16 bytes as hex: of the canonical body. */
  readonly body_hash: string
  /** HTTP status of the first answer. */
  readonly status: number
  readonly id: string
  readonly time_ms: number
}

/** Entries expire by age only, never early: a clock that is 30 s ahead must not make a replay a second record. */
export const LEDGER_KEPT_MS = DAY_MS + MINUTE_MS
/** Above this many live entries further keyed requests are refused rather than old ones forgotten. */
export const LEDGER_ENTRIES_MAX = 20_000

export class Ledger {
  static readonly EMPTY = new Ledger([])
  readonly entries: readonly LedgerEntry[]
  #by_request: Map<string, LedgerEntry> | undefined

  constructor(entries: readonly LedgerEntry[]) {
    this.entries = entries
  }

  find(request_hash: string): LedgerEntry | undefined {
    this.#by_request ??= new Map(this.entries.map((entry) => [entry.request_hash, entry]))
    return this.#by_request.get(request_hash)
  }

  /** With `added`, and without what expired before `now_ms`. */
  with(added: readonly LedgerEntry[], now_ms: number): Ledger {
    const kept = this.entries.filter((entry) => entry.time_ms > now_ms - LEDGER_KEPT_MS)
    return added.length === 0 && kept.length === this.entries.length ? this : new Ledger([...kept, ...added])
  }
}

const HASH_BYTES = 16
const TIME_BYTES = 6
const FIXED_BYTES = HASH_BYTES * 2 + 2 + TIME_BYTES + 1

/** Entries one after another: request hash, body hash, status (2 bytes), time (6), id length (1), id; as base64. */
export function encodeLedger(ledger: Ledger): string {
  const ids = ledger.entries.map((entry) => Buffer.from(entry.id))
  const bytes = Buffer.allocUnsafe(ids.reduce((sum, id) => sum + FIXED_BYTES + id.length, 0))
  let at = 0
  ledger.entries.forEach((entry, i) => {
    const id = ids[i]!
    at += bytes.write(entry.request_hash, at, HASH_BYTES, 'hex')
    at += bytes.write(entry.body_hash, at, HASH_BYTES, 'hex')
    at = bytes.writeUInt16BE(entry.status, at)
    at = bytes.writeUIntBE(entry.time_ms, at, TIME_BYTES)
    at = bytes.writeUInt8(id.length, at)
    at += id.copy(bytes, at)
  })
  return bytes.toString('base64')
}

/** @throws RangeError when the text is not a whole number of entries */
export function decodeLedger(text: string): Ledger {
  const bytes = Buffer.from(text, 'base64')
  const entries: LedgerEntry[] = []
  for (let at = 0; at < bytes.length;) {
    const id_start = at + FIXED_BYTES
    const id_end = id_start + bytes.readUInt8(id_start - 1)
    if (id_end > bytes.length) throw new RangeError('the ledger ends in the middle of an entry')
    entries.push({
      request_hash: bytes.toString('hex', at, at + HASH_BYTES),
      body_hash: bytes.toString('hex', at + HASH_BYTES, at + HASH_BYTES * 2),
      status: bytes.readUInt16BE(at + HASH_BYTES * 2),
      time_ms: bytes.readUIntBE(at + HASH_BYTES * 2 + 2, TIME_BYTES),
      id: bytes.toString('utf8', id_start, id_end),
    })
    at = id_end
  }
  return entries.length === 0 ? Ledger.EMPTY : new Ledger(entries)
}
