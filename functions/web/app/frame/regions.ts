import { isDialogOpen } from '../parts/dialogs.ts'

/** F6 moves the focus between the side bar, the page, a drawer and a toast, as in other programs. */

const FOCUSABLE = 'a[href], button:not(:disabled), input, select, textarea, [tabindex="0"]'

/** @returns ends the listening */
export function listenForRegions(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'F6' || isDialogOpen()) return
    const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
      (region) => region.checkVisibility() && !region.inert,
    )
    const at = regions.findIndex((region) => region.contains(document.activeElement))
    const step = event.shiftKey ? -1 : 1
    const next = regions.at(at === -1 ? 0 : (at + step + regions.length) % regions.length)
    if (!next) return
    event.preventDefault()
    if (next.tabIndex === -1 && next.matches('main')) next.focus()
    else next.querySelector<HTMLElement>(FOCUSABLE)?.focus()
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}
