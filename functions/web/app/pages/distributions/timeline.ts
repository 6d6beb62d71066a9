import type { Attempt, AudienceSnapshot } from '#shared/records/distribution.ts'
import { scheduleInWords, timeZoneOf } from '../../distributions/schedule.ts'
import { momentOf } from '../../format/dates.ts'
import { durationOf } from '../../format/durations.ts'
import { countOf } from '../../format/numbers.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { answerInWords } from './failures.ts'
import { segmentsSent, type Send } from './sends.ts'

/** One thing that happened to a distribution, or is still to come. */
export interface Happening {
  readonly id: string
  readonly kind: 'scheduled' | 'queued' | 'started' | 'stopped' | 'completed' | 'cancelled' | 'match'
  readonly title: string
  /** ISO 8601; null: not yet. */
  readonly at: string | null
  readonly words: string
  /** Stands instead of the time. */
  readonly at_words?: string
}

/**
 * What happened, the earliest first, and what is still to come. Pure.
 * @param attempts none while they are not known: then it is told from the record alone
 * @param snapshot the audience as it was frozen; null: not known
 */
export function timelineOf(
  send: Send,
  attempts: readonly Attempt[],
  now_ms: number,
  snapshot: AudienceSnapshot | null = null,
): readonly Happening[] {
  return [
    ...planned(send, now_ms),
    ...refusal(send),
    ...attempts.flatMap((attempt) =>
      ofAttempt(attempt, attempt.attempt === 1 ? handedOver(send, snapshot) : undefined),
    ),
    ...ended(send, attempts),
    ...match(send),
  ]
}

function planned({ shown: { record, waiting } }: Send, now_ms: number): readonly Happening[] {
  const { status, scheduled_at, created_at, version } = record
  const made: Happening[] = []
  if (scheduled_at) {
    const words = `For ${scheduleInWords(scheduled_at, now_ms, timeZoneOf(record))}`
    made.push({ id: 'scheduled', kind: 'scheduled', title: 'Scheduled', at: created_at, words })
  }
  if (version === 0 && waiting > 0) {
    const words = 'It is kept on this device, and goes to the service when this device is online.'
    made.push({ id: 'kept', kind: 'queued', title: 'Waits on this device', at: null, at_words: 'Not sent yet', words })
  } else if (status === 'scheduled' && scheduled_at) {
    const at_words = momentOf(scheduled_at, now_ms)
    const words = 'It is handed over to your sender then.'
    made.push({ id: 'due', kind: 'queued', title: 'Handed over', at: null, at_words, words })
  }
  return made
}

function refusal({ refused }: Send): readonly Happening[] {
  if (!refused) return []
  const words = 'Nothing was sent. What to do stands above.'
  return [{ id: 'refused', kind: 'stopped', title: 'Not accepted', at: null, at_words: 'Not sent', words }]
}

/** "5 segments, 2,404,912 records, as version 6 of the audience". */
function handedOver({ total_records, shown }: Send, snapshot: AudienceSnapshot | null): string | undefined {
  if (!snapshot) return undefined
  const records = total_records === null ? [] : [countOf(total_records, 'record')]
  const version = `as version ${snapshot.version} of the audience`
  return [segmentsSent(shown.record, snapshot), ...records, version].join(', ')
}

function ofAttempt(
  { attempt, queued_at, started_at, ended_at, outcome, error }: Attempt,
  what = 'It waits for your sender to begin.',
): readonly Happening[] {
  const named = attempt === 1 ? 'Handed over to your sender' : `Handed over again, attempt ${attempt}`
  const found: Happening[] = [
    {
      id: `${attempt} queued`,
      kind: 'queued',
      title: named,
      at: queued_at,
      words: what,
    },
  ]
  if (started_at !== null) {
    const words = 'Your sender began to send it.'
    found.push({ id: `${attempt} started`, kind: 'started', title: `Attempt ${attempt} began`, at: started_at, words })
  }
  if (ended_at === null || outcome === null) return found
  const kind = outcome === 'failed' ? 'stopped' : outcome
  const titles = { failed: `Attempt ${attempt} stopped`, completed: 'Completed', cancelled: 'Cancelled' } as const
  const took = durationOf(Date.parse(ended_at) - Date.parse(started_at ?? queued_at))
  const usual = {
    failed: 'No reason was given.',
    completed: `Reported by your sender after ${took}`,
    cancelled: 'Nothing was sent.',
  } as const
  const words = (error && answerInWords(error.message, error.code)) ?? usual[outcome]
  return [...found, { id: `${attempt} ended`, kind, title: titles[outcome], at: ended_at, words }]
}

/** What the attempts do not tell: one was cancelled before the first, or they are not known here. */
function ended({ shown: { record } }: Send, attempts: readonly Attempt[]): readonly Happening[] {
  const { status, updated_at, started_at, completed_at, error_message } = record
  if (attempts.at(-1)?.outcome === status) return []
  if (status === 'cancelled') {
    const words = error_message ?? 'Nothing was sent.'
    return [{ id: 'cancelled', kind: 'cancelled', title: 'Cancelled', at: updated_at, words }]
  }
  if (attempts.length > 0) return []
  if (status === 'failed')
    return [
      {
        id: 'failed',
        kind: 'stopped',
        title: 'Stopped',
        at: updated_at,
        words: error_message ?? 'No reason was given.',
      },
    ]
  const begun: Happening[] = started_at
    ? [
        {
          id: 'started',
          kind: 'started',
          title: 'Sending began',
          at: started_at,
          words: 'Your sender began to send it.',
        },
      ]
    : []
  if (status !== 'completed') return begun
  const words = 'Reported by your sender'
  return [...begun, { id: 'completed', kind: 'completed', title: 'Completed', at: completed_at, words }]
}

function match({ match_rate, platform_name, shown: { record } }: Send): readonly Happening[] {
  const about = { id: 'match', kind: 'match', title: 'Match rate' } as const
  if (match_rate !== null) {
    const words = `${platform_name} matched ${matchRateOf(match_rate)} of the records.`
    return [{ ...about, at: record.match_results_as_of ?? record.updated_at, words }]
  }
  if (record.status !== 'completed') return []
  const words = `${platform_name} has not reported for this send. That is not 0\u00A0%: the number appears here when the report arrives.`
  return [{ ...about, at: null, at_words: UNKNOWN.match_rate, words }]
}

/** How long it took from the hand-over to its end; null: it has not ended, or that is not known. */
export function tookMs({ shown: { record } }: Send, attempts: readonly Attempt[]): number | null {
  const { started_at, completed_at } = record
  const from = attempts.find(({ attempt }) => attempt === 1)?.queued_at ?? started_at
  return completed_at && from ? Math.max(0, Date.parse(completed_at) - Date.parse(from)) : null
}
