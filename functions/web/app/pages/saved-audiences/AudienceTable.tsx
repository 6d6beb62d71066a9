import { useRef } from 'react'

import { Checkbox } from '../../parts/Checkbox.tsx'
import { HeadCell, Table } from '../../parts/Table.tsx'
import { remPx, useVirtualRows } from '../../parts/use-virtual-rows.ts'
import { AudienceRow } from './AudienceRow.tsx'
import styles from './AudienceTable.module.css'
import type { ListViewProps } from './list-view.ts'
import type { Sort } from './search.ts'
import { useListKeys } from './use-list-keys.ts'
import { useListOffer } from './use-list-offer.ts'

const ROW_REM = 3.5
const HEAD_REM = 2.5

/** Each sorted column with the order of its first press, and the other one. */
const SORTED = {
  name: ['name', 'name_z'],
  records: ['largest', 'smallest'],
  created: ['newest', 'oldest'],
} as const satisfies Record<string, readonly [Sort, Sort]>
const ASCENDING: ReadonlySet<Sort> = new Set(['name', 'smallest', 'oldest'])

/** Any number of audiences as rows of a table; those out of sight are only space. */
export function AudienceTable({
  audiences,
  count,
  hand_overs,
  actions,
  selection,
  label,
  sort,
  onSort,
}: ListViewProps & { readonly sort: Sort; readonly onSort: (sort: Sort) => void }) {
  const list = useRef<HTMLTableElement>(null)
  const sizes = { count, row_px: remPx(ROW_REM), gap_px: 0, head_px: remPx(HEAD_REM) }
  const rows = useVirtualRows(list, sizes)
  const keys = useListKeys({ list, audiences, columns: 1, selection, scrollToRow: rows.scrollToRow })
  useListOffer({ list, actions, selection, focused: keys.focused })
  const head = (column: keyof typeof SORTED) => {
    const [first, second] = SORTED[column]
    const is_sorted = sort === first || sort === second
    return {
      sorted: is_sorted ? (ASCENDING.has(sort) ? ('ascending' as const) : ('descending' as const)) : undefined,
      onSort: () => onSort(sort === first ? second : first),
    }
  }
  const { selected } = selection
  const is_all = selected.length > 0 && selected.length === audiences.length
  return (
    <Table
      ref={list}
      aria-label={label}
      aria-rowcount={count + 1}
      className={styles.table}
      data-selecting={selected.length > 0 || undefined}
      {...keys.props}
    >
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col" className={styles.check}>
            <Checkbox
              label={is_all ? 'Select none' : 'Select all'}
              is_label_unseen
              checked={is_all}
              is_partly={selected.length > 0 && !is_all}
              onChange={() => (is_all ? selection.clear() : selection.selectAll())}
            />
          </th>
          <HeadCell {...head('name')}>Name</HeadCell>
          <HeadCell>Type</HeadCell>
          <HeadCell>Status</HeadCell>
          <HeadCell is_number {...head('records')}>
            Records
          </HeadCell>
          <HeadCell>Segments</HeadCell>
          <HeadCell>Tags</HeadCell>
          <HeadCell is_number {...head('created')}>
            Created
          </HeadCell>
          <th scope="col" className={styles.menu}>
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        <Space height_px={rows.before_px} />
        {audiences.slice(rows.first, rows.end).map((audience, offset) => (
          <AudienceRow
            key={audience.id}
            audience={audience}
            hand_overs={hand_overs.get(audience.id)}
            actions={actions}
            is_selected={selection.has(audience.id)}
            onToggle={selection.toggle}
            at={rows.first + offset}
          />
        ))}
        <Space height_px={rows.after_px} />
      </tbody>
    </Table>
  )
}

function Space({ height_px }: { readonly height_px: number }) {
  if (height_px <= 0) return null
  return (
    <tr aria-hidden className={styles.space}>
      {/* Nobody reads it. One cell: more would keep the columns that narrow windows leave out. */}
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
      <td style={{ blockSize: height_px }} />
    </tr>
  )
}
