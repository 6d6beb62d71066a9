import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { Conflict } from '../../audiences/Conflict.tsx'
import { conflictOf } from '../../audiences/conflicts.ts'
import { Banner } from '../../parts/Banner.tsx'
import { Button } from '../../parts/Button.tsx'
import { Card } from '../../parts/Card.tsx'
import { useClient } from '../../store/hooks.ts'

/** Changes of this audience that wait for the user: conflicts side by side, refusals with their reason. */
export function SetAside({ entries }: { readonly entries: readonly OutboxEntry[] }) {
  const [later, setLater] = useState<readonly number[]>([])
  const shown = entries.filter(({ seq }) => !later.includes(seq))
  const put_off = entries.length - shown.length
  return (
    <>
      {shown.map((entry) =>
        conflictOf(entry) ? (
          <Card key={entry.seq} aria-label="A change needs your choice">
            <Conflict entry={entry} onLater={() => setLater([...later, entry.seq])} />
          </Card>
        ) : (
          <Refusal key={entry.seq} entry={entry} />
        ),
      )}
      {put_off > 0 && (
        <Banner
          tone="limit"
          icon={TriangleAlert}
          actions={
            <Button size="small" onClick={() => setLater([])}>
              Choose now
            </Button>
          }
        >
          {put_off === 1 ? 'A change waits' : `${put_off} changes wait`} for your choice. The page shows what the
          service has.
        </Banner>
      )}
    </>
  )
}

function Refusal({ entry: { seq, aside } }: { readonly entry: OutboxEntry }) {
  const client = useClient()
  const [fault, setFault] = useState<string>()
  const settle = async (work: ReturnType<typeof client.retry>) => {
    const outcome = await work
    setFault(outcome.ok ? undefined : outcome.problem.message)
  }
  return (
    <Banner
      tone="failure"
      icon={TriangleAlert}
      actions={
        <>
          <Button size="small" onClick={() => void settle(client.retry(seq))}>
            Try again
          </Button>
          <Button kind="quiet" size="small" onClick={() => void settle(client.discard(seq))}>
            Drop this change
          </Button>
        </>
      }
    >
      A change was not accepted. {aside?.reason} {fault}
    </Banner>
  )
}
