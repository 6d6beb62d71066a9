import * as z from 'zod/mini'

import type { AudienceRow } from '#shared/records/audience.ts'
import type { ListOrder } from '#shared/resources/record-service.ts'
import { isByAge, type AudienceSort } from '#shared/contract/audiences.ts'
import { folded } from './filter.ts'

type AudienceOrder = ListOrder<AudienceRow>
type Keys = Pick<AudienceOrder, 'columns' | 'keyOf' | 'key'>

/** What audiences can be sorted by, all of it in columns that listings have decoded anyway. */
const KEYS: Readonly<Record<'created_at' | 'updated_at' | 'name' | 'size', Keys>> = {
  created_at: { key: z.int(), columns: ['created_at'], keyOf: (cell) => cell('created_at') },
  updated_at: { key: z.int(), columns: ['updated_at'], keyOf: (cell) => cell('updated_at') },
  name: { key: z.string(), columns: ['name'], keyOf: (cell) => folded(cell('name')) },
  size: {
    key: z.nullable(z.int()),
    columns: ['total_audience_size', 'audience_size'],
    keyOf: (cell) => cell('total_audience_size') ?? cell('audience_size'),
  },
}

/** The order of a list; undefined: newest first, which every list has by itself. */
export function audienceOrder(sort: AudienceSort | undefined): AudienceOrder | undefined {
  if (sort === undefined || isByAge(sort)) return undefined
  const is_descending = sort.startsWith('-')
  const by = (is_descending ? sort.slice(1) : sort) as keyof typeof KEYS
  return { name: sort, is_descending, ...KEYS[by] }
}
