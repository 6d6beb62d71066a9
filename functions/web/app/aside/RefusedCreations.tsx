import type { ReactNode } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { WhatToDo } from '../parts/WhatToDo.tsx'
import { useAside, useClient } from '../store/hooks.ts'
import { nameOf } from '../store/records.ts'
import { conflictOf } from './conflicts.ts'
import { refusalOf } from './refusals.ts'
import { RefusalButtons } from './RefusalButtons.tsx'

/** New records that the service refused: no row of their list shows them, so it begins with the reason and the ways on. */
export function RefusedCreations({
  noun,
  correct,
}: {
  readonly noun: 'audience' | 'platform'
  /** The way to correct one, where there is one. */
  readonly correct?: (id: string) => ReactNode
}) {
  const client = useClient()
  const refused = useAside().filter((entry) => isRefusedCreation(entry, noun))
  return refused.map((entry) => {
    const { sentence, steps } = refusalOf(entry)
    const actions = (
      <>
        {correct?.(entry.id)}
        <RefusalButtons entry={entry} />
      </>
    )
    return (
      <WhatToDo
        key={entry.seq}
        title={`“${nameOf(client, noun, entry.id)}” was not accepted`}
        steps={steps}
        actions={actions}
      >
        <p>It is on this device only. {sentence}</p>
      </WhatToDo>
    )
  })
}

function isRefusedCreation(entry: OutboxEntry, noun: OutboxEntry['kind']): boolean {
  return entry.kind === noun && entry.change.op === 'create' && !conflictOf(entry)
}
