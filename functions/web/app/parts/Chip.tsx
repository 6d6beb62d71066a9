import { X } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'

import styles from './Chip.module.css'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import { Popover } from './Popover.tsx'

/** A tag, a variable: a word that belongs to a record. `sample` marks what first use brought. */
export function Chip({ tone = 'mute', children }: { readonly tone?: 'mute' | 'sample'; readonly children: ReactNode }) {
  return (
    <span className={classes(styles.chip, styles[tone])} dir="auto">
      {children}
    </span>
  )
}

/** The first words, and a button for the others. */
export function ChipList({
  words,
  shown_max = 2,
  label,
}: {
  readonly words: readonly string[]
  readonly shown_max?: number
  /** What they are, as `variables`. */
  readonly label: string
}) {
  const [is_open, setOpen] = useState(false)
  const id = useId()
  const others = words.slice(shown_max)
  return (
    <span className={styles.list}>
      {words.slice(0, shown_max).map((word) => (
        <Chip key={word}>{word}</Chip>
      ))}
      {others.length > 0 && (
        <Popover
          is_open={is_open}
          onClose={() => setOpen(false)}
          trigger={
            <button
              type="button"
              className={classes(styles.chip, styles.mute, styles.more)}
              aria-label={`${others.length} more ${label}`}
              aria-expanded={is_open}
              aria-controls={is_open ? id : undefined}
              onClick={() => setOpen(!is_open)}
            >
              +{others.length}
            </button>
          }
        >
          <ul id={id} className={styles.others}>
            {others.map((word) => (
              <li key={word} dir="auto">
                {word}
              </li>
            ))}
          </ul>
        </Popover>
      )}
    </span>
  )
}

/** A filter that is on: "Status: Active". */
export function FilterChip({ words, onRemove }: { readonly words: string; readonly onRemove: () => void }) {
  return (
    <span className={styles.filter}>
      <span dir="auto">{words}</span>
      <button type="button" aria-label={`Remove the filter ${words}`} onClick={onRemove}>
        <Icon of={X} size={14} />
      </button>
    </span>
  )
}

/** Words to start from. */
export function SuggestionChip({
  children,
  onChoose,
}: {
  readonly children: ReactNode
  readonly onChoose: () => void
}) {
  return (
    <button type="button" className={styles.suggestion} onClick={onChoose}>
      {children}
    </button>
  )
}
