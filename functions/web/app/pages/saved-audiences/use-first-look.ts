import { useEffect, useLayoutEffect } from 'react'

import { useCell } from '../../base/cell.ts'
import { holdInput } from '../../base/hold-input.ts'
import { whenIdle } from '../../base/idle.ts'
import { useClient } from '../../store/hooks.ts'
import { canBeKept, first_look, keepLook, type ListLook } from './first-look.ts'
import type { ListQuery } from './search.ts'
import type { AudienceCounts, ShownAudience } from './select-audiences.ts'

/** What a list shows. */
interface SeenList {
  readonly is_known: boolean
  readonly records: readonly ShownAudience[]
  readonly counts: AudienceCounts
  readonly shown: readonly ShownAudience[]
  readonly draft_count: number | undefined
  readonly query: ListQuery
}

/** The list of the last visit while this one's is still being read; afterwards what is seen is kept for the next visit. */
export function useFirstLook({ is_known, records, counts, shown, draft_count, query }: SeenList): ListLook | undefined {
  const client = useClient()
  const kept = useCell(first_look)
  const look = is_known ? undefined : kept
  const is_look = look !== undefined
  // What is pressed meanwhile is done by the list itself.
  useLayoutEffect(() => {
    if (!is_look) return
    const release = holdInput()
    return () => {
      first_look.set(undefined)
      release()
    }
  }, [is_look])
  useEffect(() => {
    if (!is_known || draft_count === undefined || !canBeKept(query)) return
    let is_seen = true
    whenIdle(() => {
      // The revision that is kept is that of these records. A banner above the list would come after it.
      if (!is_seen || client.list('audience') !== records || document.querySelector('#content [data-banner]')) return
      void keepLook(client, { sort: query.sort, counts, draft_count, shown })
    })
    return () => void (is_seen = false)
  }, [client, is_known, records, counts, shown, draft_count, query])
  return look
}
