import { letters_on } from '../base/letters.ts'
import { clock } from '../base/ports.ts'
import { isDialogOpen } from '../parts/dialogs.ts'
import { isChord } from '../parts/keys.ts'
import type { MenuItem } from '../parts/Menu.tsx'
import { undoLast } from '../parts/toasts.ts'
import { offers, type Offer } from './offers.ts'

/** Keys that act on the whole page. Letters never act in a field, nor over a dialog, nor where they are switched off. */

/** How long the second key of `g a` is waited for. */
const SECOND_KEY_MS_MAX = 1_500

/** @param everywhere what is offered on every page @returns ends the listening */
export function listenForShortcuts(everywhere: () => readonly MenuItem[]): () => void {
  let first = { key: '', at_ms: Number.NEGATIVE_INFINITY }
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const { target } = event
    const is_typing =
      target instanceof Element && target.matches('input:not([type=checkbox], [type=radio]), textarea, select')
    const groups: readonly Offer[] = [{ title: '', items: everywhere() }, ...offers.get()]
    const now_ms = clock.monotonicMs()
    const pressed = now_ms - first.at_ms < SECOND_KEY_MS_MAX ? first.key : ''
    first = { key: '', at_ms: now_ms }
    const item = groups
      .filter((offer) => isInFocus(offer, target))
      .flatMap(({ items }) => items)
      .find(({ keys }) => keys !== undefined && isPressed(keys, event, pressed))
    if (item?.keys !== undefined) {
      const acts_in_fields = /^(mod\+|F\d)/.test(item.keys)
      const is_character = item.keys.split(' ').every((key) => key.length === 1)
      if ((is_typing && !acts_in_fields) || (is_character && !letters_on.get()) || isDialogOpen()) return
      event.preventDefault()
      return item.onSelect()
    }
    if (is_typing || isDialogOpen()) return
    if (isChord(event, 'mod+z') && undoLast()) event.preventDefault()
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey)
      first = { key: event.key, at_ms: now_ms }
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

function isInFocus({ within, is_page = false }: Offer, target: EventTarget | null): boolean {
  if (!within) return true
  if (!(target instanceof Element)) return false
  return within.current?.contains(target) === true || (is_page && target.matches('main'))
}

function isPressed(keys: string, event: KeyboardEvent, before: string): boolean {
  const [one, two] = keys.split(' ')
  if (one === undefined) return false
  return two === undefined ? isChord(event, one) : before === one && isChord(event, two)
}
