import { Plus } from 'lucide-react'
import { memo, useCallback, useEffect, useState } from 'react'

import { Button } from '../../../parts/Button.tsx'
import { Checkbox } from '../../../parts/Checkbox.tsx'
import { classes } from '../../../parts/classes.ts'
import { HeadCell, Table } from '../../../parts/Table.tsx'
import { showToast } from '../../../parts/toasts.ts'
import { ENTRIES_MAX } from '../model/checks.ts'
import type { DraftSegment } from '../model/draft.ts'
import { newSegment } from '../model/segments.ts'
import { RowGroups } from './RowGroups.tsx'
import long from './RowGroups.module.css'
import { SegmentRow } from './SegmentRow.tsx'
import { SegmentTotal } from './SegmentShare.tsx'
import type { StepProps } from './step-props.ts'
import styles from './SegmentTable.module.css'

interface SegmentTableProps extends Pick<StepProps, 'faultOf' | 'onLeave'> {
  readonly segments: readonly DraftSegment[]
  readonly onSegments: (edit: (segments: readonly DraftSegment[]) => readonly DraftSegment[]) => void
}

/** Each segment with its size, as fields. */
export const SegmentTable = memo(function SegmentTable({ segments, onSegments, faultOf, onLeave }: SegmentTableProps) {
  const kept = segments.filter(({ is_kept }) => is_kept).length
  const [added, setAdded] = useState<DraftSegment['segment_id']>()
  useEffect(() => {
    const at = segments.findIndex(({ segment_id }) => segment_id === added)
    if (added !== undefined && at >= 0) document.getElementsByName(`segments.${at}.name`)[0]?.focus()
    // Only when it has just been added.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [added])

  const onEdit = useCallback(
    (segment_id: DraftSegment['segment_id'], values: Partial<DraftSegment>) =>
      onSegments((before) => before.map((one) => (one.segment_id === segment_id ? { ...one, ...values } : one))),
    [onSegments],
  )
  const onRemove = useCallback(
    (removed: DraftSegment, at: number) => {
      onSegments((before) => before.filter(({ segment_id }) => segment_id !== removed.segment_id))
      showToast({
        words: `Removed ${removed.name || 'the segment'}`,
        undo: { run: () => onSegments((now) => now.toSpliced(at, 0, removed)) },
      })
    },
    [onSegments],
  )
  const add = () => {
    const segment = newSegment(segments)
    onSegments((before) => [...before, segment])
    setAdded(segment.segment_id)
  }

  const renderRow = useCallback(
    (segment: DraftSegment, at: number) => (
      <SegmentRow
        key={segment.segment_id}
        {...{ segment, at, onEdit, onLeave, onRemove }}
        name_fault={faultOf(`segments.${at}.name`)}
        size_fault={faultOf(`segments.${at}.size`)}
      />
    ),
    [faultOf, onEdit, onLeave, onRemove],
  )
  return (
    <Table aria-label="Segments" className={classes(long.long, styles.table)}>
      {segments.length > 0 && (
        <thead>
          <tr>
            <HeadCell>
              <Checkbox
                label="Keep every segment"
                is_label_unseen
                checked={kept > 0 && kept === segments.length}
                is_partly={kept > 0 && kept < segments.length}
                onChange={({ currentTarget: { checked } }) =>
                  onSegments((before) => before.map((one) => ({ ...one, is_kept: checked })))
                }
              />
            </HeadCell>
            <HeadCell>Segment</HeadCell>
            <HeadCell is_number>Records</HeadCell>
            <HeadCell>Share</HeadCell>
            <HeadCell>
              <span className="unseen">Actions</span>
            </HeadCell>
          </tr>
        </thead>
      )}
      <SegmentTotal segments={segments}>
        <RowGroups rows={segments} renderRow={renderRow} />
      </SegmentTotal>
      <tbody>
        <tr className={styles.add}>
          <td colSpan={5}>
            {segments.length === 0 && <span className={styles.none}>No segments yet.</span>}
            {segments.length < ENTRIES_MAX ? (
              <Button kind="quiet" icon={Plus} onClick={add}>
                Add a segment
              </Button>
            ) : (
              <span className={styles.none}>An audience has {ENTRIES_MAX} segments at most.</span>
            )}
          </td>
        </tr>
      </tbody>
    </Table>
  )
})
