import { Ellipsis } from 'lucide-react'
import { memo } from 'react'

import { offered } from '../../actions/action.ts'
import { AudienceLink } from '../../audiences/AudienceLink.tsx'
import { handOversInWords } from '../../audiences/hand-overs.ts'
import { dayOf, exactlyOf } from '../../format/dates.ts'
import { numberOf } from '../../format/numbers.ts'
import { dataTypeOf, UNKNOWN } from '../../format/words.ts'
import { IconButton } from '../../parts/Button.tsx'
import { Checkbox } from '../../parts/Checkbox.tsx'
import { Chip, ChipList } from '../../parts/Chip.tsx'
import { Menu } from '../../parts/Menu.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { Strip } from '../../parts/Strip.tsx'
import { NumberCell } from '../../parts/Table.tsx'
import { isSample, sizeOf, tagsOf } from '../../store/records.ts'
import type { AudienceItemProps } from './AudienceCard.tsx'
import styles from './AudienceTable.module.css'
import { stripParts } from './strip-parts.ts'

const STRIP_PX = 72

/** An audience as a row. Drawn again only when it changes. */
export const AudienceRow = memo(function AudienceRow({
  audience,
  hand_overs,
  actions,
  is_selected,
  onToggle,
  at,
}: AudienceItemProps & { readonly at: number }) {
  const { id, record, aside } = audience
  const size = sizeOf(record)
  return (
    <tr data-id={id} aria-selected={is_selected} aria-rowindex={at + 2}>
      <td className={styles.check}>
        <Checkbox
          label={`Select ${record.name}`}
          is_label_unseen
          checked={is_selected}
          onClick={({ shiftKey }) => onToggle(id, shiftKey)}
          onChange={doNothing}
        />
      </td>
      <th scope="row" className={styles.name}>
        <AudienceLink id={id}>{record.name}</AudienceLink>
        <span className={styles.context}>
          {aside.length > 0 ? <b className={styles.needs_choice}>Needs your choice</b> : handOversInWords(hand_overs)}
          {isSample(record) && <Chip tone="sample">Sample</Chip>}
        </span>
      </th>
      <td className={styles.type}>{dataTypeOf(record.data_type).words}</td>
      <td className={styles.status}>
        <StatusWord noun="audience" status={record.status} />
      </td>
      <NumberCell className={styles.records}>
        {size === null ? <span className={styles.unknown}>{UNKNOWN.size}</span> : numberOf(size)}
      </NumberCell>
      <td className={styles.segments}>
        {record.segments.length === 0 ? (
          <span className={styles.unknown}>None yet</span>
        ) : (
          <span className={styles.strip}>
            <span className="number">{numberOf(record.segments.length)}</span>
            <Strip parts={stripParts(record)} width_px={STRIP_PX} />
          </span>
        )}
      </td>
      <td className={styles.tags}>
        <ChipList label="tags" words={[...new Set(tagsOf(record))]} shown_max={1} />
      </td>
      <NumberCell className={styles.created} title={exactlyOf(record.created_at)}>
        {dayOf(record.created_at)}
      </NumberCell>
      <td className={styles.menu}>
        <Menu label={`Actions for ${record.name}`} items={() => offered(actions, [audience])}>
          {(trigger) => <IconButton icon={Ellipsis} label="Actions" size="small" {...trigger} />}
        </Menu>
      </td>
    </tr>
  )
})

/** The click has done it, and knows whether Shift was held. */
function doNothing(): void {}
