import type { ReactNode } from 'react'

import styles from './EmptyState.module.css'
import { Icon, type LucideIcon } from './Icon.tsx'

/** Why there is nothing to show, and the way on: no results, gone, not on this device yet. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  readonly icon: LucideIcon
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <Icon of={icon} size={20} className={styles.icon} />
      <h2 className={styles.title}>{title}</h2>
      {children && <p className={styles.words}>{children}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  )
}
