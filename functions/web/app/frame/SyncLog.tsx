import { Check, TriangleAlert } from 'lucide-react'

import { clock } from '../base/ports.ts'
import { exactlyOf, momentOf } from '../format/dates.ts'
import { Icon } from '../parts/Icon.tsx'
import { useLog } from '../store/hooks.ts'
import styles from './SyncPanel.module.css'

const LINES_MAX = 50

/** What the sync did, the latest first. */
export function SyncLog() {
  const log = useLog()
  const lines = log.slice(-LINES_MAX).toReversed()
  const now_ms = clock.nowMs()
  return (
    <section className={styles.part}>
      <h3 className={styles.title}>What happened</h3>
      {lines.length === 0 && <p>Nothing yet.</p>}
      <ul className={styles.lines}>
        {lines.map(({ at, level, text }, index) => (
          <li key={log.length - index} className={styles.line}>
            {level === 'problem' ? <Icon of={TriangleAlert} className={styles.problem} /> : <Icon of={Check} />}
            <span>{text}</span>
            <time dateTime={at} title={exactlyOf(at)}>
              {momentOf(at, now_ms)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  )
}
