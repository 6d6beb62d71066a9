import { useRouter } from '@tanstack/react-router'

import { offers } from '../actions/offers.ts'
import { useCell } from '../base/cell.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { keysInWords } from '../parts/keys.ts'
import type { MenuItem } from '../parts/Menu.tsx'
import { everywhereItems } from './everywhere.ts'
import { LettersSwitch } from './LettersSwitch.tsx'
import styles from './ShortcutsDialog.module.css'

/** Of a list, whose items know them themselves. */
const IN_LISTS = [
  ['Move', 'arrowup'],
  ['Open', 'enter'],
  ['Select', 'x'],
  ['Select up to here', 'shift+arrowdown'],
  ['Select all', 'mod+a'],
] as const
const LAYERS = [
  ['Undo', 'mod+z'],
  ['Close the top layer', 'escape'],
  ['Next part of the window', 'F6'],
] as const

/** Every key that acts on this page. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter()
  const groups = [
    { title: 'Everywhere', keys: [...keysOf(everywhereItems(router)), ...LAYERS] },
    { title: 'In a list', keys: IN_LISTS },
    ...useCell(offers).map(({ title, items }) => ({ title, keys: keysOf(items) })),
  ].filter(({ keys }) => keys.length > 0)
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      {/* First, because it gets the focus: the dialog begins at its top. */}
      <LettersSwitch />
      {groups.map(({ title, keys }) => (
        <section key={title} className={styles.group}>
          <h3 className={styles.title}>{title}</h3>
          <dl>
            {keys.map(([words, chord]) => (
              <div key={words} className={styles.key}>
                <dt>{words}</dt>
                <dd>
                  <kbd>{keysInWords(chord)}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}

function keysOf(items: readonly MenuItem[]): (readonly [words: string, keys: string])[] {
  return items.flatMap(({ words, keys }) => (keys === undefined ? [] : [[words, keys] as const]))
}
