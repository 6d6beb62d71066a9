import { classes } from '../../parts/classes.ts'
import { Icon } from '../../parts/Icon.tsx'
import styles from './Overview.module.css'
import type { Need } from './use-needs.tsx'

const LISTED_MAX = 5

/** What waits for a person, the thing itself and the way to it. */
export function NeedsYou({ needs }: { readonly needs: readonly Need[] }) {
  if (needs.length === 0) return null
  return (
    <ul className={styles.needs}>
      {needs.slice(0, LISTED_MAX).map(({ id, icon, is_bad, what, why, action }) => (
        <li key={id} className={classes(styles.need, is_bad && styles.bad)}>
          <Icon of={icon} size={20} />
          <div>
            <p className={styles.what} dir="auto">
              {what}
            </p>
            <p className={styles.why}>{why}</p>
          </div>
          {action}
        </li>
      ))}
    </ul>
  )
}
