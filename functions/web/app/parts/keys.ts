/** Keys as people read them: `mod+k` is Ctrl K, or ⌘ K on a Mac. */

const is_mac = /Mac|iPhone|iPad/.test(navigator.userAgent)

const NAMES: Readonly<Record<string, string>> = {
  mod: is_mac ? '⌘' : 'Ctrl',
  shift: 'Shift',
  delete: 'Del',
  escape: 'Esc',
  enter: 'Enter',
  space: 'Space',
  arrowup: '↑',
  arrowdown: '↓',
}

/** @param keys joined by `+`; keys that follow each other stand apart: `g o` */
export function keysInWords(keys: string): string {
  return keys
    .split(' ')
    .map((chord) =>
      chord
        .split('+')
        .map((key) => NAMES[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key))
        .join(' '),
    )
    .join(' ')
}

/** Whether an event is this chord: `mod+k`, `e`, `F2`, `shift+arrowdown`. */
export function isChord(event: KeyboardEvent | React.KeyboardEvent, chord: string): boolean {
  const parts = chord.toLowerCase().split('+')
  const key = parts.at(-1) === 'space' ? ' ' : parts.at(-1)
  const wants = (modifier: string) => parts.includes(modifier)
  const is_mod = is_mac ? event.metaKey : event.ctrlKey
  const is_other_mod = is_mac ? event.ctrlKey : event.metaKey
  // A sign such as ? needs Shift on some keyboards and not on others.
  const is_sign = key !== undefined && key.length === 1 && !/[a-z0-9 ]/.test(key)
  return (
    event.key.toLowerCase() === key &&
    is_mod === wants('mod') &&
    !is_other_mod &&
    !event.altKey &&
    (is_sign || event.shiftKey === wants('shift'))
  )
}
