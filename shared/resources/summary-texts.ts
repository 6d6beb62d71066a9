import type { Row } from '../table/object/schema.ts'

/** Of all users of this instance. */
const KEPT_CHARACTERS_MAX = 2 * 1024 * 1024

/** Adds to a summary what follows from it alone. */
export type Summarize = (summary: Record<string, unknown>) => Record<string, unknown>

interface Kept {
  readonly user_id: string
  readonly summarize: Summarize
  readonly text: string
}

/**
 * The JSON of summaries that were listed, kept beside their rows. A table gives the same row again while the row group
 * that it is in stays decoded, so most of a page that is asked for again was written before.
 */
export class SummaryTexts {
  #texts = new WeakMap<Row, Kept>()
  #characters = 0

  /** @param make the text of `row` for this user, by this `summarize` */
  of(row: Row, user_id: string, summarize: Summarize, make: () => string): string {
    const known = this.#texts.get(row)
    if (known?.user_id === user_id && known.summarize === summarize) return known.text
    const text = make()
    if (this.#characters + text.length > KEPT_CHARACTERS_MAX) {
      this.#texts = new WeakMap()
      this.#characters = 0
    }
    this.#texts.set(row, { user_id, summarize, text })
    this.#characters += text.length
    return text
  }
}
