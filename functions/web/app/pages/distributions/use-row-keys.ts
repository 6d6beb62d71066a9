import { useCallback, useEffect, useRef, type KeyboardEvent, type RefObject } from 'react'

import { letters_on } from '../../base/letters.ts'

/** Moves the focus between the links of a list by keys; a row that is not drawn yet gets it when it is. */
export function useRowKeys(
  list: RefObject<HTMLElement | null>,
  count: number,
  scrollToRow: (row: number) => void,
): (event: KeyboardEvent<HTMLElement>) => void {
  const wanted = useRef<number>(undefined)
  const linkAt = useCallback(
    (at: number) => list.current?.querySelector<HTMLElement>(`[data-at="${at}"] a`) ?? undefined,
    [list],
  )
  useEffect(() => {
    if (wanted.current === undefined) return
    const link = linkAt(wanted.current)
    if (!link) return
    wanted.current = undefined
    link.focus()
  })
  return (event) => {
    const { target, key } = event
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !(target instanceof Element)) return
    if (key.length === 1 && !letters_on.get()) return
    const at = Number(target.closest<HTMLElement>('[data-at]')?.dataset['at'])
    const to = Number.isNaN(at) ? undefined : nextAt(key, wanted.current ?? at, count)
    if (to === undefined) return
    event.preventDefault()
    const link = linkAt(to)
    wanted.current = link ? undefined : to
    if (link) link.focus()
    else scrollToRow(to)
  }
}

function nextAt(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return Math.min(at + 1, count - 1)
    case 'ArrowUp':
    case 'k':
      return Math.max(at - 1, 0)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
