import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useLayoutEffect, useState, type RefObject } from 'react'

/** The rows of a long list that are in sight or nearly; the others are only space. All rows have one height. */
export interface VirtualRows {
  readonly first: number
  /** The one after the last. */
  readonly end: number
  readonly before_px: number
  readonly after_px: number
  readonly scrollToRow: (row: number) => void
}

/** So many items are drawn beyond each edge, and one row at least. */
const OVERSCAN = 4

export function useVirtualRows(
  list: RefObject<HTMLElement | null>,
  { count, columns = 1, row_px, gap_px, head_px = 0, scroller: own }: RowOptions,
): VirtualRows {
  const scroller = () => (own ? own.current : document.getElementById('content'))
  const [scrollMargin, setMargin] = useState(0)
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: scroller,
    estimateSize: () => row_px,
    gap: gap_px,
    overscan: Math.ceil(OVERSCAN / columns),
    scrollMargin,
    scrollPaddingStart: head_px,
    useFlushSync: false,
    // The first picture has the rows already.
    initialRect: { width: innerWidth, height: innerHeight },
    initialOffset: () => scroller()?.scrollTop ?? 0,
  })
  // What stands above the list may come and go; it settles with the second picture. While it scrolls nobody looks: that would
  // lay out every frame twice.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const [about, content] = [list.current, scroller()]
    if (!about || !content || virtualizer.isScrolling) return
    const top = about.getBoundingClientRect().top - content.getBoundingClientRect().top + content.scrollTop + head_px
    if (Math.abs(top - scrollMargin) >= 1) setMargin(top)
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, row_px, gap_px])
  const scrollToRow = useCallback((row: number) => virtualizer.scrollToIndex(row, { align: 'auto' }), [virtualizer])
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  if (!first || !last) return { first: 0, end: 0, before_px: 0, after_px: virtualizer.getTotalSize(), scrollToRow }
  return {
    first: first.index,
    end: last.index + 1,
    before_px: first.start - scrollMargin,
    after_px: Math.max(0, virtualizer.getTotalSize() - (last.end - scrollMargin)),
    scrollToRow,
  }
}

interface RowOptions {
  readonly count: number
  /** How many items stand in a row. */
  readonly columns?: number
  readonly row_px: number
  readonly gap_px: number
  /** What sticks to the top of the list and covers rows. */
  readonly head_px?: number
  /** What scrolls the list; without it the sheet does. */
  readonly scroller?: RefObject<HTMLElement | null> | undefined
}

/** Of a size in rem, as readers with larger text have it. */
export function remPx(rem: number): number {
  return rem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}
