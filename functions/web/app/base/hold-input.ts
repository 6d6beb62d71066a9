import { clock } from './ports.ts'

/**
 * Holds what a person does while a page shows a picture of what comes: the last click, or key, is done when the page itself is
 * there. Scrolling, typing into a field, and what the browser does by itself go on.
 */
export function holdInput(): () => void {
  let again: (() => void) | undefined
  const onClick = (event: MouseEvent) => {
    const { target, ctrlKey, metaKey, shiftKey, button } = event
    // A link in a new tab is the browser's.
    if (ctrlKey || metaKey || shiftKey || button !== 0 || isField(target)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    again = () => target?.dispatchEvent(new MouseEvent('click', event))
  }
  const onKey = (event: KeyboardEvent) => {
    const { target, key, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey || key.length > 1 || isField(target)) return
    event.stopImmediatePropagation()
    // Space scrolls, or presses a button, which is a click.
    if (key !== ' ') again = () => target?.dispatchEvent(new KeyboardEvent('keydown', event))
  }
  window.addEventListener('click', onClick, { capture: true })
  window.addEventListener('keydown', onKey, { capture: true })
  return () => {
    window.removeEventListener('click', onClick, { capture: true })
    window.removeEventListener('keydown', onKey, { capture: true })
    // The page is being put in its place.
    if (again) void clock.sleep(0).then(again)
  }
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type=checkbox]), textarea, select')
}
