import { useMemo, useState } from 'react'

import { countOf, numberOf } from '../../format/numbers.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { ChartOrTable } from '../../parts/ChartOrTable.tsx'
import { HeadCell, NumberCell, Table } from '../../parts/Table.tsx'
import type { Shown } from '../../store/records.ts'
import styles from './Charts.module.css'
import { matchRates, type PlatformMatchRate } from './match-rates.ts'

/** What each platform recognised, as it reported it: as bars, or the same numbers as a table. */
export function MatchRates({
  platforms,
  distributions,
}: {
  readonly platforms: readonly Shown<'platform'>[]
  readonly distributions: readonly Shown<'distribution'>[]
}) {
  const [is_table, setTable] = useState(false)
  const rates = useMemo(() => matchRates(platforms, distributions), [platforms, distributions])
  return (
    <Card aria-labelledby="match-rates">
      <CardHead id="match-rates" title="Match rate by platform">
        {rates.length > 0 && <ChartOrTable is_table={is_table} onChange={setTable} />}
      </CardHead>
      {rates.length === 0 ? (
        <p className={styles.none}>There is no platform yet.</p>
      ) : is_table ? (
        <RatesTable rates={rates} />
      ) : (
        <RatesChart rates={rates} />
      )}
    </Card>
  )
}

function RatesChart({ rates }: { readonly rates: readonly PlatformMatchRate[] }) {
  return (
    <ul className={styles.rates}>
      {rates.map(({ platform_id, name, sends, match_rate }) => (
        <li key={platform_id}>
          <span className={styles.rate_name}>
            <b dir="auto">{name}</b> {sends > 0 && countOf(sends, 'send')}
          </span>
          <span className={match_rate === null ? styles.unknown : styles.rate}>{rateInWords(sends, match_rate)}</span>
          <span aria-hidden className={match_rate === null ? styles.no_track : styles.track}>
            {match_rate !== null && <i style={{ inlineSize: `${match_rate * 100}%` }} />}
          </span>
        </li>
      ))}
    </ul>
  )
}

function RatesTable({ rates }: { readonly rates: readonly PlatformMatchRate[] }) {
  return (
    <Table aria-labelledby="match-rates" className={styles.table}>
      <thead>
        <tr>
          <HeadCell>Platform</HeadCell>
          <HeadCell is_number>Sends</HeadCell>
          <HeadCell is_number>Reported</HeadCell>
          <HeadCell is_number>Match rate, average</HeadCell>
        </tr>
      </thead>
      <tbody>
        {rates.map(({ platform_id, name, sends, reported, match_rate }) => (
          <tr key={platform_id}>
            <td dir="auto">{name}</td>
            <NumberCell>{numberOf(sends)}</NumberCell>
            <NumberCell>{numberOf(reported)}</NumberCell>
            <NumberCell>{rateInWords(sends, match_rate)}</NumberCell>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function rateInWords(sends: number, match_rate: number | null): string {
  return sends === 0 ? UNKNOWN.sent : matchRateOf(match_rate)
}
