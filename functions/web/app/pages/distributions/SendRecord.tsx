import { ArrowRight } from 'lucide-react'
import { useCallback, useState } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import type { DistributionStatus } from '#shared/records/distribution.ts'
import { SetAside } from '../../aside/SetAside.tsx'
import { placeInWords, timeZoneOf } from '../../distributions/schedule.ts'
import { clock } from '../../base/ports.ts'
import { countOf, numberOf, percentOf } from '../../format/numbers.ts'
import { durationOf } from '../../format/durations.ts'
import { momentOf } from '../../format/dates.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Fact, Facts } from '../../parts/Facts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { PlatformTile } from '../../parts/PlatformTile.tsx'
import { useRecord } from '../../store/hooks.ts'
import type { Distribution } from '../../store/records.ts'
import { FailureAdvice } from './FailureAdvice.tsx'
import { MoveSend } from './MoveSend.tsx'
import { SendDeeds } from './SendDeeds.tsx'
import styles from './SendRecord.module.css'
import { SendStatus } from './SendStatus.tsx'
import { segmentsSent, type Send } from './sends.ts'
import { tookMs } from './timeline.ts'
import { useDetails, type SendDetails } from './use-details.ts'
import { WhatHappened } from './WhatHappened.tsx'
import { WhatWasSent } from './WhatWasSent.tsx'

const TYPE_WORDS = { initial: 'First send', refresh: 'Refresh', incremental: 'Only what is new' } as const

/** One distribution: what came of it, what happened, and what exactly was sent. */
export function SendRecord({ send }: { readonly send: Send }) {
  const { shown, audience_name, platform_name, platform_type } = send
  const { record } = shown
  const campaign = useCampaign(record)
  const details = useDetails(shown)
  const attempts = details.state === 'known' ? details.attempts : []
  // The time is asked for: of the send itself, or of a change that asked for one in vain.
  const [moving, setMoving] = useState<'send' | OutboxEntry>()
  const onMove = useCallback(() => setMoving('send'), [])
  return (
    <article className={styles.record} aria-label={`${audience_name} to ${platform_name}`}>
      <div className={styles.head}>
        <div className={styles.about}>
          <p className={styles.status}>
            <SendStatus send={send} />
            <span>
              {TYPE_WORDS[record.distribution_type]}
              {campaign !== undefined && ` · campaign ${campaign}`}
            </span>
          </p>
          <h1 className={styles.name} dir="auto">
            {audience_name}
          </h1>
          <p className={styles.where}>
            <Icon of={ArrowRight} label="to" />
            {platform_type && <PlatformTile type={platform_type} size="small" />} <bdi>{platform_name}</bdi>
          </p>
        </div>
        {!send.refused && <SendDeeds send={send} onMove={onMove} />}
      </div>
      <SetAside entries={shown.aside} onChooseTime={setMoving} />
      <FailureAdvice send={send} />
      <SendFacts send={send} details={details} />
      <div className={styles.columns}>
        <WhatHappened send={send} attempts={attempts} details={details} />
        <WhatWasSent send={send} details={details} />
      </div>
      {moving && (
        <MoveSend send={send} refused={moving === 'send' ? undefined : moving} onClose={() => setMoving(undefined)} />
      )}
    </article>
  )
}

/** Of the send itself, else of its audience. */
function useCampaign({ metadata, audience_id }: Distribution): string | undefined {
  const audience = useRecord('audience', audience_id).shown
  const said = [metadata['campaign_name'], metadata['campaign_id'], audience?.record.metadata?.['campaign_id']]
  return said.find((name): name is string => typeof name === 'string' && name !== '')
}

const NOT_TAKEN: Readonly<Partial<Record<DistributionStatus, string>>> = { failed: 'Stopped', cancelled: 'Not sent' }

function SendFacts({ send, details }: { readonly send: Send; readonly details: SendDetails }) {
  const { total_records, match_rate, estimated_rate, platform_name, shown } = send
  const { matched_records, status, scheduled_at } = shown.record
  const now_ms = clock.nowMs()
  const zone = timeZoneOf(shown.record)
  const attempts = details.state === 'known' ? details.attempts : []
  const segments =
    details.state === 'known' && details.snapshot ? segmentsSent(shown.record, details.snapshot) : undefined
  const took_ms = tookMs(send, attempts)
  const estimate =
    estimated_rate === null || shown.record.estimated_matched_records === null
      ? `${platform_name} reports it`
      : `Estimate ${percentOf(estimated_rate)}, about ${numberOf(shown.record.estimated_matched_records)}`
  return (
    <Facts>
      <Fact
        name={status === 'scheduled' || shown.record.version === 0 ? 'To send' : 'Handed over'}
        value={total_records === null ? UNKNOWN.size : numberOf(total_records)}
        is_unknown={total_records === null}
        context={segments === undefined ? 'records' : `records in ${segments}`}
      />
      <Fact
        name="Match rate"
        value={matchRateOf(match_rate)}
        is_unknown={match_rate === null}
        context={typeof matched_records === 'number' ? `${countOf(matched_records, 'record')} matched` : estimate}
      />
      {status === 'scheduled' && scheduled_at ? (
        <Fact
          name="Goes"
          value={momentOf(scheduled_at, now_ms, zone)}
          context={placeInWords(scheduled_at, zone)}
          is_unknown
        />
      ) : (
        <Fact
          name="Took"
          value={took_ms === null ? (NOT_TAKEN[status] ?? 'Not finished') : durationOf(took_ms)}
          is_unknown={took_ms === null}
          context={attempts.length === 0 ? 'No attempt known' : countOf(attempts.at(-1)!.attempt, 'attempt')}
        />
      )}
    </Facts>
  )
}
