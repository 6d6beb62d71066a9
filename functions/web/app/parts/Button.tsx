import { createLink, type LinkComponent } from '@tanstack/react-router'
import type { ComponentPropsWithRef, ReactNode } from 'react'

import styles from './Button.module.css'
import { classes } from './classes.ts'
import { Icon, type LucideIcon } from './Icon.tsx'
import { Spinner } from './Spinner.tsx'
import { Tooltip } from './Tooltip.tsx'

/** How a button looks. One `primary` in a view; `destructive` only in a dialog. */
export interface ButtonLook {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'destructive'
  readonly size?: 'small' | 'normal' | 'large'
  readonly icon?: LucideIcon
}

interface ButtonProps extends ButtonLook, ComponentPropsWithRef<'button'> {
  /** The deed is under way: the button keeps its width, and cannot be pressed again. */
  readonly is_busy?: boolean
  /** What it says then, as `Sending…`. */
  readonly busy_words?: string
}

const lookOf = ({ kind = 'plain', size = 'normal' }: ButtonLook, class_name?: string): string =>
  classes(styles.button, styles[kind], styles[size], class_name)

/** It says what happens: "Import 211", never "OK". */
export function Button({ kind, size, icon, is_busy = false, busy_words, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={lookOf({ ...(kind && { kind }), ...(size && { size }) }, className)}
      aria-disabled={is_busy || undefined}
      aria-busy={is_busy || undefined}
      {...(is_busy && { onClick: (event) => event.preventDefault() })}
    >
      <span className={styles.words} data-covered={is_busy || undefined}>
        {icon && <Icon of={icon} />}
        {children}
      </span>
      {is_busy && (
        <span className={styles.busy}>
          <Spinner />
          {busy_words}
        </span>
      )}
    </button>
  )
}

interface AnchorProps extends ButtonLook, Omit<ComponentPropsWithRef<'a'>, 'children'> {
  readonly children?: ReactNode
}

function ButtonAnchor({ kind, size, icon, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={lookOf({ ...(kind && { kind }), ...(size && { size }) }, className)}>
      <span className={styles.words}>
        {icon && <Icon of={icon} />}
        {children}
      </span>
    </a>
  )
}

/** A link to a page that looks like a button. */
export const ButtonLink: LinkComponent<typeof ButtonAnchor> = createLink(ButtonAnchor)

interface IconButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'children'> {
  readonly icon: LucideIcon
  /** Its name, also shown as a tooltip. */
  readonly label: string
  readonly kind?: 'plain' | 'quiet'
  readonly size?: 'small' | 'normal'
  /** It shows that what it opens is open. */
  readonly is_on?: boolean
}

export function IconButton({
  icon,
  label,
  kind = 'quiet',
  size = 'normal',
  is_on = false,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip words={label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={classes(lookOf({ kind, size }), styles.icon_only, is_on && styles.is_on, className)}
      >
        <Icon of={icon} />
      </button>
    </Tooltip>
  )
}
