import { madeOnce } from '../base/made-once.ts'

const nameOrder = madeOnce(() => new Intl.Collator(undefined, { numeric: true }))

/** Names in the order of the browser's language, "Segment 9" before "Segment 10". */
export function compareNames(one: string, other: string): number {
  return nameOrder().compare(one, other)
}
