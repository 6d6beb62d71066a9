import { GitCompare, TriangleAlert } from 'lucide-react'
import { useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { fieldsInWords } from '../format/fields.ts'
import { Button, ButtonLink } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import { useClient } from '../store/hooks.ts'
import { nameOf } from '../store/records.ts'
import { sync_panel_open } from './layers.ts'
import styles from './SyncPanel.module.css'

/** A change that the service did not take: what it was, why, and the ways on. Leaving it for later is one. */
export function AsideChange({ entry }: { readonly entry: OutboxEntry }) {
  const client = useClient()
  const [fault, setFault] = useState<string>()
  const { seq, kind, id, aside } = entry
  if (!aside) return null
  const is_conflict = aside.status === 'conflict'
  const is_audience = kind === 'audience' && client.get(kind, id) !== undefined
  const settle = async (work: Promise<Awaited<ReturnType<typeof client.retry>>>) => {
    const outcome = await work
    setFault(outcome.ok ? undefined : outcome.problem.message)
  }
  return (
    <article className={styles.change}>
      <p className={styles.change_head}>
        <Icon of={is_conflict ? GitCompare : TriangleAlert} />
        {is_conflict ? 'Changed on two devices' : 'Not accepted'}
      </p>
      <p>
        <strong dir="auto">{nameOf(client, kind, id)}</strong>
        {aside.fields.length > 0 && `: ${fieldsInWords(aside.fields)}. `} {aside.reason}
      </p>
      <div className={styles.actions}>
        {is_audience && (
          <ButtonLink
            to="/audience/$id"
            params={{ id }}
            kind="primary"
            size="small"
            onClick={() => sync_panel_open.set(false)}
          >
            {is_conflict ? 'Compare and choose' : 'Open'}
          </ButtonLink>
        )}
        {is_conflict ? (
          <>
            <Button size="small" onClick={() => void settle(client.resolve(seq, 'mine'))}>
              Keep this device’s
            </Button>
            <Button size="small" onClick={() => void settle(client.resolve(seq, 'theirs'))}>
              Keep the other device’s
            </Button>
          </>
        ) : (
          <>
            <Button size="small" onClick={() => void settle(client.retry(seq))}>
              Try again
            </Button>
            <Button kind="quiet" size="small" onClick={() => void settle(client.discard(seq))}>
              Drop this change
            </Button>
          </>
        )}
      </div>
      {fault !== undefined && <p role="alert">{fault}</p>}
    </article>
  )
}
