import { Link } from '@tanstack/react-router'
import { Send, UsersRound } from 'lucide-react'
import { useMemo, useState } from 'react'

import type { ActivationClient } from '#shared/client/client.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { DISTRIBUTION_STATUS } from '../../format/status.ts'
import { Button } from '../../parts/Button.tsx'
import { Card, CardHead } from '../../parts/Card.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { useClient } from '../../store/hooks.ts'
import { distributionName, type Shown } from '../../store/records.ts'
import styles from './Overview.module.css'

const LISTED = 8
const LISTED_MAX = 50

/** The records that changed last. */
export function LastActivity({
  audiences,
  distributions,
  now_ms,
}: {
  readonly audiences: readonly Shown<'audience'>[]
  readonly distributions: readonly Shown<'distribution'>[]
  readonly now_ms: number
}) {
  const client = useClient()
  const [is_long, setLong] = useState(false)
  const lines = useMemo(() => latestOf(client, audiences, distributions), [client, audiences, distributions])
  return (
    <Card aria-labelledby="last-activity">
      <CardHead id="last-activity" title="Last activity">
        {lines.length > LISTED && (
          <Button kind="quiet" size="small" aria-expanded={is_long} onClick={() => setLong(!is_long)}>
            {is_long ? 'Less activity' : 'More activity'}
          </Button>
        )}
      </CardHead>
      {lines.length === 0 ? (
        <p className={styles.none}>Nothing happened yet.</p>
      ) : (
        <ul className={styles.activity}>
          {lines.slice(0, is_long ? LISTED_MAX : LISTED).map(({ id, at, words, icon, link }) => (
            <li key={id}>
              <Icon of={icon} />
              <Link {...link} dir="auto">
                {words}
              </Link>
              <time dateTime={at} title={exactlyOf(at)}>
                {momentOf(at, now_ms)}
              </time>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function latestOf(
  client: ActivationClient,
  audiences: readonly Shown<'audience'>[],
  distributions: readonly Shown<'distribution'>[],
) {
  const changed = audiences.map(({ id, record }) => ({
    id,
    at: record.updated_at,
    words: record.version > 1 ? `${record.name} was changed` : `${record.name} was saved`,
    icon: UsersRound,
    link: { to: '/audience/$id', params: { id } } as const,
  }))
  const sent = distributions.map(({ id, record }) => ({
    id,
    at: record.updated_at,
    words: `${distributionName(client, record)}: ${DISTRIBUTION_STATUS[record.status].words}`,
    icon: Send,
    link: { to: '/distributions', search: { id } } as const,
  }))
  return [...changed, ...sent]
    .filter(({ at }) => at)
    .toSorted((one, other) => other.at.localeCompare(one.at))
    .slice(0, LISTED_MAX)
}
