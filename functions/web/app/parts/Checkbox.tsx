import type { ComponentPropsWithRef } from 'react'

import { classes } from './classes.ts'
import styles from './Checkbox.module.css'

interface CheckboxProps extends Omit<ComponentPropsWithRef<'input'>, 'type' | 'children'> {
  readonly label: string
  /** Some of what it stands for is chosen. */
  readonly is_partly?: boolean
  readonly is_label_unseen?: boolean
}

export function Checkbox({ label, is_partly = false, is_label_unseen = false, className, ...input }: CheckboxProps) {
  return (
    <label className={classes(styles.checkbox, className)}>
      <input
        {...input}
        type="checkbox"
        ref={(element) => {
          if (element) element.indeterminate = is_partly
        }}
      />
      <span className={is_label_unseen ? 'unseen' : undefined}>{label}</span>
    </label>
  )
}
