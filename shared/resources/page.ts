/** Bytes of a page's answer, unless its first record alone has more. */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024
/** For what stands around the records. */
const FRAME_BYTES = 2048
/** Records are gathered up to this before they become bytes. */
const PIECE_CHARACTERS = 64 * 1024

/**
 * The JSON of one page, made record by record: a record is written and forgotten before the next one is read.
 */
export class Page {
  readonly #limit: number
  readonly #pieces: Uint8Array[] = []
  #text: string
  #bytes = FRAME_BYTES
  #count = 0

  /** @param name of the list @param limit records at most */
  constructor(name: string, limit: number) {
    this.#text = `{"success":true,"${name}":[`
    this.#limit = limit
  }

  get is_full(): boolean {
    return this.#count >= this.#limit
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** @param text the JSON of one record @returns false when the page ends before it */
  add(text: string): boolean {
    const bytes = Buffer.byteLength(text) + 1
    if (this.#count > 0 && this.#bytes + bytes > PAGE_BYTES_MAX) return false
    this.#bytes += bytes
    this.#text += this.#count === 0 ? text : `,${text}`
    this.#count++
    if (this.#text.length >= PIECE_CHARACTERS) this.#cut()
    return true
  }

  /** The whole answer. */
  end(next_cursor: string | null): readonly Uint8Array[] {
    this.#text += `],"count":${this.#count},"next_cursor":${JSON.stringify(next_cursor)}}`
    this.#cut()
    return this.#pieces
  }

  #cut(): void {
    this.#pieces.push(Buffer.from(this.#text))
    this.#text = ''
  }
}
