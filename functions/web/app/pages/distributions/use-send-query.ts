import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { useTypedQuery, type TypedQuery } from '../../base/use-typed-query.ts'
import { queryOf, searchOf, type SendQuery } from './search.ts'

/** The address of the list of distributions, and how it changes. */
export function useSendQuery(): TypedQuery<SendQuery> {
  const search = useSearch({ from: '/distributions' })
  const navigate = useNavigate({ from: '/distributions' })
  const query = useMemo(() => queryOf(search), [search])
  const go = useCallback(
    (change: (now: SendQuery) => SendQuery, { replace }: { readonly replace: boolean }) =>
      void navigate({ search: (now) => searchOf(change(queryOf(now))), replace, resetScroll: false }),
    [navigate],
  )
  return useTypedQuery(query, go)
}
