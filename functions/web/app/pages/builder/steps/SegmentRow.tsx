import { Ellipsis, EyeOff, Trash2, Undo2 } from 'lucide-react'
import { memo, useState } from 'react'

import { IconButton } from '../../../parts/Button.tsx'
import { Checkbox } from '../../../parts/Checkbox.tsx'
import { classes } from '../../../parts/classes.ts'
import { Menu, type MenuItem } from '../../../parts/Menu.tsx'
import { LENGTHS } from '../model/checks.ts'
import type { DraftSegment } from '../model/draft.ts'
import { shownSize, sizeIn } from '../model/sizes.ts'
import { CellFault } from './CellFault.tsx'
import { SegmentShare } from './SegmentShare.tsx'
import cells from './cells.module.css'
import styles from './SegmentTable.module.css'

interface SegmentRowProps {
  readonly segment: DraftSegment
  readonly at: number
  readonly name_fault: string | undefined
  readonly size_fault: string | undefined
  readonly onEdit: (segment_id: DraftSegment['segment_id'], values: Partial<DraftSegment>) => void
  readonly onLeave: (field: string) => void
  readonly onRemove: (segment: DraftSegment, at: number) => void
}

/** One segment. It is drawn again only when something of it changes: there may be a thousand. */
export const SegmentRow = memo(function SegmentRow(props: SegmentRowProps) {
  const { segment, at, name_fault, size_fault, onEdit, onLeave, onRemove } = props
  const { segment_id, name, note, size, is_kept } = segment
  const called = name.trim() || `segment ${at + 1}`
  const field = `segments.${at}`
  const [is_typing, setTyping] = useState(false)
  const items: readonly MenuItem[] = [
    is_kept
      ? { id: 'leave-out', words: 'Leave out', icon: EyeOff, onSelect: () => onEdit(segment_id, { is_kept: false }) }
      : { id: 'keep', words: 'Keep', icon: Undo2, onSelect: () => onEdit(segment_id, { is_kept: true }) },
    { id: 'remove', words: 'Remove', icon: Trash2, is_dangerous: true, onSelect: () => onRemove(segment, at) },
  ]
  return (
    <tr className={is_kept ? undefined : styles.left_out}>
      <td>
        <Checkbox
          label={`Keep ${called}`}
          is_label_unseen
          checked={is_kept}
          onChange={({ currentTarget: { checked } }) => onEdit(segment_id, { is_kept: checked })}
        />
      </td>
      <td className={styles.names}>
        <input
          className={classes(cells.field, cells.name)}
          type="text"
          dir="auto"
          name={`${field}.name`}
          aria-label={`Name of ${called}`}
          aria-invalid={name_fault === undefined ? undefined : true}
          aria-describedby={name_fault === undefined ? undefined : `${field}.name-fault`}
          placeholder="Name"
          autoComplete="off"
          maxLength={LENGTHS.segment_name}
          value={name}
          onChange={({ currentTarget: { value } }) => onEdit(segment_id, { name: value })}
          onBlur={() => onLeave(`${field}.name`)}
        />
        <input
          className={classes(cells.field, cells.note)}
          type="text"
          dir="auto"
          name={`${field}.note`}
          aria-label={`What makes ${called}`}
          placeholder="What makes it one"
          autoComplete="off"
          maxLength={LENGTHS.segment_note}
          value={note}
          onChange={({ currentTarget: { value } }) => onEdit(segment_id, { note: value })}
        />
        <CellFault field={`${field}.name`} words={name_fault} />
      </td>
      <td className={cells.number} data-head="Records">
        <input
          className={cells.box}
          type="text"
          inputMode="numeric"
          name={`${field}.size`}
          aria-label={`Records of ${called}`}
          aria-invalid={size_fault === undefined ? undefined : true}
          aria-describedby={size_fault === undefined ? undefined : `${field}.size-fault`}
          placeholder="Not known yet"
          autoComplete="off"
          value={is_typing ? size : shownSize(size)}
          onChange={({ currentTarget: { value } }) => onEdit(segment_id, { size: value })}
          onFocus={() => setTyping(true)}
          onBlur={() => {
            setTyping(false)
            onLeave(`${field}.size`)
          }}
        />
        <CellFault field={`${field}.size`} words={size_fault} />
      </td>
      <td>
        <SegmentShare size={sizeIn(size)} is_kept={is_kept} />
      </td>
      <td className={cells.end}>
        <Menu label={`Actions for ${called}`} items={items}>
          {(trigger) => <IconButton {...trigger} icon={Ellipsis} size="small" label={`Actions for ${called}`} />}
        </Menu>
      </td>
    </tr>
  )
})
