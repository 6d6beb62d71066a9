import { Archive, Plus, SearchX, UsersRound } from 'lucide-react'

import { countOf } from '../../format/numbers.ts'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { filterCount, withoutFilters, type ListQuery } from './search.ts'
import type { AudienceCounts } from './select-audiences.ts'

/** Why the list is empty: no match, nothing archived, everything archived. */
export function NothingHere({
  query,
  of_tab_count,
  counts,
  onQuery,
}: {
  readonly query: ListQuery
  readonly of_tab_count: number
  readonly counts: AudienceCounts
  readonly onQuery: (query: ListQuery) => void
}) {
  if (of_tab_count > 0) {
    const kind = query.tab === 'archived' ? 'archived' : 'saved'
    return (
      <EmptyState
        icon={SearchX}
        title="No audience matches"
        action={<Button onClick={() => onQuery(withoutFilters(query))}>Clear filters</Button>}
      >
        {countOf(filterCount(query), 'filter is', 'filters are')} on,{' '}
        {countOf(of_tab_count, `audience is ${kind}`, `audiences are ${kind}`)}.
      </EmptyState>
    )
  }
  if (query.tab === 'archived') {
    return (
      <EmptyState icon={Archive} title="Nothing is archived">
        Archived audiences keep everything, and can be brought back at any time.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={UsersRound}
      title="No audience is in use"
      action={
        <ButtonLink to="/new-audience" icon={Plus}>
          New audience
        </ButtonLink>
      }
    >
      {countOf(counts.archived, 'audience is', 'audiences are')} in Archived, and can be brought back.
    </EmptyState>
  )
}
