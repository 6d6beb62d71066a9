/**
 * The port to object storage: the few operations the commit protocol needs, with generation preconditions.
 *
 * Expected outcomes (absent, unmodified, precondition not met) are values. Only failures throw, and always as a
 * `StoreError` that says what the caller may conclude.
 */

/** Identifies one stored version of an object: a decimal int64, compared for equality only. */
export type Generation = string

/** The generation precondition that means "there is no live object of this name". */
export const NO_OBJECT: Generation = '0'

export type ReadResult =
  | { kind: 'found'; bytes: Uint8Array; generation: Generation }
  | { kind: 'unmodified' }
  | { kind: 'absent' }

export type RangeResult =
  | { kind: 'found'; bytes: Uint8Array; generation: Generation; object_bytes: number }
  /** The named generation is no longer there (overwritten or deleted), or the object never was. */
  | { kind: 'absent' }

export type WriteResult =
  | { kind: 'written'; generation: Generation }
  /** The live generation is not the one named. After an unanswered attempt this may be one's own write. */
  | { kind: 'conflict' }

export interface ObjectListing {
  name: string
  generation: Generation
  size_bytes: number
}

/** Bytes of an object from its start (`start`, exclusive `end`), or its last `suffix_bytes`. */
export type ByteRange = { start: number; end: number } | { suffix_bytes: number }

export interface ObjectStore {
  /** The whole live object, verified against the store's checksum; `unmodified` when it still is generation `unless`. */
  read(name: string, options?: { unless?: Generation }): Promise<ReadResult>
  /** Part of an object. With `generation`, of exactly that one. */
  readRange(name: string, range: ByteRange, options?: { generation?: Generation }): Promise<RangeResult>
  /**
   * Makes exactly one attempt to write the object, if its live generation still is `if_generation`.
   * @param crc32c of the bytes; the store refuses bytes that arrived damaged.
   */
  write(
    name: string,
    bytes: Uint8Array,
    options: { if_generation: Generation; crc32c: number; content_type: string },
  ): Promise<WriteResult>
  /**
   * Live objects whose name starts with `prefix`, in name order (of their UTF-8 bytes).
   * @param from leaves out names before it
   * @param limit objects at most; fewer only when there are no more. Without it all of them
   */
  list(prefix: string, options?: { from?: string; limit?: number }): Promise<ObjectListing[]>
}

/**
 * The kinds of failed calls, by what the caller should do.
 * - `throttled`: nothing happened; wait, then try again.
 * - `unavailable`: the store did not answer, or its answer was lost; a write may or may not have landed, or may yet.
 * - `rejected`: the store understood and refuses (permission, malformed): trying again does not help.
 */
export type StoreErrorKind = 'throttled' | 'unavailable' | 'rejected'

export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** Whether a later attempt may succeed: everything but a refusal. */
export function isTransientStoreError(error: unknown): boolean {
  return error instanceof StoreError && error.kind !== 'rejected'
}
