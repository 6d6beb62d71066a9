import { CircleAlert } from 'lucide-react'
import { useId, type ComponentPropsWithRef, type ReactNode } from 'react'

import { classes } from './classes.ts'
import styles from './Field.module.css'
import { Icon } from './Icon.tsx'

/** What the control of a field gets, so that its label, hint and error are read with it. */
export interface ControlProps {
  readonly id: string
  readonly className: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

interface FieldProps {
  readonly label: ReactNode
  readonly hint?: ReactNode
  /** What is wrong and what would be right: "Use digits only, for example 12,400". */
  readonly error?: string | undefined
  readonly is_label_unseen?: boolean
  readonly className?: string | undefined
  readonly children: (control: ControlProps) => ReactNode
}

/** A label, a control, and a hint or an error in words. */
export function Field({ label, hint, error, is_label_unseen = false, className, children }: FieldProps) {
  const id = useId()
  const note_id = `${id}-note`
  const has_note = error !== undefined || hint !== undefined
  return (
    <div className={classes(styles.field, className)}>
      <label htmlFor={id} className={is_label_unseen ? 'unseen' : styles.label}>
        {label}
      </label>
      {children({
        id,
        className: styles.control ?? '',
        'aria-describedby': has_note ? note_id : undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {has_note && (
        <p id={note_id} className={error === undefined ? styles.hint : styles.error}>
          {error !== undefined && <Icon of={CircleAlert} size={14} />}
          {error ?? hint}
        </p>
      )}
    </div>
  )
}

type Described = Omit<FieldProps, 'children'>
type TextFieldProps = Described & Omit<ComponentPropsWithRef<'input'>, 'children' | 'className'>

export function TextField({ label, hint, error, is_label_unseen, className, ...input }: TextFieldProps) {
  return (
    <Field {...described({ label, hint, error, is_label_unseen, className })}>
      {(control) => (
        <input
          type="text"
          {...input}
          {...control}
          className={classes(control.className, input.inputMode === 'numeric' && styles.number)}
        />
      )}
    </Field>
  )
}

type TextAreaProps = Described & Omit<ComponentPropsWithRef<'textarea'>, 'children' | 'className'>

export function TextArea({ label, hint, error, is_label_unseen, className, ...area }: TextAreaProps) {
  return (
    <Field {...described({ label, hint, error, is_label_unseen, className })}>
      {(control) => <textarea rows={4} {...area} {...control} />}
    </Field>
  )
}

type SelectProps = Described & Omit<ComponentPropsWithRef<'select'>, 'className'>

export function Select({ label, hint, error, is_label_unseen, className, children, ...select }: SelectProps) {
  return (
    <Field {...described({ label, hint, error, is_label_unseen, className })}>
      {(control) => (
        <select {...select} {...control}>
          {children}
        </select>
      )}
    </Field>
  )
}

/** Without the members that nobody gave. */
function described(props: { readonly [Name in keyof Described]: Described[Name] | undefined }): Described {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Described
}
