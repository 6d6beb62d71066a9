import type { AudienceRow } from '#shared/records/audience.ts'
import type { RowOrder } from '#shared/table/read/sorted-listing.ts'
import { isByAge, type AudienceSort } from '#shared/contract/audiences.ts'
import { folded } from './filter.ts'

type Keys = Pick<RowOrder<AudienceRow>, 'columns' | 'keyOf'>

/** What audiences can be sorted by, all of it in columns that listings have decoded anyway. */
const KEYS: Readonly<Record<'created_at' | 'updated_at' | 'name' | 'size', Keys>> = {
  created_at: { columns: ['created_at'], keyOf: (cell) => cell('created_at') },
  updated_at: { columns: ['updated_at'], keyOf: (cell) => cell('updated_at') },
  name: { columns: ['name'], keyOf: (cell) => folded(cell('name')) },
  size: {
    columns: ['total_audience_size', 'audience_size'],
    keyOf: (cell) => cell('total_audience_size') ?? cell('audience_size'),
  },
}

/** The order of a list; undefined: newest first, which every list has by itself. */
export function audienceOrder(sort: AudienceSort | undefined): RowOrder<AudienceRow> | undefined {
  if (sort === undefined || isByAge(sort)) return undefined
  const is_descending = sort.startsWith('-')
  const by = (is_descending ? sort.slice(1) : sort) as keyof typeof KEYS
  return { name: sort, is_descending, ...KEYS[by] }
}
