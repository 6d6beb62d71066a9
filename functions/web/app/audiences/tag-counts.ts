import { compareNames } from '../format/order.ts'
import { tagsOf, type Shown } from '../store/records.ts'

/** Every tag in use with how many audiences have it, the most used first. */
export function tagCounts(all: readonly Shown<'audience'>[]): readonly (readonly [tag: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const { record } of all) {
    for (const tag of new Set(tagsOf(record).map((one) => one.normalize('NFC')))) {
      counts.set(tag, (counts.get(tag) ?? 0) + 1)
    }
  }
  return [...counts].toSorted(([one, count], [other, other_count]) => other_count - count || compareNames(one, other))
}
