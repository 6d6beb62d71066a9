import { Ellipsis, GitCompare } from 'lucide-react'
import { memo } from 'react'

import { offered, type Action } from '../../actions/action.ts'
import { AudienceLink } from '../../audiences/AudienceLink.tsx'
import { handOversInWords, type HandOvers } from '../../audiences/hand-overs.ts'
import { variableWords } from '../../audiences/variable-words.ts'
import { dayOf } from '../../format/dates.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { dataTypeOf, UNKNOWN } from '../../format/words.ts'
import { IconButton } from '../../parts/Button.tsx'
import { Checkbox } from '../../parts/Checkbox.tsx'
import { Chip, ChipList } from '../../parts/Chip.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Menu } from '../../parts/Menu.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { Strip } from '../../parts/Strip.tsx'
import { isSample, sizeOf } from '../../store/records.ts'
import styles from './AudienceCard.module.css'
import type { ShownAudience } from './select-audiences.ts'
import { stripParts } from './strip-parts.ts'

export interface AudienceItemProps {
  readonly audience: ShownAudience
  readonly hand_overs: HandOvers | undefined
  readonly actions: readonly Action<ShownAudience>[]
  readonly is_selected: boolean
  readonly onToggle: (id: string, is_range?: boolean) => void
}

/** An audience as a card; all of it is one link, above which checkbox and menu lie. Drawn again only when it changes. */
export const AudienceCard = memo(function AudienceCard({
  audience,
  hand_overs,
  actions,
  is_selected,
  onToggle,
  at,
  count,
}: AudienceItemProps & { readonly at: number; readonly count: number }) {
  const { id, record, aside } = audience
  const type = dataTypeOf(record.data_type)
  const size = sizeOf(record)
  const variables = variableWords(record)
  return (
    <li
      className={styles.card}
      data-id={id}
      data-selected={is_selected || undefined}
      aria-setsize={count}
      aria-posinset={at + 1}
    >
      <div className={styles.head}>
        <span className={styles.type}>
          <span className={styles.mark}>
            <Icon of={type.icon} size={14} className={styles.type_icon} />
            <Checkbox
              className={styles.check}
              label={`Select ${record.name}`}
              is_label_unseen
              checked={is_selected}
              onClick={({ shiftKey }) => onToggle(id, shiftKey)}
              onChange={doNothing}
            />
          </span>
          <span className={styles.type_words}>{type.words}</span>
          {isSample(record) && <Chip tone="sample">Sample</Chip>}
        </span>
        {aside.length > 0 ? (
          <span className={styles.needs_choice}>
            <Icon of={GitCompare} size={14} /> Needs your choice
          </span>
        ) : (
          <StatusWord noun="audience" status={record.status} />
        )}
        <span className={styles.menu}>
          <Menu label={`Actions for ${record.name}`} items={() => offered(actions, [audience])}>
            {(trigger) => <IconButton icon={Ellipsis} label="Actions" size="small" {...trigger} />}
          </Menu>
        </span>
      </div>
      <h2 className={styles.name}>
        <AudienceLink id={id}>{record.name}</AudienceLink>
      </h2>
      <p className={styles.description} dir="auto">
        {record.description ?? record.original_query}
      </p>
      <p className={styles.size}>
        {size === null ? (
          <span className={styles.unknown}>{UNKNOWN.size}</span>
        ) : (
          <>
            <span className={styles.number}>{numberOf(size)}</span>
            <span className={styles.segments}>
              {size === 1 ? 'record' : 'records'} · {countOf(record.segments.length, 'segment')}
            </span>
          </>
        )}
      </p>
      <Strip parts={stripParts(record)} />
      <div className={styles.variables}>
        {variables.length === 0 ? (
          <span className={styles.no_variables}>No variables yet</span>
        ) : (
          <ChipList label="variables" words={variables} />
        )}
      </div>
      <p className={styles.foot}>
        <span>Created {dayOf(record.created_at)}</span>
        <span>{handOversInWords(hand_overs)}</span>
      </p>
    </li>
  )
})

/** The click has done it, and knows whether Shift was held. */
function doNothing(): void {}
