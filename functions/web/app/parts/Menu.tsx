import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

import { classes } from './classes.ts'
import { Icon, type LucideIcon } from './Icon.tsx'
import { keysInWords } from './keys.ts'
import styles from './Menu.module.css'
import popover_styles from './Popover.module.css'
import type { Place } from './place-beside.ts'
import { useLayer } from './use-layer.ts'

export interface MenuItem {
  readonly id: string
  readonly words: string
  readonly icon?: LucideIcon | undefined
  /** The shortcut that does the same. */
  readonly keys?: string | undefined
  /** It stands last, after a line. */
  readonly is_dangerous?: boolean | undefined
  /** One of several that exclude each other. */
  readonly is_chosen?: boolean | undefined
  readonly onSelect: () => void
}

/** What the button that opens a menu takes. */
export interface MenuTriggerProps {
  readonly 'aria-haspopup': 'menu'
  readonly 'aria-expanded': boolean
  readonly onClick: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

interface MenuProps {
  /** Its name: whose actions they are. */
  readonly label: string
  /** A function where many rows have a menu: it is asked when one is opened. */
  readonly items: readonly MenuItem[] | (() => readonly MenuItem[])
  readonly place?: Place
  readonly children: (trigger: MenuTriggerProps) => ReactNode
}

const BELOW_END: Place = { side: 'below', align: 'end' }

/** Actions behind a button. Arrows move, a letter jumps, Enter chooses, Escape closes. */
export function Menu({ label, items, place = BELOW_END, children }: MenuProps) {
  const [is_open, setOpen] = useState(false)
  const about = useRef<HTMLSpanElement>(null)
  const open = (event?: KeyboardEvent) => {
    event?.preventDefault()
    setOpen(true)
  }
  return (
    <span ref={about} className={styles.trigger}>
      {children({
        'aria-haspopup': 'menu',
        'aria-expanded': is_open,
        onClick: () => setOpen(!is_open),
        onKeyDown: (event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') open(event)
        },
      })}
      {is_open && <MenuLayer {...{ label, items, place, about }} onClose={() => setOpen(false)} />}
    </span>
  )
}

interface MenuLayerProps extends Required<Pick<MenuProps, 'label' | 'items' | 'place'>> {
  readonly about: React.RefObject<HTMLElement | null>
  readonly onClose: () => void
}

function MenuLayer({ label, items: offered, place, about, onClose }: MenuLayerProps) {
  const items = typeof offered === 'function' ? offered() : offered
  const id = useId()
  const layer = useLayer(about, true, onClose, place)
  useEffect(() => itemsIn(layer.current)[0]?.focus(), [layer])
  const harmless = items.filter(({ is_dangerous }) => !is_dangerous)
  const dangerous = items.filter(({ is_dangerous }) => is_dangerous)
  const choose = ({ onSelect }: MenuItem) => {
    onClose()
    onSelect()
  }
  return (
    // What has the focus are its items.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      ref={layer}
      id={id}
      popover="manual"
      role="menu"
      aria-label={label}
      className={classes(popover_styles.popover, styles.menu)}
      onKeyDown={(event) => moveBy(event, onClose)}
    >
      {harmless.map((item) => (
        <MenuEntry key={item.id} item={item} onChoose={choose} />
      ))}
      {harmless.length > 0 && dangerous.length > 0 && <hr className={styles.line} />}
      {dangerous.map((item) => (
        <MenuEntry key={item.id} item={item} onChoose={choose} />
      ))}
    </div>
  )
}

function MenuEntry({ item, onChoose }: { readonly item: MenuItem; readonly onChoose: (item: MenuItem) => void }) {
  const { words, icon, keys, is_dangerous, is_chosen } = item
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes(styles.item, is_dangerous && styles.dangerous)}
      {...(is_chosen === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': is_chosen })}
      onClick={() => onChoose(item)}
      onPointerMove={({ currentTarget }) => currentTarget.focus({ preventScroll: true })}
    >
      {icon && <Icon of={icon} />}
      <span className={styles.words}>{words}</span>
      {is_chosen && <span aria-hidden>✓</span>}
      {keys !== undefined && <kbd aria-hidden>{keysInWords(keys)}</kbd>}
    </button>
  )
}

function itemsIn(layer: HTMLElement | null): HTMLElement[] {
  return [...(layer?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])]
}

function moveBy(event: KeyboardEvent<HTMLElement>, onClose: () => void): void {
  const items = itemsIn(event.currentTarget)
  const at = items.findIndex((item) => item === document.activeElement)
  const next = nextAt(event.key, at, items)
  if (event.key === 'Tab') return onClose()
  if (next === undefined) return
  event.preventDefault()
  event.stopPropagation()
  items[next]?.focus()
}

function nextAt(key: string, at: number, items: readonly HTMLElement[]): number | undefined {
  const { length } = items
  if (key === 'ArrowDown') return (at + 1) % length
  if (key === 'ArrowUp') return (at - 1 + length) % length
  if (key === 'Home') return 0
  if (key === 'End') return length - 1
  if (key.length !== 1 || key === ' ') return undefined
  const letter = key.toLowerCase()
  const order = [...items.keys()].map((offset) => (at + 1 + offset) % length)
  return order.find((index) => items[index]?.textContent.toLowerCase().startsWith(letter))
}
