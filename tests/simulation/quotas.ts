import { LEDGER_ENTRIES_MAX } from '#shared/table/object/ledger.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { userOfObject } from '#shared/table/object/partition.ts'
import { rowCount, wholeSnapshot } from '#shared/table/object/snapshot.ts'
import type { History, Operation } from './history.ts'

/** The most that objects of a user ever had. */
interface Most {
  rows: number
  bytes: number
  keys: number
}

const NOTHING: Most = { rows: 0, bytes: 0, keys: 0 }

/** No object has ever more than it may have. @returns the most that each user's objects had */
export function checkLimits(history: History): ReadonlyMap<string, Most> {
  const most = new Map<string, Most>()
  for (const { name, generation, bytes } of history.landings) {
    if (history.outside.has(generation)) continue
    const snapshot = wholeSnapshot(name, generation, bytes)
    const rows = rowCount(snapshot)
    const keys = snapshot.footer.ledger.entries.length
    if (rows > LIMITS.object_rows) fail(`${name} has ${rows} rows`)
    if (bytes.length > LIMITS.object_bytes + LIMITS.object_reserve_bytes) fail(`${name} has ${bytes.length} bytes`)
    if (keys > LEDGER_ENTRIES_MAX) fail(`${name} has ${keys} keys`)
    const user_id = userOfObject(history.schema, name) ?? fail(`nobody asked for ${name}`)
    const before = most.get(user_id) ?? NOTHING
    most.set(user_id, {
      rows: Math.max(before.rows, rows),
      bytes: Math.max(before.bytes, bytes.length),
      keys: Math.max(before.keys, keys),
    })
  }
  return most
}

/** Whether it is true that a limit was reached. */
export function isLimited({ refusal, user_id, kind, is_large }: Operation, most: ReadonlyMap<string, Most>): boolean {
  const { rows, bytes, keys } = most.get(user_id) ?? NOTHING
  if (refusal?.kind === 'too-many-requests') return keys >= LEDGER_ENTRIES_MAX
  if (refusal?.kind !== 'quota-exceeded') return false
  switch (refusal.members['limit']) {
    case 'record_bytes':
      return is_large === true
    case 'object_rows':
      return kind === 'create' && rows >= LIMITS.object_rows
    case 'object_bytes':
      // What the refused change would have made of it is not known.
      return bytes > LIMITS.object_bytes / 2
    default:
      return false
  }
}

function fail(what: string): never {
  throw new Error(what)
}
