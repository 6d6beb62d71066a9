import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react'

import { placeBeside } from './place-beside.ts'
import styles from './Tooltip.module.css'

/** Shows a name or an exact value while what it is about is pointed at or focused; never the only place of a fact. */
export function Tooltip({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  const about = useRef<HTMLSpanElement>(null)
  const [is_shown, setShown] = useState(false)
  const show = () => setShown(true)
  const hide = () => setShown(false)
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
      {is_shown && <Bubble about={about} words={words} />}
    </span>
  )
}

function Bubble({ about, words }: { readonly about: RefObject<HTMLElement | null>; readonly words: string }) {
  const bubble = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    const [shown, target] = [bubble.current, about.current?.firstElementChild]
    if (!shown || !target) return
    shown.showPopover()
    placeBeside(shown, target, { side: 'above', align: 'center' })
  }, [about])
  return (
    // The name is on the element itself.
    <span ref={bubble} popover="manual" aria-hidden className={styles.bubble}>
      {words}
    </span>
  )
}
