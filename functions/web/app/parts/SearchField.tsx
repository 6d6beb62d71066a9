import { Search } from 'lucide-react'
import type { ComponentPropsWithRef } from 'react'

import { Icon } from './Icon.tsx'
import styles from './SearchField.module.css'

interface SearchFieldProps extends Omit<ComponentPropsWithRef<'input'>, 'type' | 'onChange'> {
  readonly label: string
  readonly value: string
  readonly onValue: (value: string) => void
}

/** Searches the list of its page; `/` leads to it. */
export function SearchField({ label, value, onValue, ...input }: SearchFieldProps) {
  return (
    <span className={styles.search}>
      <Icon of={Search} />
      <input
        {...input}
        type="search"
        aria-label={label}
        placeholder={input.placeholder ?? label}
        data-search
        value={value}
        onChange={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </span>
  )
}
