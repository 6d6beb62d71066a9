import { Route } from 'lucide-react'

import { clock } from '../../base/ports.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { PLATFORMS, UNKNOWN } from '../../format/words.ts'
import { Page } from '../../frame/Page.tsx'
import { Chip } from '../../parts/Chip.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { HeadCell, NumberCell, Table } from '../../parts/Table.tsx'
import { useRecords } from '../../store/hooks.ts'
import { isSample } from '../../store/records.ts'
import styles from './Platforms.module.css'

/** The ad platforms of this account: what each one is called there, and whether it is ready. */
export function Platforms() {
  const { records, is_known } = useRecords('platform')
  const now_ms = clock.nowMs()
  const shown = records.toSorted((one, other) => one.record.name.localeCompare(other.record.name))
  return (
    <Page title="Platforms">
      {shown.length === 0 ? (
        <EmptyState icon={Route} title={is_known ? 'There is no platform yet' : 'Your platforms are being loaded'}>
          Audiences are sent to ad platforms: The Trade Desk, Meta, Google Ads, LinkedIn, TikTok, Amazon DSP, LiveRamp.
        </EmptyState>
      ) : (
        <Table aria-label="Platforms">
          <thead>
            <tr>
              <HeadCell>Name</HeadCell>
              <HeadCell>Status</HeadCell>
              <HeadCell is_number>Last sync</HeadCell>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, record }) => {
              const { words, letters } = PLATFORMS[record.platform_type]
              return (
                <tr key={id}>
                  <td>
                    <span className={styles.platform}>
                      <span aria-hidden className={styles.tile}>
                        {letters}
                      </span>
                      <span className={styles.names}>
                        <span className={styles.name} dir="auto">
                          {record.name}
                        </span>
                        <span className={styles.context}>{words}</span>
                      </span>
                      {isSample(record) && <Chip tone="sample">Sample</Chip>}
                    </span>
                  </td>
                  <td>
                    <StatusWord noun="platform" status={record.status} />
                  </td>
                  <NumberCell>
                    {record.last_sync_at ? (
                      <time dateTime={record.last_sync_at} title={exactlyOf(record.last_sync_at)}>
                        {momentOf(record.last_sync_at, now_ms)}
                      </time>
                    ) : (
                      <span className={styles.context}>{UNKNOWN.last_sync}</span>
                    )}
                  </NumberCell>
                </tr>
              )
            })}
          </tbody>
        </Table>
      )}
    </Page>
  )
}
