import { useRef } from 'react'

import { remPx, useVirtualRows } from '../../parts/use-virtual-rows.ts'
import type { ListViewProps } from './list-view.ts'
import { AudienceCard } from './AudienceCard.tsx'
import styles from './AudienceCards.module.css'
import { useListKeys } from './use-list-keys.ts'
import { useListOffer } from './use-list-offer.ts'
import { useWidth } from './use-width.ts'

/** Cards fill a row while each has this width. */
const CARD_WIDTH_PX = 320
const GAP_PX = 16
const CARD_HEIGHT_REM = 18.75

/** Any number of audiences as cards; those out of sight are only space. */
export function AudienceCards({ audiences, count, hand_overs, actions, selection, label }: ListViewProps) {
  const list = useRef<HTMLUListElement>(null)
  const width_px = useWidth(list)
  const columns = Math.max(1, Math.floor((width_px + GAP_PX) / (CARD_WIDTH_PX + GAP_PX)))
  const row_px = remPx(CARD_HEIGHT_REM)
  const rows = useVirtualRows(list, { count: Math.ceil(count / columns), columns, row_px, gap_px: GAP_PX })
  const keys = useListKeys({ list, audiences, columns, selection, scrollToRow: rows.scrollToRow })
  useListOffer({ list, actions, selection, focused: keys.focused })
  const first = rows.first * columns
  return (
    <ul
      ref={list}
      aria-label={label}
      className={styles.cards}
      data-selecting={selection.selected.length > 0 || undefined}
      style={{
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridAutoRows: row_px,
        paddingBlock: `${rows.before_px}px ${rows.after_px}px`,
      }}
      {...keys.props}
    >
      {width_px > 0 &&
        audiences
          .slice(first, rows.end * columns)
          .map((audience, offset) => (
            <AudienceCard
              key={audience.id}
              audience={audience}
              hand_overs={hand_overs.get(audience.id)}
              actions={actions}
              is_selected={selection.has(audience.id)}
              onToggle={selection.toggle}
              at={first + offset}
              count={count}
            />
          ))}
    </ul>
  )
}
