import { useCallback, useMemo, useRef, useState } from 'react'

import type { ShownAudience } from './select-audiences.ts'

/** Which audiences of a list are selected. What leaves the list is no longer among them. */
export interface Selection {
  readonly selected: readonly ShownAudience[]
  readonly has: (id: string) => boolean
  /** @param is_range from the last one that was toggled to this one */
  readonly toggle: (id: string, is_range?: boolean) => void
  readonly extendTo: (from_id: string, to_id: string) => void
  readonly selectAll: () => void
  readonly clear: () => void
}

export function useSelection(list: readonly ShownAudience[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const anchor = useRef<string>(undefined)
  const selected = useMemo(
    () => (chosen.size === 0 ? NOTHING : list.filter(({ id }) => chosen.has(id))),
    [list, chosen],
  )
  const between = useCallback(
    (one: string, other: string): readonly string[] => {
      const at = (id: string) => list.findIndex((audience) => audience.id === id)
      const [start, end] = [at(one), at(other)].toSorted((a, b) => a - b) as [number, number]
      return start < 0 ? [other] : list.slice(start, end + 1).map(({ id }) => id)
    },
    [list],
  )
  const toggle = useCallback(
    (id: string, is_range = false) => {
      const from = anchor.current
      anchor.current = id
      setChosen((before) => {
        if (is_range && from !== undefined) return new Set([...before, ...between(from, id)])
        const after = new Set(before)
        if (!after.delete(id)) after.add(id)
        return after
      })
    },
    [between],
  )
  const extendTo = useCallback(
    (from_id: string, to_id: string) => {
      anchor.current ??= from_id
      const wanted = between(anchor.current, to_id)
      setChosen((before) => new Set([...before, ...wanted]))
    },
    [between],
  )
  const selectAll = useCallback(() => setChosen(new Set(list.map(({ id }) => id))), [list])
  const clear = useCallback(() => {
    anchor.current = undefined
    setChosen(new Set())
  }, [])
  const has = useCallback((id: string) => chosen.has(id), [chosen])
  return useMemo(
    () => ({ selected, has, toggle, extendTo, selectAll, clear }),
    [selected, has, toggle, extendTo, selectAll, clear],
  )
}

const NOTHING: readonly ShownAudience[] = []
