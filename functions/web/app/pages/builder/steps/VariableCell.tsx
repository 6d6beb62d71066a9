import { memo } from 'react'

import cells from './cells.module.css'
import styles from './VariableCell.module.css'

/** A variable in a table: what it says, and under it its category and code. */
export const VariableCell = memo(function VariableCell({
  code,
  description,
  category,
}: {
  readonly code: string
  readonly description: string
  readonly category: string
}) {
  return (
    <td className={styles.variable}>
      <span className={cells.name} dir="auto">
        {description || code}
      </span>
      <span className={cells.note} dir="auto">
        {[category, description === '' ? '' : code].filter(Boolean).join(' · ')}
      </span>
    </td>
  )
})
