import { Check, CircleX, TriangleAlert } from 'lucide-react'

import { classes } from '../parts/classes.ts'
import { Icon } from '../parts/Icon.tsx'
import type { SendCheck } from './send-checks.ts'
import styles from './SendDialog.module.css'

const ICONS = { fine: Check, warning: TriangleAlert, refused: CircleX } as const
const WORDS = { fine: 'Fine', warning: 'Warning', refused: 'Not possible' } as const

/** What was looked at before sending, one line each. */
export function Checks({ checks }: { readonly checks: readonly SendCheck[] }) {
  if (checks.length === 0) return null
  return (
    <ul className={styles.checks} aria-label="Checks before sending">
      {checks.map(({ id, outcome, words }) => (
        <li key={id} className={classes(styles.check, styles[outcome])}>
          <Icon of={ICONS[outcome]} label={WORDS[outcome]} />
          <span dir="auto">{words}</span>
        </li>
      ))}
    </ul>
  )
}
