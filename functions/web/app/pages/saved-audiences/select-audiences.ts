import { folded } from '../../audiences/folded.ts'
import { searchedText } from '../../audiences/searched-text.ts'
import { hasTag } from '../../audiences/tags.ts'
import { oncePer } from '../../base/once-per.ts'
import { compareNames } from '../../format/order.ts'
import { changedAt, sizeOf, statusOf, tagsOf, type Shown } from '../../store/records.ts'
import type { ListQuery, Sort } from './search.ts'

/** Which audiences a list shows, and in which order. Pure. */

export type ShownAudience = Shown<'audience'>

type Audiences = readonly ShownAudience[]

/** The audiences of a tab that is one of records. */
export const audiencesOfTab = oncePer((all: Audiences, tab: ListQuery['tab']): Audiences => {
  if (tab === 'drafts') return []
  return all.filter((audience) => (statusOf(audience) === 'archived') === (tab === 'archived'))
})

/** Whether every record has to be parsed for it: status and time of the last change stand beside their text. */
export function looksIntoAll({ q, type, tag, sort }: ListQuery): boolean {
  return q.trim() !== '' || type.length > 0 || tag.length > 0 || sort !== 'changed'
}

/** @param all those of the tab */
export function selectedAudiences(all: Audiences, query: ListQuery): Audiences {
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
  return inOrder(all, sort).filter(matches)
}

type Order = (one: ShownAudience, other: ShownAudience) => number

/** Ids begin with the time of creation, and no two are the same: equal audiences keep their order. */
const newest: Order = (one, other) => (one.id < other.id ? 1 : one.id > other.id ? -1 : 0)
const byCreation: Order = ({ record: one }, { record: other }) => compareTexts(one.created_at, other.created_at)
const byName: Order = ({ record: one }, { record: other }) => compareNames(one.name, other.name)

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

/** A search that goes on with the next key finds them ordered. */
const inOrder = oncePer((all: Audiences, sort: Sort): Audiences => all.toSorted(ORDERS[sort]))

/** Instants of one form sort as text. */
function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

export interface AudienceCounts {
  readonly active: number
  readonly draft: number
  readonly archived: number
}

export function countsOf(all: Audiences): AudienceCounts {
  const counts = { active: 0, draft: 0, archived: 0 }
  for (const audience of all) counts[statusOf(audience)]++
  return counts
}

/** The records of some audiences together, as far as their sizes are known. */
export function recordsTogether(some: Audiences): {
  readonly known: number
  readonly unknown_count: number
} {
  const sizes = some.map(({ record }) => sizeOf(record))
  const known = sizes.filter((size) => size !== null)
  return { known: known.reduce((sum, size) => sum + size, 0), unknown_count: sizes.length - known.length }
}
