import { Send } from 'lucide-react'

import { ChangeFault } from '../../audiences/ChangeFault.tsx'
import { clock } from '../../base/ports.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { numberOf } from '../../format/numbers.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Page } from '../../frame/Page.tsx'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { HeadCell, NumberCell, Table } from '../../parts/Table.tsx'
import { useRecords } from '../../store/hooks.ts'
import { distributionName } from '../../store/records.ts'
import styles from './Distributions.module.css'

/** What was sent where, the latest first, and what came of it. */
export function Distributions() {
  const { records, is_known } = useRecords('distribution')
  const now_ms = clock.nowMs()
  // An id begins with the time at which it was made.
  const shown = records.toSorted((one, other) => other.id.localeCompare(one.id))
  return (
    <Page
      title="Distributions"
      actions={
        <Button kind="primary" icon={Send} onClick={() => askToSend({})}>
          Send an audience
        </Button>
      }
    >
      <ChangeFault />
      {shown.length === 0 ? (
        <EmptyState
          icon={Send}
          title={is_known ? 'Nothing was sent yet' : 'Your distributions are being loaded'}
          action={<ButtonLink to="/saved-audiences">See the audiences</ButtonLink>}
        >
          A distribution is an audience that was handed over to a platform, with what the platform reported.
        </EmptyState>
      ) : (
        <Table aria-label="Distributions">
          <thead>
            <tr>
              <HeadCell>Audience</HeadCell>
              <HeadCell>Status</HeadCell>
              <HeadCell is_number>Records</HeadCell>
              <HeadCell is_number>Match rate</HeadCell>
              <HeadCell is_number>Changed</HeadCell>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, record }) => (
              <tr key={id}>
                <td className={styles.name} dir="auto">
                  {distributionName(record)}
                </td>
                <td>
                  <StatusWord noun="distribution" status={record.status} />
                </td>
                <NumberCell>
                  {typeof record.total_records === 'number' ? numberOf(record.total_records) : UNKNOWN.size}
                </NumberCell>
                <NumberCell>{matchRateOf(record.match_rate ?? null)}</NumberCell>
                <NumberCell>
                  <time dateTime={record.updated_at} title={exactlyOf(record.updated_at)}>
                    {momentOf(record.updated_at, now_ms)}
                  </time>
                </NumberCell>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  )
}
