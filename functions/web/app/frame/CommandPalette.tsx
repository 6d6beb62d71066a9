import { Search } from 'lucide-react'
import { Fragment, useId, useState, type KeyboardEvent } from 'react'

import { plain } from '../base/plain.ts'
import { countOf } from '../format/numbers.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { Icon } from '../parts/Icon.tsx'
import { keysInWords } from '../parts/keys.ts'
import styles from './CommandPalette.module.css'
import type { PaletteItem } from './palette-items.ts'
import { usePaletteGroups } from './use-palette-groups.ts'

/** A record whose actions are listed, and what was listed before. */
interface FoundRecord {
  readonly item: PaletteItem
  readonly text: string
  readonly at: number
}

/** Search and actions: everything that has a name, what can be done to it, and everything that can be done here. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const [record, setRecord] = useState<FoundRecord>()
  const groups = usePaletteGroups(text, record?.item)
  const items = groups.flatMap((group) => group.items)
  const at = Math.min(chosen, items.length - 1)
  const run = (item: PaletteItem | undefined) => {
    if (!item) return
    onClose()
    item.onSelect()
  }
  const show = (found: FoundRecord | undefined, typed: string, at_item: number) => {
    setRecord(found)
    setText(typed)
    setChosen(at_item)
  }
  const goBack = () => record && show(undefined, record.text, record.at)
  const onKeyDown = (event: KeyboardEvent) => {
    const item = items[at]
    const is_back = record && (event.key === 'Escape' || (event.key === 'Tab' && event.shiftKey))
    if (is_back) {
      event.preventDefault()
      return goBack()
    }
    if (event.key === 'Tab' && !event.shiftKey && !record && item?.actions) {
      event.preventDefault()
      return show({ item, text, at }, '', 0)
    }
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(item)
    else if (next === undefined || items.length === 0) return
    else setChosen((next + items.length) % items.length)
    event.preventDefault()
  }
  return (
    <Dialog title="Search and actions" is_title_unseen onClose={onClose} className={styles.palette}>
      <div className={styles.field}>
        <Icon of={Search} size={20} />
        {record && (
          <span className={styles.record} dir="auto">
            {record.item.words}
          </span>
        )}
        {/* It is opened to type into it. */}
        <input
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          type="text"
          role="combobox"
          aria-label={record ? `Actions on “${record.item.words}”` : 'Search and actions'}
          aria-describedby={`${id}-keys`}
          aria-expanded
          aria-controls={id}
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          placeholder={record ? 'Search its actions' : 'Search records and actions'}
          value={text}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
        <kbd aria-hidden>{keysInWords('escape')}</kbd>
      </div>
      <div id={id} role="listbox" aria-label="Found" className={styles.list}>
        {groups.map(({ title, items: found }) => (
          <div key={title} role="group" aria-label={title}>
            <div aria-hidden className={styles.title}>
              {title}
            </div>
            {found.map((item) => (
              <PaletteEntry
                key={item.id}
                item={item}
                text={text}
                id={`${id}-${items.indexOf(item)}`}
                is_chosen={items[at] === item}
                onChoose={() => run(item)}
                onPoint={() => setChosen(items.indexOf(item))}
              />
            ))}
          </div>
        ))}
      </div>
      <p role="status" className={items.length === 0 ? styles.nothing : 'unseen'}>
        {items.length === 0
          ? `Nothing is called “${text}”.`
          : record && `${countOf(items.length, 'action')} on “${record.item.words}”`}
      </p>
      <p id={`${id}-keys`} className="unseen">
        {record ? 'Shift Tab or Escape leads back.' : 'Tab shows what can be done with a record.'}
      </p>
      <div aria-hidden className={styles.foot}>
        <kbd>{keysInWords('arrowup')}</kbd>
        <kbd>{keysInWords('arrowdown')}</kbd> move
        <kbd>{keysInWords('enter')}</kbd> {record ? 'do it' : 'open'}
        <kbd>{keysInWords(record ? 'escape' : 'Tab')}</kbd> {record ? 'back' : 'its actions'}
        <span className={styles.last}>
          <kbd>?</kbd> all shortcuts
        </span>
      </div>
    </Dialog>
  )
}

interface PaletteEntryProps {
  readonly item: PaletteItem
  readonly text: string
  readonly id: string
  readonly is_chosen: boolean
  readonly onChoose: () => void
  readonly onPoint: () => void
}

function PaletteEntry({ item, text, id, is_chosen, onChoose, onPoint }: PaletteEntryProps) {
  return (
    // The field above keeps the focus, and its keys choose.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={is_chosen}
      className={styles.item}
      ref={(element) => {
        if (is_chosen) element?.scrollIntoView({ block: 'nearest' })
      }}
      onClick={onChoose}
      onPointerMove={is_chosen ? undefined : onPoint}
    >
      {item.icon && <Icon of={item.icon} />}
      <span dir="auto" className={styles.words}>
        <Marked words={item.words} text={text} />
      </span>
      {item.aside !== undefined && <span className={styles.aside}>{item.aside}</span>}
      <Keys of={is_chosen && item.keys === undefined ? 'enter' : item.keys} />
    </div>
  )
}

function Keys({ of: keys }: { readonly of: string | undefined }) {
  return keys === undefined ? null : <kbd aria-hidden>{keysInWords(keys)}</kbd>
}

/** The words with what was searched for in the accent. */
function Marked({ words, text }: { readonly words: string; readonly text: string }) {
  const at = plain(words).indexOf(plain(text))
  // A letter may be longer without its accent; then nothing is marked rather than something else.
  if (text === '' || at === -1 || plain(words).length !== words.length) return <Fragment>{words}</Fragment>
  const end = at + plain(text).length
  return (
    <Fragment>
      {words.slice(0, at)}
      <mark className={styles.mark}>{words.slice(at, end)}</mark>
      {words.slice(end)}
    </Fragment>
  )
}
