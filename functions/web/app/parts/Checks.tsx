import { Check as CheckMark, CircleX, Minus, TriangleAlert } from 'lucide-react'

import type { Check } from './check.ts'
import styles from './Checks.module.css'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'

const ICONS = { fine: CheckMark, same: Minus, warning: TriangleAlert, refused: CircleX } as const
const WORDS = { fine: 'Fine', same: 'No change', warning: 'Warning', refused: 'Not possible' } as const

/** One line each. @param label what they are, for screen readers */
export function Checks({ checks, label }: { readonly checks: readonly Check[]; readonly label: string }) {
  if (checks.length === 0) return null
  return (
    <ul className={styles.checks} aria-label={label}>
      {checks.map(({ id, outcome, words }) => (
        <li key={id} className={classes(styles.check, styles[outcome])}>
          <Icon of={ICONS[outcome]} label={WORDS[outcome]} />
          <span dir="auto">{words}</span>
        </li>
      ))}
    </ul>
  )
}
