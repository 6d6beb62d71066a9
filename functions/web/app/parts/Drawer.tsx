import { X } from 'lucide-react'
import { useEffect, useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { createPortal } from 'react-dom'

import { IconButton } from './Button.tsx'
import { classes } from './classes.ts'
import { coverPageOnPhones } from './cover-page.ts'
import { isDialogOpen } from './dialogs.ts'
import styles from './Drawer.module.css'

/** Where drawers open: under the top bar, so that the sync words stay in sight. The frame has it. */
export const DRAWERS_ID = 'drawers'

/** Beside the page, which stays usable, while it is mounted; on phones it fills the screen, and nothing behind it takes the focus. Escape closes it. */
export function Drawer({
  title,
  count,
  width = 'narrow',
  onClose,
  foot,
  children,
}: {
  readonly title: string
  readonly count?: string | undefined
  readonly width?: 'narrow' | 'wide'
  readonly onClose: () => void
  readonly foot?: ReactNode
  readonly children: ReactNode
}) {
  const id = useId()
  const drawer = useRef<HTMLElement>(null)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useLayoutEffect(() => {
    const shown = drawer.current
    const opened_by = document.activeElement
    const uncoverPage = coverPageOnPhones()
    shown?.querySelector('h2')?.focus()
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || isDialogOpen()) return
      event.preventDefault()
      close.current()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('keydown', onKey)
      uncoverPage()
      const has_focus = shown?.contains(document.activeElement) ?? false
      if (has_focus && opened_by instanceof HTMLElement) opened_by.focus()
    }
  }, [])
  const place = document.getElementById(DRAWERS_ID)
  if (!place) return null
  return createPortal(
    <aside ref={drawer} aria-labelledby={id} data-region className={classes(styles.drawer, styles[width])}>
      <header className={styles.head}>
        <h2 id={id} tabIndex={-1} className={styles.title}>
          {title}
        </h2>
        {count !== undefined && <span className={styles.count}>{count}</span>}
        <IconButton icon={X} label={`Close ${title.toLowerCase()}`} size="small" onClick={onClose} />
      </header>
      {/* What scrolls takes the focus, so that keys scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.body} tabIndex={0} role="group" aria-labelledby={id}>
        {children}
      </div>
      {foot && <footer className={styles.foot}>{foot}</footer>}
    </aside>,
    place,
  )
}
