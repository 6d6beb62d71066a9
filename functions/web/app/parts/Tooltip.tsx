import { useId, useRef, type ReactNode } from 'react'

import { placeBeside } from './place-beside.ts'
import styles from './Tooltip.module.css'

/** Shows a name or an exact value while what it is about is pointed at or focused; never the only place of a fact. */
export function Tooltip({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  const id = useId()
  const bubble = useRef<HTMLSpanElement>(null)
  const about = useRef<HTMLSpanElement>(null)
  const show = () => {
    const [shown, target] = [bubble.current, about.current?.firstElementChild]
    if (!shown || !target || shown.matches(':popover-open')) return
    shown.showPopover()
    placeBeside(shown, target, { side: 'above', align: 'center' })
  }
  const hide = () => {
    if (bubble.current?.matches(':popover-open')) bubble.current.hidePopover()
  }
  return (
    // It only listens to what happens to the element in it.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <span
      ref={about}
      className={styles.about}
      onPointerEnter={(event) => event.pointerType === 'mouse' && show()}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={(event) => event.target.matches(':focus-visible') && show()}
      onBlur={hide}
      onKeyDown={(event) => event.key === 'Escape' && hide()}
    >
      {children}
      {/* The name is on the element itself. */}
      <span ref={bubble} id={id} popover="manual" aria-hidden className={styles.bubble}>
        {words}
      </span>
    </span>
  )
}
