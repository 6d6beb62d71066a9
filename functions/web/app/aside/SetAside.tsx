import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { Banner } from '../parts/Banner.tsx'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { WhatToDo } from '../parts/WhatToDo.tsx'
import { Conflict } from './Conflict.tsx'
import { conflictOf } from './conflicts.ts'
import { refusalOf } from './refusals.ts'
import { RefusalButtons } from './RefusalButtons.tsx'

/** Changes of a record that wait for the user: conflicts side by side, refusals with their reason and what to do. */
export function SetAside({
  entries,
  onChooseTime,
}: {
  readonly entries: readonly OutboxEntry[]
  /** Of sends: asks for another time, where that would do. */
  readonly onChooseTime?: (entry: OutboxEntry) => void
}) {
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
          <Refusal key={entry.seq} entry={entry} onChooseTime={onChooseTime} />
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

function Refusal({
  entry,
  onChooseTime,
}: {
  readonly entry: OutboxEntry
  readonly onChooseTime: ((entry: OutboxEntry) => void) | undefined
}) {
  const { title, sentence, steps } = refusalOf(entry)
  return (
    <WhatToDo title={title} steps={steps} actions={<RefusalButtons entry={entry} onChooseTime={onChooseTime} />}>
      <p>{sentence}</p>
    </WhatToDo>
  )
}
