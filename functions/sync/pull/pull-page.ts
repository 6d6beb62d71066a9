/** Records are gathered up to this before they become bytes. */
const PIECE_CHARACTERS = 64 * 1024

/** A partition in an answer. */
export interface PagePartition {
  readonly partition: string
  readonly reset: boolean
  /** Of a reset because the object was put back: until when what was done is still there. */
  readonly put_back_to?: string
}

/** The JSON of one answer to a pull, made row by row. The rows have at most `rows_bytes_max`, unless the first has more. */
export class PullPage {
  readonly #rows_bytes_max: number
  readonly #pieces: Uint8Array[] = []
  #text = '{"success":true,"partitions":['
  #bytes = 0
  #rows = 0
  #resets = 0
  #is_full = false
  #open: { readonly of: PagePartition; rows: number } | undefined
  #has_partitions = false

  constructor(rows_bytes_max: number) {
    this.#rows_bytes_max = rows_bytes_max
  }

  /** There was no room for a row. */
  get is_full(): boolean {
    return this.#is_full
  }

  /** What the page has so far. */
  get facts(): { readonly rows: number; readonly resets: number } {
    return { rows: this.#rows, resets: this.#resets }
  }

  /** @param text the JSON of a row @returns false when there is no room for it */
  add(of: PagePartition, text: string): boolean {
    const bytes = Buffer.byteLength(text)
    this.#is_full = this.#rows > 0 && this.#bytes + bytes > this.#rows_bytes_max
    if (this.#is_full) return false
    const open = this.#begun(of)
    this.#text += open.rows++ === 0 ? text : `,${text}`
    this.#bytes += bytes
    this.#rows++
    if (this.#text.length >= PIECE_CHARACTERS) this.#cut()
    return true
  }

  /** @param last with these rows, or without any, the partition is complete */
  end(of: PagePartition, last: boolean): void {
    this.#begun(of)
    this.#text += `],"last":${last}}`
    this.#open = undefined
  }

  /** The whole answer. @param unreadable partitions that may have changed and could not be read */
  finish(cursor: string, more: boolean, unreadable: readonly string[]): readonly Uint8Array[] {
    const members = { cursor, more, ...(unreadable.length > 0 && { unreadable }) }
    this.#text += `],${JSON.stringify(members).slice(1)}`
    this.#cut()
    return this.#pieces
  }

  #begun(of: PagePartition) {
    if (this.#open?.of === of) return this.#open
    const { reset } = of
    this.#text += `${this.#has_partitions ? ',' : ''}${JSON.stringify(of).slice(0, -1)},"rows":[`
    this.#has_partitions = true
    if (reset) this.#resets++
    return (this.#open = { of, rows: 0 })
  }

  #cut(): void {
    this.#pieces.push(Buffer.from(this.#text))
    this.#text = ''
  }
}
