import { memo, type ReactNode } from 'react'

import styles from './RowGroups.module.css'

interface RowGroupsProps<Row> {
  readonly rows: readonly Row[]
  /** The very same for as long as nothing but `rows` changes. */
  readonly renderRow: (row: Row, at: number) => ReactNode
}

const GROUP_ROWS = 20

/**
 * The rows of a table in which people type, a thousand at most. A group of them is drawn again only when one of them has changed. The
 * table is of `RowGroups.module.css`.
 */
export function RowGroups<Row>({ rows, renderRow }: RowGroupsProps<Row>) {
  const starts = Array.from({ length: Math.ceil(rows.length / GROUP_ROWS) }, (_, group) => group * GROUP_ROWS)
  return starts.map((first) => (
    <Group key={first} first={first} rows={rows.slice(first, first + GROUP_ROWS)} renderRow={renderRow} />
  ))
}

interface GroupProps {
  readonly first: number
  readonly rows: readonly unknown[]
  readonly renderRow: (row: never, at: number) => ReactNode
}

const Group = memo(
  function RowGroup({ first, rows, renderRow }: GroupProps) {
    // What is out of sight takes the room that its rows will need, and the last group has fewer.
    const room = { containIntrinsicBlockSize: `auto calc(${rows.length} * var(--row-size))` }
    return (
      <tbody className={styles.group} style={room}>
        {rows.map((row, offset) => renderRow(row as never, first + offset))}
      </tbody>
    )
  },
  // The list of a group is a new one each time; its rows are not.
  (before, now) =>
    before.renderRow === now.renderRow &&
    before.rows.length === now.rows.length &&
    before.rows.every((row, at) => row === now.rows[at]),
)
