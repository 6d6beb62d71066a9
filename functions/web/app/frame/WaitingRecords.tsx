import { Pencil } from 'lucide-react'
import { useMemo } from 'react'

import { countOf } from '../format/numbers.ts'
import { Icon } from '../parts/Icon.tsx'
import { useClient, useRecords, useStatus } from '../store/hooks.ts'
import { distributionName } from '../store/records.ts'
import styles from './SyncPanel.module.css'

const LISTED_MAX = 20

/** Records with changes that the service does not have yet. */
export function WaitingRecords() {
  const client = useClient()
  const { mode, pending } = useStatus()
  const audiences = useRecords('audience').records
  const platforms = useRecords('platform').records
  const distributions = useRecords('distribution').records
  const waiting = useMemo(
    () => [
      ...audiences.filter(isWaiting).map(({ id, record, waiting: count }) => ({ id, name: record.name, count })),
      ...platforms.filter(isWaiting).map(({ id, record, waiting: count }) => ({ id, name: record.name, count })),
      ...distributions
        .filter(isWaiting)
        .map(({ id, record, waiting: count }) => ({ id, name: distributionName(client, record), count })),
    ],
    [client, audiences, platforms, distributions],
  )
  if (mode === 'guest' || pending === 0) return null
  return (
    <section className={styles.part}>
      <h3 className={styles.title}>{countOf(pending, 'change waits', 'changes wait')}</h3>
      <ul className={styles.lines}>
        {waiting.slice(0, LISTED_MAX).map(({ id, name, count }) => (
          <li key={id} className={styles.line}>
            <Icon of={Pencil} />
            <span dir="auto">{name}</span>
            <span>{countOf(count, 'change')}</span>
          </li>
        ))}
      </ul>
      {waiting.length > LISTED_MAX && <p>and {countOf(waiting.length - LISTED_MAX, 'more record')}</p>}
    </section>
  )
}

function isWaiting({ waiting }: { readonly waiting: number }): boolean {
  return waiting > 0
}
