import type { Audience } from '../store/records.ts'
import { folded } from './folded.ts'

const SEARCHED = ['name', 'description', 'original_query'] as const

/** Worked out once for each state of a record. */
const texts = new WeakMap<Audience, string>()

/** What the search looks at. */
export function searchedText(record: Audience): string {
  const known = texts.get(record)
  if (known !== undefined) return known
  const text = folded(SEARCHED.map((column) => record[column] ?? '').join('\n'))
  texts.set(record, text)
  return text
}
