import { memo } from 'react'

import type { DraftSegment } from '../model/draft.ts'
import { SegmentRow, type SegmentRowDeeds } from './SegmentRow.tsx'
import type { StepProps } from './step-props.ts'
import styles from './SegmentTable.module.css'

interface SegmentGroupProps extends SegmentRowDeeds, Pick<StepProps, 'faultOf'> {
  readonly segments: readonly DraftSegment[]
  /** Where the first of them stands. */
  readonly first: number
}

/** The style sheet knows how high as many are. */
export const GROUP_ROWS = 20

/** Rows that are laid out and painted together, and drawn again only when something of them changes. */
export const SegmentGroup = memo(function SegmentGroup({ segments, first, faultOf, ...deeds }: SegmentGroupProps) {
  return (
    <tbody className={styles.group}>
      {segments.map((segment, offset) => {
        const at = first + offset
        return (
          <SegmentRow
            key={segment.segment_id}
            {...deeds}
            segment={segment}
            at={at}
            name_fault={faultOf(`segments.${at}.name`)}
            size_fault={faultOf(`segments.${at}.size`)}
          />
        )
      })}
    </tbody>
  )
}, isSame)

/** The list of a group is made anew each time; its segments are not. */
function isSame({ segments, ...before }: SegmentGroupProps, { segments: now_segments, ...now }: SegmentGroupProps): boolean {
  const names = Object.keys(now) as (keyof typeof now)[]
  return (
    names.every((name) => before[name] === now[name]) &&
    segments.length === now_segments.length &&
    segments.every((segment, at) => segment === now_segments[at])
  )
}
