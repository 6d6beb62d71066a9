import type { StoreCall } from '../memory-object-store.ts'

/** Which objects of the store cannot be written, in turn; between them all can. */
const FAILING = ['audiences/', undefined, 'platforms/', undefined, '', undefined]
const TURN_MS = 12_000

/** Whether a busy server refuses a write at this time: longer than the server itself tries again. */
export function isFailing({ operation, name }: StoreCall, now_ms: number): boolean {
  const failing = FAILING[Math.floor(now_ms / TURN_MS) % FAILING.length]
  return operation === 'write' && failing !== undefined && name.startsWith(failing)
}
