import type { ComponentPropsWithRef, ReactNode } from 'react'

import styles from './Card.module.css'
import { classes } from './classes.ts'

/** A sheet of its own on the page: hairline, radius 12. Never one inside another. */
export function Card({ className, ...rest }: ComponentPropsWithRef<'section'>) {
  return <section {...rest} className={classes(styles.card, className)} />
}

/** The first row of a card: its title, and what belongs to it at the other end. */
export function CardHead({
  title,
  id,
  children,
}: {
  readonly title: string
  readonly id?: string
  readonly children?: ReactNode
}) {
  return (
    <div className={styles.head}>
      <h2 id={id} className={styles.title}>
        {title}
      </h2>
      {children}
    </div>
  )
}
