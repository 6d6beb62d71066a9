import { createContext, use, useDeferredValue, useMemo, type ReactNode } from 'react'

import { percentOf } from '../../../format/numbers.ts'
import type { DraftSegment } from '../model/draft.ts'
import { knownSizes } from '../model/record.ts'
import styles from './SegmentTable.module.css'

/** The sum of all sizes that are kept and known; null: none is known. */
const TotalContext = createContext<number | null>(null)

/**
 * What shares are parts of. Every share depends on it: with a thousand segments typing does not wait for theirs, and of
 * the rows nothing else is drawn again.
 */
export function SegmentTotal({
  segments,
  children,
}: {
  readonly segments: readonly DraftSegment[]
  readonly children: ReactNode
}) {
  const total = useDeferredValue(useMemo(() => knownSizes({ segments: [...segments] }).total, [segments]))
  return <TotalContext value={total}>{children}</TotalContext>
}

interface SegmentShareProps {
  readonly size: number | null | undefined
  readonly is_kept: boolean
}

/** How much of the audience a segment is. */
export function SegmentShare({ size, is_kept }: SegmentShareProps) {
  const total = use(TotalContext)
  if (!is_kept) return <span className={styles.no_share}>Left out</span>
  if (typeof size !== 'number') return <span className={styles.no_share}>Needs a size</span>
  // All of them are empty.
  const ratio = total ? size / total : 0
  return (
    <span className={styles.share}>
      <span className={styles.track} aria-hidden>
        {size > 0 && <span className={styles.bar} style={{ inlineSize: `${ratio * 100}%` }} />}
      </span>
      {percentOf(ratio)}
    </span>
  )
}
