import { Ban, CalendarClock, ChartColumn, Check, Hourglass, Send as SendIcon, TriangleAlert } from 'lucide-react'

import type { Attempt } from '#shared/records/distribution.ts'
import { clock } from '../../base/ports.ts'
import { momentToSecond } from '../../format/dates.ts'
import type { LucideIcon } from '../../parts/Icon.tsx'
import { Timeline, TimelineEntry } from '../../parts/Timeline.tsx'
import type { Send } from './sends.ts'
import styles from './SendRecord.module.css'
import { timelineOf, type Happening } from './timeline.ts'
import type { SendDetails } from './use-details.ts'

interface Look {
  readonly icon: LucideIcon
  readonly tone: 'mute' | 'ok' | 'bad'
}

const LOOKS: Readonly<Record<Happening['kind'], Look>> = {
  scheduled: { icon: CalendarClock, tone: 'mute' },
  queued: { icon: Hourglass, tone: 'mute' },
  started: { icon: SendIcon, tone: 'mute' },
  stopped: { icon: TriangleAlert, tone: 'bad' },
  completed: { icon: Check, tone: 'ok' },
  cancelled: { icon: Ban, tone: 'mute' },
  match: { icon: ChartColumn, tone: 'ok' },
}

/** What happened to a distribution, the earliest first, and what is still to come. */
export function WhatHappened({
  send,
  attempts,
  details,
}: {
  readonly send: Send
  readonly attempts: readonly Attempt[]
  readonly details: SendDetails
}) {
  const now_ms = clock.nowMs()
  return (
    <section aria-labelledby="what-happened">
      <h2 id="what-happened" className={styles.title}>
        What happened
      </h2>
      {details.state === 'known' && !details.is_current && (
        <p className={styles.hint}>You are offline: attempts are those that this device saw last.</p>
      )}
      {details.state === 'unknown' && send.shown.record.version > 0 && (
        <p className={styles.hint}>The attempts are not known here. {details.words}</p>
      )}
      <Timeline>
        {timelineOf(send, attempts, now_ms, details.state === 'known' ? details.snapshot : null).map(
          ({ id, kind, title, at, at_words, words }) => (
            <TimelineEntry
              key={id}
              {...LOOKS[kind]}
              title={title}
              at={at}
              time={at === null ? at_words : momentToSecond(at, now_ms)}
              line={words}
            />
          ),
        )}
      </Timeline>
    </section>
  )
}
