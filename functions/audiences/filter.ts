import { isAscii } from 'node:buffer'

import type { AudienceRow } from '#shared/records/audience.ts'
import type { RowFilter } from '#shared/table/read/listing.ts'

/** What a listing or an export asks for, as the query has it. */
export interface AudienceQuery {
  readonly status?: string | undefined
  readonly data_type?: string | undefined
  /** All of them. */
  readonly tag?: readonly string[] | undefined
  readonly q?: string | undefined
}

/** Live rows that match; without a status archived ones are left out. Cheap questions come first. */
export function audienceFilter({ status, data_type, tag, q }: AudienceQuery): RowFilter<AudienceRow> {
  const hasStatus = (is: unknown) => (status === undefined ? is !== 'archived' : status === 'all' || is === status)
  const tags = tag?.map(tagFilter) ?? []
  const text = q === undefined ? undefined : folded(q)
  return {
    columns: [
      'deleted',
      'status',
      'data_type',
      ...(text === undefined ? [] : SEARCHED),
      ...(tags.length === 0 ? [] : (['metadata'] as const)),
    ],
    matches: (cell) =>
      !cell('deleted') &&
      hasStatus(cell('status')) &&
      (data_type === undefined || cell('data_type') === data_type) &&
      (text === undefined || SEARCHED.some((column) => folded(cell(column) ?? '').includes(text))) &&
      tags.every((hasTag) => hasTag(cell('metadata'))),
  }
}

const SEARCHED = ['name', 'description', 'original_query'] as const

/** The same for all spellings of a text in Unicode (é is one character, or e and an accent), and in either case. */
export function folded(text: string): string {
  // Some letters in lower case are spelled in several characters, which are composed again.
  return text.normalize('NFC').toLowerCase().normalize('NFC')
}

/**
 * Whether stored metadata has the tag. It is looked for in the text first: most rows need not be parsed to know that they
 * lack it.
 */
export function tagFilter(tag: string): (metadata: unknown) => boolean {
  const wanted = tag.normalize('NFC')
  const spelled = Buffer.from(JSON.stringify(wanted))
  return (metadata) => {
    if (!(metadata instanceof Uint8Array)) return false
    const stored = Buffer.from(metadata.buffer, metadata.byteOffset, metadata.length)
    // Text in ASCII has one spelling only.
    if (isAscii(stored) && !stored.includes(spelled)) return false
    const { tags } = JSON.parse(stored.toString('utf8')) as { tags?: unknown }
    return Array.isArray(tags) && tags.some((other) => typeof other === 'string' && other.normalize('NFC') === wanted)
  }
}
