import { hash } from 'node:crypto'

import { DAY_MS } from '../../base/durations.ts'

/**
 * What clients have pushed to an object, in its footer: a change whose answer was lost is recognised when it is pushed
 * again. It changes atomically with the rows, and every instance sees it.
 */

/** What became of a pushed change for good. `depends-on` was refused because an earlier one of the same push was. */
export const REMEMBERED_STATUSES = ['applied', 'merged', 'conflict', 'invalid', 'depends-on'] as const
export type RememberedStatus = (typeof REMEMBERED_STATUSES)[number]

/** One pushed change. */
export interface PushEntry {
  /** The client's own number of it, from 1. */
  readonly seq: number
  /** 16 bytes as hex. */
  readonly mutation_hash: string
  readonly status: RememberedStatus
  /** Of a conflict: its fields. Of `depends-on`: the number of the change that it depends on. Of `invalid`: the code of its problem. */
  readonly fields: readonly string[]
}

/** What one client has pushed. */
export interface ClientLedger {
  /** Everything up to this number has its final answer, and the client has written it down. */
  readonly acked: number
  /** Of its last push that changed the object. */
  readonly time_ms: number
  /** Later than `acked`, in ascending order. */
  readonly entries: readonly PushEntry[]
}

/** What a push adds. */
export interface LedgerUpdate {
  readonly acked: number
  readonly entries: readonly PushEntry[]
}

/** A client without open entries can push nothing again, but for a copy of an old request that is still on its way. */
const SETTLED_KEPT_MS = DAY_MS
/** A device that is away for longer has its changes judged anew. */
const OPEN_KEPT_MS = 180 * DAY_MS
const CLIENTS_MAX = 1000
const LEDGERS_BYTES_MAX = 1024 * 1024

const NOTHING: ClientLedger = { acked: 0, time_ms: 0, entries: [] }

/** The ledgers of all clients of one object, by the hash of the client's id. */
export class ClientLedgers {
  static readonly EMPTY = new ClientLedgers(new Map())
  readonly #clients: ReadonlyMap<string, ClientLedger>
  #text: string | undefined
  #mutations: Map<string, PushEntry> | undefined

  private constructor(clients: ReadonlyMap<string, ClientLedger>, text?: string) {
    this.#clients = clients
    this.#text = text
  }

  get size(): number {
    return this.#clients.size
  }

  get(client_hash: string): ClientLedger {
    return this.#clients.get(client_hash) ?? NOTHING
  }

  /** The entry of a change, whichever client has pushed it: a copy of a profile pushes the same one under a new id. */
  findMutation(mutation_hash: string): PushEntry | undefined {
    this.#mutations ??= new Map(
      [...this.#clients.values()].flatMap(({ entries }) => entries.map((entry) => [entry.mutation_hash, entry])),
    )
    return this.#mutations.get(mutation_hash)
  }

  /** After pushes of these clients, and without those that have been silent for too long. */
  with(updates: ReadonlyMap<string, LedgerUpdate>, now_ms: number): ClientLedgers {
    if (updates.size === 0) return this
    const clients = new Map(this.#clients)
    for (const [client_hash, update] of updates) {
      // At the end: the map is in the order of their last pushes.
      clients.delete(client_hash)
      clients.set(client_hash, updated(this.get(client_hash), update, now_ms))
    }
    for (const [client_hash, { time_ms, entries }] of clients) {
      const kept_ms = entries.length === 0 ? SETTLED_KEPT_MS : OPEN_KEPT_MS
      if (now_ms - time_ms > kept_ms) clients.delete(client_hash)
    }
    return new ClientLedgers(withinLimits(clients))
  }

  encode(): string {
    const bytes = () => Buffer.concat([...this.#clients].map((client) => encodeClient(...client)))
    return (this.#text ??= bytes().toString('base64'))
  }

  /** @throws RangeError when the text is not a whole number of ledgers */
  static decode(text: string): ClientLedgers {
    const bytes = Buffer.from(text, 'base64')
    const clients = new Map<string, ClientLedger>()
    for (let at = 0; at < bytes.length;) {
      const { client_hash, ledger, end } = decodeClient(bytes, at)
      clients.set(client_hash, ledger)
      at = end
    }
    return clients.size === 0 ? ClientLedgers.EMPTY : new ClientLedgers(clients, text)
  }
}

/** 16 bytes as hex: what a ledger keeps instead of a client's id, or of a change's. */
export function ledgerHash(id: string): string {
  return hash('sha256', id, 'hex').slice(0, HASH_BYTES * 2)
}

function updated(before: ClientLedger, { acked, entries }: LedgerUpdate, now_ms: number): ClientLedger {
  const highest = Math.max(before.acked, acked)
  const by_seq = new Map([...before.entries, ...entries].map((entry) => [entry.seq, entry]))
  const open = [...by_seq.values()].filter(({ seq }) => seq > highest).toSorted((a, b) => a.seq - b.seq)
  return { acked: highest, time_ms: now_ms, entries: open }
}

/** The longest silent clients go first, and of a single one that has too much its oldest changes. */
function withinLimits(clients: ReadonlyMap<string, ClientLedger>): ReadonlyMap<string, ClientLedger> {
  const kept: [string, ClientLedger][] = []
  let room_bytes = LEDGERS_BYTES_MAX
  for (const [client_hash, ledger] of [...clients].toReversed()) {
    const bytes = clientBytes(ledger)
    if (kept.length === CLIENTS_MAX || (bytes > room_bytes && kept.length > 0)) break
    kept.push([client_hash, bytes > room_bytes ? { ...ledger, entries: newestOf(ledger.entries) } : ledger])
    room_bytes -= bytes
  }
  return kept.length === clients.size && room_bytes >= 0 ? clients : new Map(kept.toReversed())
}

function newestOf(entries: readonly PushEntry[]): readonly PushEntry[] {
  let bytes = 0
  const first = entries.findLastIndex((entry) => (bytes += entryBytes(entry)) > LEDGERS_BYTES_MAX / 2)
  return entries.slice(first + 1)
}

const HASH_BYTES = 16
const NUMBER_BYTES = 8
const TIME_BYTES = 6
const COUNT_BYTES = 4
/** Hash, acked, time, and how many entries. */
const CLIENT_BYTES = HASH_BYTES + NUMBER_BYTES + TIME_BYTES + COUNT_BYTES
/** Number, hash, status, and how many fields. */
const ENTRY_BYTES = NUMBER_BYTES + HASH_BYTES + 1 + 1
const FIELD_BYTES_MAX = 255
const FIELDS_MAX = 255

function clientBytes({ entries }: ClientLedger): number {
  return entries.reduce((sum, entry) => sum + entryBytes(entry), CLIENT_BYTES)
}

function entryBytes({ fields }: PushEntry): number {
  return keptFields(fields).reduce((sum, text) => sum + 1 + text.length, ENTRY_BYTES)
}

/** As much of the names as has room. */
function keptFields(fields: readonly string[]): Uint8Array[] {
  return fields.slice(0, FIELDS_MAX).map((field) => Buffer.from(field).subarray(0, FIELD_BYTES_MAX))
}

/** A client and its entries, one after another; a field goes after its length in one byte. */
function encodeClient(client_hash: string, ledger: ClientLedger): Uint8Array {
  const { acked, time_ms, entries } = ledger
  const bytes = Buffer.allocUnsafe(clientBytes(ledger))
  let at = bytes.write(client_hash, 0, HASH_BYTES, 'hex')
  at = bytes.writeBigUInt64BE(BigInt(acked), at)
  at = bytes.writeUIntBE(time_ms, at, TIME_BYTES)
  at = bytes.writeUInt32BE(entries.length, at)
  for (const { seq, mutation_hash, status, fields } of entries) {
    const texts = keptFields(fields)
    at = bytes.writeBigUInt64BE(BigInt(seq), at)
    at += bytes.write(mutation_hash, at, HASH_BYTES, 'hex')
    at = bytes.writeUInt8(REMEMBERED_STATUSES.indexOf(status), at)
    at = bytes.writeUInt8(texts.length, at)
    for (const text of texts) {
      at = bytes.writeUInt8(text.length, at)
      bytes.set(text, at)
      at += text.length
    }
  }
  return bytes
}

function decodeClient(bytes: Buffer, start: number): { client_hash: string; ledger: ClientLedger; end: number } {
  let at = start
  /** The next `length` bytes. */
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('the client ledgers end in the middle of one')
    at += length
    return bytes.subarray(at - length, at)
  }
  const takeNumber = () => Number(take(NUMBER_BYTES).readBigUInt64BE())
  const takeHash = () => take(HASH_BYTES).toString('hex')
  const takeByte = () => take(1).readUInt8()
  const client_hash = takeHash()
  const acked = takeNumber()
  const time_ms = take(TIME_BYTES).readUIntBE(0, TIME_BYTES)
  const entry_count = take(COUNT_BYTES).readUInt32BE()
  const entries: PushEntry[] = []
  while (entries.length < entry_count) {
    const seq = takeNumber()
    const mutation_hash = takeHash()
    const status = REMEMBERED_STATUSES[takeByte()]
    if (status === undefined) throw new RangeError('a client ledger has a status that this release does not know')
    const field_count = takeByte()
    const fields = Array.from({ length: field_count }, () => take(takeByte()).toString('utf8'))
    entries.push({ seq, mutation_hash, status, fields })
  }
  return { client_hash, ledger: { acked, time_ms, entries }, end: at }
}
