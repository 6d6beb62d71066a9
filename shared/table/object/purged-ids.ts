import { hash } from 'node:crypto'

/**
 * The ids whose tombstones were purged: nothing may be created under them again, although no row is left. They live in
 * the object's footer, 16 bytes each (the beginning of the id's SHA-256), so they change atomically with the rows.
 */
export class PurgedIds {
  static readonly NONE = new PurgedIds(new Set())
  readonly #digests: ReadonlySet<string>

  private constructor(digests: ReadonlySet<string>) {
    this.#digests = digests
  }

  get size(): number {
    return this.#digests.size
  }

  has(id: string): boolean {
    return this.#digests.size > 0 && this.#digests.has(digestOf(id))
  }

  /** @param is_purged true for ids to add, false for ids to remove */
  with(is_purged: ReadonlyMap<string, boolean>): PurgedIds {
    if (is_purged.size === 0) return this
    const digests = new Set(this.#digests)
    for (const [id, purged] of is_purged) {
      if (purged) digests.add(digestOf(id))
      else digests.delete(digestOf(id))
    }
    return new PurgedIds(digests)
  }

  encode(): string {
    return Buffer.from([...this.#digests].join(''), 'hex').toString('base64')
  }

  /** @throws RangeError when the text is not a whole number of digests */
  static decode(text: string): PurgedIds {
    if (text === '') return PurgedIds.NONE
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length % DIGEST_BYTES !== 0) throw new RangeError('the purged ids end in the middle of one')
    const digests = new Set<string>()
    for (let at = 0; at < bytes.length; at += DIGEST_BYTES) digests.add(bytes.toString('hex', at, at + DIGEST_BYTES))
    return new PurgedIds(digests)
  }
}

const DIGEST_BYTES = 16

function digestOf(id: string): string {
  return hash('sha256', id, 'hex').slice(0, DIGEST_BYTES * 2)
}
