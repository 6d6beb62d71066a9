import { X } from 'lucide-react'
import { useEffect, useId, useLayoutEffect, useRef, type ReactNode } from 'react'

import { IconButton } from './Button.tsx'
import { classes } from './classes.ts'
import styles from './Dialog.module.css'

/**
 * A question or a task that comes before everything else, while it is mounted. Buttons stand right, the primary one last
 * and named after the deed. The focus begins at what has `data-begin`. Escape closes, on phones × as well; the focus returns to what opened it.
 */
export function Dialog({
  title,
  is_title_unseen = false,
  onClose,
  actions,
  className,
  children,
}: {
  readonly title: string
  readonly is_title_unseen?: boolean
  readonly onClose: () => void
  readonly actions?: ReactNode
  readonly className?: string | undefined
  readonly children: ReactNode
}) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useLayoutEffect(() => {
    const shown = dialog.current
    if (!shown) return
    shown.showModal()
    // By itself it begins with the first that takes the focus; before it is open nothing in it can.
    shown.querySelector<HTMLElement>('[data-begin]')?.focus()
    const onCancel = (event: Event) => {
      event.preventDefault()
      close.current()
    }
    const onPress = ({ target }: PointerEvent) => {
      if (target === shown) close.current()
    }
    shown.addEventListener('cancel', onCancel)
    shown.addEventListener('pointerdown', onPress)
    return () => {
      shown.removeEventListener('cancel', onCancel)
      shown.removeEventListener('pointerdown', onPress)
      // Only a closed dialog returns the focus.
      shown.close()
    }
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby={id} className={classes(styles.dialog, className)}>
      <div className={styles.content}>
        <h2 id={id} className={is_title_unseen ? 'unseen' : styles.title}>
          {title}
        </h2>
        {children}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {/* It comes last: a dialog gives the focus to its first field. */}
      <div className={styles.close}>
        <IconButton icon={X} label="Close" size="small" onClick={onClose} />
      </div>
    </dialog>
  )
}
