import { Link } from '@tanstack/react-router'

import { handOverFacts } from '../../audiences/hand-over-facts.ts'
import { clock } from '../../base/ports.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { numberOf, percentOf } from '../../format/numbers.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { useRecords } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'

/** Where it was sent, the latest first, and what came of it. */
export function SentTo({ distributions }: { readonly distributions: readonly Shown<'distribution'>[] }) {
  const { records: platforms } = useRecords('platform')
  const now_ms = clock.nowMs()
  return (
    <Card>
      <CardHead title="Where it was sent" />
      {distributions.length === 0 ? (
        <p className={styles.nothing}>{UNKNOWN.sent}</p>
      ) : (
        <table className={styles.inner_table}>
          <caption className="unseen">Where it was sent</caption>
          <thead>
            <tr>
              <th scope="col">Platform</th>
              <th scope="col">Status</th>
              <th scope="col" className={`${styles.number} ${styles.wide_only}`}>
                Records
              </th>
              <th scope="col" className={styles.number}>
                Match rate
              </th>
              <th scope="col" className={`${styles.number} ${styles.wide_only}`}>
                Changed
              </th>
            </tr>
          </thead>
          <tbody>
            {distributions.map((distribution) => {
              const { id, record } = distribution
              const { platform_name, match_rate, estimated_rate, total_records } = handOverFacts(
                distribution,
                platforms,
              )
              return (
                <tr key={id}>
                  <th scope="row" className={styles.strong}>
                    <Link to="/distributions" search={{ id }} dir="auto">
                      {platform_name}
                    </Link>
                  </th>
                  <td>
                    <StatusWord noun="distribution" status={record.status} />
                    {record.error_message && <span className={styles.secondary}>{record.error_message}</span>}
                  </td>
                  <td className={`${styles.number} ${styles.wide_only}`}>
                    {total_records === null ? (
                      <span className={styles.unknown}>{UNKNOWN.size}</span>
                    ) : (
                      numberOf(total_records)
                    )}
                  </td>
                  <td className={styles.number}>
                    {match_rate === null ? (
                      <span className={styles.unknown}>{UNKNOWN.match_rate}</span>
                    ) : (
                      matchRateOf(match_rate)
                    )}
                    {estimated_rate !== null && (
                      <span className={styles.secondary}>Estimate {percentOf(estimated_rate)}</span>
                    )}
                  </td>
                  <td className={`${styles.number} ${styles.wide_only}`} title={exactlyOf(record.updated_at)}>
                    {momentOf(record.updated_at, now_ms)}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </Card>
  )
}
