import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ComponentPropsWithRef, ReactNode } from 'react'

import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import styles from './Table.module.css'

/** A table on a sheet of its own. Text stands left, numbers and dates right. */
export function Table({ className, ...rest }: ComponentPropsWithRef<'table'>) {
  return (
    <div className={styles.sheet}>
      <table {...rest} className={classes(styles.table, className)} />
    </div>
  )
}

export interface HeadCellProps {
  readonly children: ReactNode
  readonly is_number?: boolean
  /** How the rows are sorted by this column now; undefined: they are not. */
  readonly sorted?: 'ascending' | 'descending' | undefined
  /** Sorts by it. */
  readonly onSort?: (() => void) | undefined
}

export function HeadCell({ children, is_number = false, sorted, onSort }: HeadCellProps) {
  return (
    <th scope="col" aria-sort={sorted} className={is_number ? styles.number : undefined}>
      {onSort ? (
        <button type="button" className={styles.sort} onClick={onSort}>
          {sorted && <Icon of={sorted === 'ascending' ? ArrowUp : ArrowDown} size={14} />}
          {children}
        </button>
      ) : (
        children
      )}
    </th>
  )
}

/** A cell with a number, a date, or the word that stands for one. */
export function NumberCell({ className, ...rest }: ComponentPropsWithRef<'td'>) {
  return <td {...rest} className={classes(styles.number, className)} />
}
