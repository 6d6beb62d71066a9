import { GitCompare, KeyRound, Route, Send, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

import { fieldsInWords } from '../../format/fields.ts'
import { sync_panel_open } from '../../frame/layers.ts'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import type { LucideIcon } from '../../parts/Icon.tsx'
import { useAside, useClient, useRecords } from '../../store/hooks.ts'
import { distributionName, nameOf } from '../../store/records.ts'

const WORDS = ['Nothing', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine']

/** Something that waits for a person, and the way to it. */
export interface Need {
  readonly id: string
  readonly icon: LucideIcon
  readonly is_bad?: boolean
  readonly what: string
  readonly why: string
  readonly action: ReactNode
}

export function needsInWords(count: number): string {
  if (count === 0) return 'Nothing needs you. Everything runs.'
  return `${WORDS[count] ?? count} ${count === 1 ? 'thing needs' : 'things need'} you. The rest runs.`
}

export function useNeeds(): readonly Need[] {
  const client = useClient()
  const aside = useAside()
  const platforms = useRecords('platform').records
  const distributions = useRecords('distribution').records
  const choose = (words: string) => (
    <Button size="small" onClick={() => sync_panel_open.set(true)}>
      {words}
    </Button>
  )
  return [
    ...aside.map(({ seq, kind, id, aside: set_aside }): Need => {
      const is_conflict = set_aside?.status === 'conflict'
      const name = nameOf(client, kind, id)
      const fields = fieldsInWords(set_aside?.fields ?? [])
      return {
        id: `change ${seq}`,
        icon: is_conflict ? GitCompare : TriangleAlert,
        what: is_conflict ? `“${name}” was changed on two devices` : `A change of “${name}” was not accepted`,
        why: is_conflict && fields !== '' ? `What differs: ${fields}.` : (set_aside?.reason ?? ''),
        action: choose(is_conflict ? 'Compare and choose' : 'See why'),
      }
    }),
    ...platforms
      .filter(({ record }) => record.status === 'error')
      .map(({ id, record }): Need => ({
        id,
        icon: record.last_test?.code === 'bad_token' ? KeyRound : Route,
        is_bad: true,
        what: `The test of ${record.name} failed`,
        why: record.last_test?.message ?? 'Nothing can be sent there before a test goes well.',
        action: (
          <ButtonLink to="/platforms" size="small">
            See the platform
          </ButtonLink>
        ),
      })),
    ...distributions
      .filter(({ record }) => record.status === 'failed')
      .map(({ id, record }): Need => ({
        id,
        icon: Send,
        is_bad: true,
        what: `${distributionName(client, record)} failed`,
        why: record.error_message ?? 'The platform gave no reason.',
        action: (
          <ButtonLink to="/distributions" search={{ id }} size="small">
            See the distribution
          </ButtonLink>
        ),
      })),
  ]
}
