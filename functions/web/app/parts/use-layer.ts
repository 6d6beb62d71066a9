import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'

import { PHONE } from '../base/media.ts'
import { placeBeside, type Place } from './place-beside.ts'

/**
 * A popover while it is mounted: placed beside its trigger (on phones its styles place it), closed by Escape, by a press
 * elsewhere, and when the focus leaves it. The focus returns to the trigger.
 */
export function useLayer(
  trigger: RefObject<HTMLElement | null>,
  is_open: boolean,
  onClose: () => void,
  { side, align }: Place,
): RefObject<HTMLDivElement | null> {
  const layer = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useLayoutEffect(() => {
    const [shown, about] = [layer.current, trigger.current]
    if (!is_open || !shown || !about) return
    shown.showPopover()
    if (!matchMedia(PHONE).matches) placeBeside(shown, about, { side, align })
    const returnFocus = () => {
      if (shown.contains(document.activeElement)) focusable(about)?.focus()
    }
    const onPress = ({ target }: PointerEvent) => {
      if (target instanceof Node && !shown.contains(target) && !about.contains(target)) close.current()
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      close.current()
    }
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Node && !shown.contains(target) && !about.contains(target)) close.current()
    }
    const onResize = () => close.current()
    document.addEventListener('pointerdown', onPress, true)
    document.addEventListener('keydown', onKey, true)
    document.addEventListener('focusin', onFocus)
    window.addEventListener('resize', onResize)
    return () => {
      document.removeEventListener('pointerdown', onPress, true)
      document.removeEventListener('keydown', onKey, true)
      document.removeEventListener('focusin', onFocus)
      window.removeEventListener('resize', onResize)
      returnFocus()
    }
  }, [is_open, trigger, side, align])
  return layer
}

function focusable(element: HTMLElement): HTMLElement | null {
  return element.matches('button, a, [tabindex]') ? element : element.querySelector('button, a, [tabindex]')
}
