import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { Conflict } from '../aside/Conflict.tsx'
import { conflictOf } from '../aside/conflicts.ts'
import { refusalOf } from '../aside/refusals.ts'
import { RefusalButtons } from '../aside/RefusalButtons.tsx'
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
      {conflictOf(entry) ? <Conflict entry={entry} onLater={closePanel} /> : <Refused entry={entry} />}
    </article>
  )
}

function RecordName({ entry: { kind, id } }: { readonly entry: OutboxEntry }) {
  const client = useClient()
  const look = { className: styles.change_name, dir: 'auto', onClick: closePanel } as const
  const name = nameOf(client, kind, id)
  if (kind === 'distribution') {
    return (
      <Link to="/distributions" search={{ id }} {...look}>
        {name}
      </Link>
    )
  }
  if (kind === 'platform') {
    return (
      <Link to="/platforms" {...look}>
        {name}
      </Link>
    )
  }
  if (!client.get(kind, id)) {
    return (
      <strong className={styles.change_name} dir="auto">
        {name}
      </strong>
    )
  }
  return (
    <Link to="/audience/$id" params={{ id }} {...look}>
      {name}
    </Link>
  )
}

function Refused({ entry }: { readonly entry: OutboxEntry }) {
  const { title, sentence, steps } = refusalOf(entry)
  return (
    <>
      <p className={styles.change_head}>
        <Icon of={TriangleAlert} />
        {title}
      </p>
      <p>{[sentence, ...steps].join(' ')}</p>
      <div className={styles.actions}>
        <RefusalButtons entry={entry} />
      </div>
    </>
  )
}
