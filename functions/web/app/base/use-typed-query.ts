import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { clock } from './ports.ts'

/** Browsers refuse addresses that change with every key. */
const TYPING_MS = 250

/** What a list shows, as its address says it, with the search as it is typed. */
export interface TypedQuery<Query> {
  readonly query: Query
  readonly setQuery: (query: Query) => void
  readonly setText: (text: string) => void
}

/**
 * @param query what the address says; the same value as long as that is the same
 * @param go changes the address; the same function between renders. `replace`: without a step back to it
 */
export function useTypedQuery<Query extends { readonly q: string }>(
  query: Query,
  go: (change: (now: Query) => Query, options: { readonly replace: boolean }) => void,
): TypedQuery<Query> {
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
    (wanted: Query) => {
      typing.current?.abort()
      sent.current = wanted.q
      setText(wanted.q)
      go(() => wanted, { replace: false })
    },
    [go],
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
        go((now) => ({ ...now, q: typed }), { replace: true })
      })
    },
    [go],
  )
  useEffect(() => () => typing.current?.abort(), [])
  return { query: useMemo(() => ({ ...query, q: text }), [query, text]), setQuery, setText: onText }
}
