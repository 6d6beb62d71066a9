import { useId } from 'react'

import { Icon, type LucideIcon } from './Icon.tsx'
import styles from './Segmented.module.css'

export interface SegmentedChoice<Value extends string> {
  readonly value: Value
  readonly words: string
  readonly icon?: LucideIcon
}

/** One of a few views of the same thing; with `is_icons_only` the words are for screen readers. */
export function Segmented<Value extends string>({
  label,
  choices,
  value,
  onValue,
  is_icons_only = false,
}: {
  readonly label: string
  readonly choices: readonly SegmentedChoice<Value>[]
  readonly value: Value
  readonly onValue: (value: Value) => void
  readonly is_icons_only?: boolean
}) {
  const name = useId()
  return (
    <fieldset className={styles.segmented}>
      <legend className="unseen">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={styles.choice} title={is_icons_only ? choice.words : undefined}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onValue(choice.value)}
          />
          {choice.icon && <Icon of={choice.icon} />}
          <span className={is_icons_only ? 'unseen' : undefined}>{choice.words}</span>
        </label>
      ))}
    </fieldset>
  )
}
