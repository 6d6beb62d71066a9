import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { Random } from '../../base/random.ts'
import { retry } from '../../base/retry.ts'
import { isTransientStoreError, StoreError } from '../../objects/object-store.ts'
import { CorruptFile } from '../../parquet/corrupt-file.ts'
import type { TableEvents } from '../events.ts'

/** An object that cannot be read, with its name for the operator. The name is never part of an answer. */
export class CorruptObject extends Error {
  override readonly name = 'CorruptObject'
  readonly object: string
  /** What is wrong with it. */
  readonly reason: string

  constructor(object: string, cause: CorruptFile) {
    super(`${object}: ${cause.message}`, { cause })
    this.object = object
    this.reason = cause.message
  }
}

/** Names the object in a failure to decode it. */
export async function namingObject<T>(object: string, decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    throw error instanceof CorruptFile ? new CorruptObject(object, error) : error
  }
}

/** The problem that the user sees for a failure below the table. Unknown failures are returned unchanged. */
export function asProblem(error: unknown, events: TableEvents): unknown {
  if (error instanceof CorruptObject) {
    events.corrupt(error.object, error.reason)
    return new Problem(
      'unavailable',
      'A part of your stored records cannot be read at the moment. Nothing was changed; the operator is informed.',
      { retry_after_ms: 60_000, cause: error },
    )
  }
  if (error instanceof StoreError) {
    events.storeFailed(error)
    return storeAway(error)
  }
  if (error instanceof Problem && error.cause instanceof StoreError) events.storeFailed(error.cause)
  return error
}

export function storeAway(cause?: unknown): Problem {
  return new Problem('unavailable', 'The storage cannot be reached at the moment. Nothing was changed.', {
    retry_after_ms: 2000,
    cause,
  })
}

export function outcomeUnknown(cause?: unknown): Problem {
  return new Problem(
    'unavailable',
    'The storage did not answer: the change may or may not have been made. Repeating it with the same id is safe.',
    { retry_after_ms: 5000, members: { outcome: 'unknown' }, cause },
  )
}

/** A read is repeated a few times within seconds: the person is waiting, and repeating it changes nothing. */
const READ_RETRIES = {
  attempts_max: 4,
  backoff: { base_ms: 100, cap_ms: 1000 },
  isTransient: isTransientStoreError,
}

export function retryReads<T>(timing: { clock: Clock; random: Random }, read: () => Promise<T>): Promise<T> {
  return retry({ clock: timing.clock, random: timing.random }, READ_RETRIES, read)
}
