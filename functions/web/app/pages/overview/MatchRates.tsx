import { useMemo } from 'react'

import { countOf } from '../../format/numbers.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import type { Shown } from '../../store/records.ts'
import styles from './Charts.module.css'
import { matchRates } from './match-rates.ts'

/** What each platform recognised, as it reported it. The numbers stand beside their bars, so there is no table. */
export function MatchRates({
  platforms,
  distributions,
}: {
  readonly platforms: readonly Shown<'platform'>[]
  readonly distributions: readonly Shown<'distribution'>[]
}) {
  const rates = useMemo(() => matchRates(platforms, distributions), [platforms, distributions])
  return (
    <Card aria-labelledby="match-rates">
      <CardHead id="match-rates" title="Match rate by platform" />
      {rates.length === 0 ? (
        <p className={styles.none}>There is no platform yet.</p>
      ) : (
        <ul className={styles.rates}>
          {rates.map(({ platform_id, name, sends, match_rate }) => (
            <li key={platform_id}>
              <span className={styles.rate_name}>
                <b dir="auto">{name}</b> {sends > 0 && countOf(sends, 'send')}
              </span>
              <span className={match_rate === null ? styles.unknown : styles.rate}>
                {sends === 0 ? UNKNOWN.sent : matchRateOf(match_rate)}
              </span>
              <span aria-hidden className={match_rate === null ? styles.no_track : styles.track}>
                {match_rate !== null && <i style={{ inlineSize: `${match_rate * 100}%` }} />}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
