import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { Conflict } from '../audiences/Conflict.tsx'
import { conflictOf } from '../audiences/conflicts.ts'
import { fieldsInWords } from '../format/fields.ts'
import { Button } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import { useClient } from '../store/hooks.ts'
import { nameOf } from '../store/records.ts'
import { sync_panel_open } from './layers.ts'
import styles from './SyncPanel.module.css'

const closePanel = (): void => sync_panel_open.set(false)

/** A change that the service did not take: what it was, why, and the ways on. Leaving it for later is one. */
export function AsideChange({ entry }: { readonly entry: OutboxEntry }) {
  if (!entry.aside) return null
  return (
    <article className={styles.change}>
      <RecordName entry={entry} />
      {conflictOf(entry) ? (
        <Conflict entry={entry} onLater={closePanel} />
      ) : (
        <Refused entry={entry} aside={entry.aside} />
      )}
    </article>
  )
}

function RecordName({ entry: { kind, id } }: { readonly entry: OutboxEntry }) {
  const client = useClient()
  const name = nameOf(client, kind, id)
  if (kind !== 'audience' || !client.get(kind, id)) {
    return (
      <strong className={styles.change_name} dir="auto">
        {name}
      </strong>
    )
  }
  return (
    <Link to="/audience/$id" params={{ id }} className={styles.change_name} dir="auto" onClick={closePanel}>
      {name}
    </Link>
  )
}

interface RefusedProps {
  readonly entry: OutboxEntry
  readonly aside: NonNullable<OutboxEntry['aside']>
}

function Refused({ entry: { seq }, aside: { fields, reason } }: RefusedProps) {
  const client = useClient()
  const [fault, setFault] = useState<string>()
  const settle = async (work: ReturnType<typeof client.retry>) => {
    const outcome = await work
    setFault(outcome.ok ? undefined : outcome.problem.message)
  }
  return (
    <>
      <p className={styles.change_head}>
        <Icon of={TriangleAlert} />
        Not accepted
      </p>
      <p>
        {reason}
        {fields.length > 0 && ` (${fieldsInWords(fields)})`}
      </p>
      <div className={styles.actions}>
        <Button size="small" onClick={() => void settle(client.retry(seq))}>
          Try again
        </Button>
        <Button kind="quiet" size="small" onClick={() => void settle(client.discard(seq))}>
          Drop this change
        </Button>
      </div>
      {fault !== undefined && <p role="alert">{fault}</p>}
    </>
  )
}
