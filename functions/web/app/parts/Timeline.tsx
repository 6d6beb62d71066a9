import type { ReactNode } from 'react'

import { exactlyOf } from '../format/dates.ts'
import { classes } from './classes.ts'
import { Icon, type LucideIcon } from './Icon.tsx'
import styles from './Timeline.module.css'

/** What happened, one circle below the other on a line. */
export function Timeline({
  className,
  children,
}: {
  readonly className?: string | undefined
  readonly children: ReactNode
}) {
  return <ol className={className}>{children}</ol>
}

/** @param at ISO 8601; null: it is still to come, and `time` says what stands instead of a time */
export function TimelineEntry({
  icon,
  tone,
  title,
  at,
  time,
  line,
  children,
}: {
  readonly icon: LucideIcon
  readonly tone: 'mute' | 'move' | 'ok' | 'bad'
  readonly title: string
  readonly at: string | null
  readonly time: string | undefined
  readonly line: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <li className={classes(styles.entry, at === null && styles.to_come)}>
      <span className={classes(styles.circle, at === null ? styles.dashed : styles[tone])}>
        <Icon of={icon} size={14} />
      </span>
      <div className={styles.about}>
        <div className={styles.head}>
          <h3 className={styles.title} dir="auto">
            {title}
          </h3>
          {at === null ? (
            <span className={styles.time}>{time}</span>
          ) : (
            <time dateTime={at} title={exactlyOf(at)} className={styles.time}>
              {time}
            </time>
          )}
        </div>
        <p className={styles.line}>{line}</p>
        {children}
      </div>
    </li>
  )
}
