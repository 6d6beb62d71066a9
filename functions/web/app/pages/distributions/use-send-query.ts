import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { clock } from '../../base/ports.ts'
import { queryOf, searchOf, type SendQuery } from './search.ts'

/** The address of the list, and how it changes. */
export interface SendAddress {
  /** With the search as it is typed. */
  readonly query: SendQuery
  readonly setQuery: (query: SendQuery) => void
  readonly setText: (text: string) => void
}

/** Browsers refuse addresses that change with every key. */
const TYPING_MS = 250

export function useSendQuery(): SendAddress {
  const search = useSearch({ from: '/distributions' })
  const navigate = useNavigate({ from: '/distributions' })
  const query = useMemo(() => queryOf(search), [search])
  const [text, setText] = useState(query.q)
  const sent = useRef(query.q)
  const typing = useRef<AbortController>(undefined)

  // Back, a link or "Clear filters" has changed it.
  useEffect(() => {
    if (query.q === sent.current) return
    sent.current = query.q
    setText(query.q)
  }, [query.q])

  const setQuery = useCallback(
    (wanted: SendQuery) => {
      typing.current?.abort()
      sent.current = wanted.q
      setText(wanted.q)
      void navigate({ search: searchOf(wanted), resetScroll: false })
    },
    [navigate],
  )
  const onText = useCallback(
    (typed: string) => {
      setText(typed)
      typing.current?.abort()
      const ended = new AbortController()
      typing.current = ended
      void clock.sleep(TYPING_MS, ended.signal).then(() => {
        if (ended.signal.aborted) return
        sent.current = typed
        void navigate({ search: (now) => searchOf({ ...queryOf(now), q: typed }), replace: true, resetScroll: false })
      })
    },
    [navigate],
  )
  useEffect(() => () => typing.current?.abort(), [])
  return { query: useMemo(() => ({ ...query, q: text }), [query, text]), setQuery, setText: onText }
}
