import { Link, useLocation } from '@tanstack/react-router'

import { BEHIND } from '../parts/cover-page.ts'
import { Icon } from '../parts/Icon.tsx'
import styles from './BottomBar.module.css'
import { placeOf, PLACES } from './places.ts'

/** The four places, on phones. */
export function BottomBar() {
  const here = placeOf(useLocation().pathname)
  return (
    <nav aria-label="Places" className={styles.bar} data-region {...BEHIND}>
      {PLACES.map(({ to, words, icon }) => (
        <Link key={to} to={to} className={styles.place} aria-current={here === to ? 'page' : undefined}>
          <Icon of={icon} size={20} />
          {words}
        </Link>
      ))}
    </nav>
  )
}
