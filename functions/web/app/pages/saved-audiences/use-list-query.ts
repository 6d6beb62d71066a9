import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { useTypedQuery, type TypedQuery } from '../../base/use-typed-query.ts'
import { queryOf, searchOf, type ListQuery } from './search.ts'

/** The address of the list of audiences, and how it changes. */
export function useListQuery(): TypedQuery<ListQuery> {
  const search = useSearch({ from: '/saved-audiences' })
  const navigate = useNavigate({ from: '/saved-audiences' })
  const query = useMemo(() => queryOf(search), [search])
  const go = useCallback(
    (change: (now: ListQuery) => ListQuery, { replace }: { readonly replace: boolean }) =>
      void navigate({ search: (now) => searchOf(change(queryOf(now))), replace, resetScroll: false }),
    [navigate],
  )
  return useTypedQuery(query, go)
}
