import { Link } from '@tanstack/react-router'
import { Send, UsersRound } from 'lucide-react'
import { useMemo } from 'react'

import type { ActivationClient } from '#shared/client/client.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { DISTRIBUTION_STATUS } from '../../format/status.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { useClient } from '../../store/hooks.ts'
import { distributionName, type Shown } from '../../store/records.ts'
import styles from './Overview.module.css'

const LISTED_MAX = 8

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
  const lines = useMemo(() => latestOf(client, audiences, distributions), [client, audiences, distributions])
  return (
    <Card aria-labelledby="last-activity">
      <CardHead id="last-activity" title="Last activity" />
      {lines.length === 0 ? (
        <p className={styles.none}>Nothing happened yet.</p>
      ) : (
        <ul className={styles.activity}>
          {lines.map(({ id, at, words, icon, to }) => (
            <li key={id}>
              <Icon of={icon} />
              <Link to={to} dir="auto">
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
    to: `/audience/${id}`,
  }))
  const sent = distributions.map(({ id, record }) => ({
    id,
    at: record.updated_at,
    words: `${distributionName(client, record)}: ${DISTRIBUTION_STATUS[record.status].words}`,
    icon: Send,
    to: '/distributions',
  }))
  return [...changed, ...sent]
    .filter(({ at }) => at)
    .toSorted((one, other) => other.at.localeCompare(one.at))
    .slice(0, LISTED_MAX)
}
