import { folded } from '../../audiences/folded.ts'
import { hasTag } from '../../audiences/tags.ts'
import { changedAt, sizeOf, statusOf, tagsOf, type Audience, type Shown } from '../../store/records.ts'
import type { ListQuery, Sort } from './search.ts'

/** Which audiences a list shows, and in which order. Pure. */

export type ShownAudience = Shown<'audience'>

const SEARCHED = ['name', 'description', 'original_query'] as const
const NAMES = new Intl.Collator(undefined, { numeric: true })

/** What the search looks at, worked out once for each state of a record. */
const texts = new WeakMap<Audience, string>()

function searchedText(record: Audience): string {
  const known = texts.get(record)
  if (known !== undefined) return known
  const text = folded(SEARCHED.map((column) => record[column] ?? '').join('\n'))
  texts.set(record, text)
  return text
}

/** The audiences of a tab that is one of records. */
export function audiencesOfTab(all: readonly ShownAudience[], tab: ListQuery['tab']): readonly ShownAudience[] {
  if (tab === 'drafts') return []
  return all.filter((audience) => (statusOf(audience) === 'archived') === (tab === 'archived'))
}

/** @param all those of the tab */
export function selectedAudiences(all: readonly ShownAudience[], query: ListQuery): readonly ShownAudience[] {
  const { status, type, tag: tags, tab, sort } = query
  const wanted = folded(query.q.trim())
  // Words apart from each other are all looked for.
  const words = wanted.split(/\s+/).filter((word) => word !== '')
  const matches = (audience: ShownAudience): boolean => {
    const now = statusOf(audience)
    return (
      (tab === 'archived' || status.length === 0 || (now !== 'archived' && status.includes(now))) &&
      (type.length === 0 || type.includes(audience.record.data_type ?? 'none')) &&
      tags.every((one) => hasTag(tagsOf(audience.record), one)) &&
      words.every((word) => searchedText(audience.record).includes(word))
    )
  }
  return all.filter(matches).toSorted(ORDERS[sort])
}

type Order = (one: ShownAudience, other: ShownAudience) => number

/** Ids begin with the time of creation, and no two are the same: equal audiences keep their order. */
const newest: Order = (one, other) => (one.id < other.id ? 1 : one.id > other.id ? -1 : 0)
const byCreation: Order = ({ record: one }, { record: other }) => compareTexts(one.created_at, other.created_at)
const byName: Order = ({ record: one }, { record: other }) => NAMES.compare(one.name, other.name)

/** Unknown sizes come last, whichever way the others run. */
const bySize =
  (direction: 1 | -1): Order =>
  ({ record: one }, { record: other }) => {
    const [size, other_size] = [sizeOf(one), sizeOf(other)]
    if (size === null || other_size === null) return Number(size === null) - Number(other_size === null)
    return direction * (size - other_size)
  }

const ORDERS: Readonly<Record<Sort, Order>> = {
  changed: (one, other) => compareTexts(changedAt(other), changedAt(one)) || newest(one, other),
  newest: (one, other) => byCreation(other, one) || newest(one, other),
  oldest: (one, other) => byCreation(one, other) || newest(other, one),
  name: (one, other) => byName(one, other) || newest(one, other),
  name_z: (one, other) => byName(other, one) || newest(one, other),
  largest: (one, other) => bySize(-1)(one, other) || newest(one, other),
  smallest: (one, other) => bySize(1)(one, other) || newest(one, other),
}

/** Instants of one form sort as text. */
function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

export interface AudienceCounts {
  readonly active: number
  readonly draft: number
  readonly archived: number
}

export function countsOf(all: readonly ShownAudience[]): AudienceCounts {
  const counts = { active: 0, draft: 0, archived: 0 }
  for (const audience of all) counts[statusOf(audience)]++
  return counts
}

/** The records of some audiences together, as far as their sizes are known. */
export function recordsTogether(some: readonly ShownAudience[]): {
  readonly known: number
  readonly unknown_count: number
} {
  const sizes = some.map(({ record }) => sizeOf(record))
  const known = sizes.filter((size) => size !== null)
  return { known: known.reduce((sum, size) => sum + size, 0), unknown_count: sizes.length - known.length }
}
