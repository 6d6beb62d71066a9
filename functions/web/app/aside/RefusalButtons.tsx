import { useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { Button } from '../parts/Button.tsx'
import { useClient } from '../store/hooks.ts'
import { refusalOf } from './refusals.ts'
import styles from './RefusalButtons.module.css'

/** What can be done about a change that was refused. */
export function RefusalButtons({
  entry,
  onChooseTime,
}: {
  readonly entry: OutboxEntry
  readonly onChooseTime?: ((entry: OutboxEntry) => void) | undefined
}) {
  const client = useClient()
  const [fault, setFault] = useState<string>()
  const { is_final = false, asks_for_time = false } = refusalOf(entry)
  const settle = async (work: ReturnType<typeof client.retry>) => {
    const outcome = await work
    setFault(outcome.ok ? undefined : outcome.problem.message)
  }
  return (
    <>
      {!is_final && (
        <Button size="small" onClick={() => void settle(client.retry(entry.seq))}>
          Try again
        </Button>
      )}
      {asks_for_time && onChooseTime && (
        <Button size="small" onClick={() => onChooseTime(entry)}>
          Choose another time
        </Button>
      )}
      <Button
        kind={is_final && !asks_for_time ? 'plain' : 'quiet'}
        size="small"
        onClick={() => void settle(client.discard(entry.seq))}
      >
        {entry.change.op === 'create' ? 'Drop it' : 'Drop this change'}
      </Button>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
    </>
  )
}
