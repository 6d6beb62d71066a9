import type { Generation } from './object-store.ts'

/** The port to the generations that object versioning keeps. Only recovery uses it; no request handler does. */
export interface ObjectHistory {
  /**
   * Every generation that is still kept of every object whose name starts with `prefix`, live or not: by name, and of one
   * name the oldest first. @throws StoreError
   */
  generations(prefix: string): Promise<StoredGeneration[]>
  /** All bytes of one generation, verified; `undefined` when it is not kept any more. @throws StoreError */
  read(name: string, generation: Generation): Promise<Uint8Array | undefined>
}

export interface StoredGeneration {
  readonly name: string
  readonly generation: Generation
  readonly size_bytes: number
  readonly created_at_ms: number
  /** When it was replaced or deleted; `undefined` while it is live. */
  readonly replaced_at_ms: number | undefined
}
