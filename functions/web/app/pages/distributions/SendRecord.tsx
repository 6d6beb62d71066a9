import { ArrowRight, Ban, Ellipsis, RefreshCw, RotateCcw, Send as SendIcon, Trash2 } from 'lucide-react'

import type { DistributionStatus } from '#shared/records/distribution.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { countOf, numberOf, percentOf } from '../../format/numbers.ts'
import { durationOf } from '../../format/durations.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Button, ButtonLink, IconButton } from '../../parts/Button.tsx'
import { Fact, Facts } from '../../parts/Facts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Menu, type MenuItem } from '../../parts/Menu.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { useClient, useRecord } from '../../store/hooks.ts'
import { cancelSend, deleteSend, retrySend, stepsAfterFailure } from './send-deeds.ts'
import styles from './SendRecord.module.css'
import type { Send } from './sends.ts'
import { tookMs } from './timeline.ts'
import { useDetails, type SendDetails } from './use-details.ts'
import { WhatHappened } from './WhatHappened.tsx'
import { WhatWasSent } from './WhatWasSent.tsx'

const TYPE_WORDS = { initial: 'First send', refresh: 'Refresh', incremental: 'Only what is new' } as const

/** One distribution: what came of it, what happened, and what exactly was sent. */
export function SendRecord({ send }: { readonly send: Send }) {
  const { shown, audience_name, platform_name } = send
  const { record } = shown
  const details = useDetails(shown)
  const attempts = details.state === 'known' ? details.attempts : []
  return (
    <article className={styles.record} aria-label={`${audience_name} to ${platform_name}`}>
      <div className={styles.head}>
        <div className={styles.about}>
          <p className={styles.status}>
            <StatusWord noun="distribution" status={record.status} />
            <span>{TYPE_WORDS[record.distribution_type]}</span>
          </p>
          <h1 className={styles.name} dir="auto">
            {audience_name}
          </h1>
          <p className={styles.where}>
            <Icon of={ArrowRight} label="to" /> <bdi>{platform_name}</bdi>
          </p>
        </div>
        <Deeds send={send} />
      </div>
      {record.status === 'failed' && <Failure send={send} />}
      <SendFacts send={send} details={details} />
      <div className={styles.columns}>
        <WhatHappened send={send} attempts={attempts} details={details} />
        <WhatWasSent send={send} details={details} />
      </div>
    </article>
  )
}

function Deeds({ send }: { readonly send: Send }) {
  const client = useClient()
  const { record } = send.shown
  const again = () => askToSend({ audience_id: record.audience_id, platform_id: record.platform_id })
  const is_before: readonly DistributionStatus[] = ['scheduled', 'pending']
  const items: MenuItem[] = [
    ...(record.status === 'failed'
      ? [{ id: 'again', words: 'Send as it is now', icon: SendIcon, onSelect: again }]
      : []),
    {
      id: 'delete',
      words: 'Delete',
      icon: Trash2,
      is_dangerous: true,
      onSelect: () => void deleteSend(client, send),
    },
  ]
  return (
    <div className={styles.deeds}>
      <Menu label={`Actions for ${send.audience_name}`} items={items}>
        {(trigger) => <IconButton icon={Ellipsis} label="Actions" {...trigger} />}
      </Menu>
      {is_before.includes(record.status) && (
        <Button icon={Ban} onClick={() => void cancelSend(client, send)}>
          Cancel this send
        </Button>
      )}
      {record.status === 'failed' && (
        <Button kind="primary" icon={RotateCcw} onClick={() => void retrySend(client, send)}>
          Try again
        </Button>
      )}
      {record.status === 'completed' && (
        <Button icon={RefreshCw} onClick={again}>
          Send a refresh
        </Button>
      )}
      {record.status === 'cancelled' && (
        <Button icon={SendIcon} onClick={again}>
          Send it after all
        </Button>
      )}
    </div>
  )
}

/** The answer in its own words, and what to do about it. */
function Failure({ send: { platform_name, shown } }: { readonly send: Send }) {
  const { error_message, platform_id } = shown.record
  const platform = useRecord('platform', platform_id).shown
  const status = platform && !platform.is_deleted ? platform.record.status : undefined
  return (
    <section className={styles.failure} aria-label="What to do">
      <h2 className={styles.failure_title}>{platform_name} did not take it</h2>
      <p>{error_message ? `Answer: ${error_message}` : 'No reason was given.'}</p>
      <ol className={styles.steps}>
        {stepsAfterFailure(platform_name, status).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {status !== 'connected' && (
        <ButtonLink to="/platforms" size="small">
          To the platforms
        </ButtonLink>
      )}
    </section>
  )
}

function SendFacts({ send, details }: { readonly send: Send; readonly details: SendDetails }) {
  const { total_records, match_rate, estimated_rate, platform_name, shown } = send
  const { matched_records } = shown.record
  const attempts = details.state === 'known' ? details.attempts : []
  const segments = details.state === 'known' ? details.snapshot?.segments.length : undefined
  const took_ms = tookMs(send, attempts)
  const estimate =
    estimated_rate === null ? `${platform_name} tells it` : `Estimate ${percentOf(estimated_rate)}, from its usual rate`
  return (
    <Facts>
      <Fact
        name="Handed over"
        value={total_records === null ? UNKNOWN.size : numberOf(total_records)}
        is_unknown={total_records === null}
        context={segments === undefined ? 'records' : `records in ${countOf(segments, 'segment')}`}
      />
      <Fact
        name="Match rate"
        value={matchRateOf(match_rate)}
        is_unknown={match_rate === null}
        context={typeof matched_records === 'number' ? `${countOf(matched_records, 'record')} matched` : estimate}
      />
      <Fact
        name="Took"
        value={took_ms === null ? 'Not finished' : durationOf(took_ms)}
        is_unknown={took_ms === null}
        context={attempts.length === 0 ? 'No attempt known' : countOf(attempts.at(-1)!.attempt, 'attempt')}
      />
    </Facts>
  )
}
