import { useRef, type ReactNode } from 'react'

import styles from './Popover.module.css'
import type { Place } from './place-beside.ts'
import { useLayer } from './use-layer.ts'

const BELOW: Place = { side: 'below', align: 'start' }

/** What floats beside its trigger while it is open: the rest of a list, a small form. */
export function Popover({
  is_open,
  onClose,
  trigger,
  place = BELOW,
  children,
}: {
  readonly is_open: boolean
  readonly onClose: () => void
  readonly trigger: ReactNode
  readonly place?: Place
  readonly children: ReactNode
}) {
  const about = useRef<HTMLSpanElement>(null)
  const layer = useLayer(about, is_open, onClose, place)
  return (
    <>
      <span ref={about} className={styles.trigger}>
        {trigger}
      </span>
      {is_open && (
        <div ref={layer} popover="manual" className={styles.popover}>
          {children}
        </div>
      )}
    </>
  )
}
