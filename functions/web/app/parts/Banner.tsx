import { X } from 'lucide-react'
import type { ReactNode } from 'react'

import styles from './Banner.module.css'
import { IconButton } from './Button.tsx'
import { classes } from './classes.ts'
import { Icon, type LucideIcon } from './Icon.tsx'

/** One sentence above a page, with at most two small buttons: quiet, of a guest, a notice, a limit, a failure. */
export function Banner({
  tone,
  icon,
  children,
  actions,
  onClose,
}: {
  readonly tone: 'quiet' | 'guest' | 'notice' | 'limit' | 'failure'
  readonly icon: LucideIcon
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly onClose?: () => void
}) {
  return (
    <div data-banner className={classes(styles.banner, styles[tone])} role={tone === 'failure' ? 'alert' : undefined}>
      <Icon of={icon} className={styles.icon} />
      <p className={styles.words}>{children}</p>
      {actions && <div className={styles.actions}>{actions}</div>}
      {onClose && <IconButton icon={X} label="Close this message" size="small" onClick={onClose} />}
    </div>
  )
}
