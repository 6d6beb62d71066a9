import { handOverFacts } from '../audiences/hand-over-facts.ts'
import { momentWithin } from '../format/dates.ts'
import { REFRESHES } from '../format/words.ts'
import { typedSettings } from '../pages/platforms/platform-settings.ts'
import { RecordMap, valueOf } from '../store/record-map.ts'
import type { Platform, Shown } from '../store/records.ts'

type Send = Shown<'distribution'>

/** What still needs an audience or a platform, as far as this device knows. Pure. */
export interface Use {
  /** `refreshing`: what was sent last is sent again by itself. */
  readonly kind: 'scheduled' | 'sending' | 'refreshing'
  readonly send: Send
  /** "Trail runners is scheduled for Meta, today 14:00". */
  readonly words: string
}

export type Uses = Pick<RecordMap<readonly Use[]>, 'get' | 'has' | 'size'>

/** The records that the uses follow from. */
export interface UsedRecords {
  readonly audiences: readonly Shown<'audience'>[]
  readonly platforms: readonly Shown<'platform'>[]
  readonly distributions: readonly Shown<'distribution'>[]
}

const KINDS = { scheduled: 'scheduled', pending: 'sending', in_progress: 'sending' } as const
const ORDER: readonly Use['kind'][] = ['scheduled', 'sending', 'refreshing']

/** By the id of the audience or platform; one that nothing uses is not in it. What is due first comes first. */
export function usesOf(noun: 'audience' | 'platform', records: UsedRecords, now_ms: number): Uses {
  const wordsOf = wordsFor(records, now_ms)
  const uses = new RecordMap<Use[]>(noun)
  const add = (kind: Use['kind'], send: Send) => {
    const { audience_id, platform_id } = send.record
    const id = noun === 'audience' ? audience_id : platform_id
    valueOf(uses, id, () => []).push({ kind, send, words: wordsOf(kind, send) })
  }
  for (const send of records.distributions) {
    const { status } = send.record
    if (status === 'scheduled' || status === 'pending' || status === 'in_progress') add(KINDS[status], send)
  }
  for (const send of refreshedSends(records)) add('refreshing', send)
  for (const [, some] of uses) {
    some.sort(
      (one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || (dueOf(one) < dueOf(other) ? -1 : 1),
    )
  }
  return uses
}

/** The last completed one of each audience to a platform that refreshes, where nothing stands against sending it again. */
function refreshedSends({ audiences, platforms, distributions }: UsedRecords): readonly Send[] {
  const refreshing = new RecordMap(
    'platform',
    platforms.filter(({ record }) => isRefreshing(record)).map(({ id }) => [id, new RecordMap<Send>('audience')]),
  )
  const there = new RecordMap(
    'audience',
    audiences.filter(({ record }) => record.status !== 'archived').map(({ id }) => [id, true]),
  )
  for (const send of distributions) {
    const { status, audience_id, platform_id } = send.record
    const last = refreshing.get(platform_id)
    if (status !== 'completed' || !last || !there.has(audience_id)) continue
    const known = last.get(audience_id)
    if (!known || endOf(send) > endOf(known)) last.set(audience_id, send)
  }
  return [...refreshing].flatMap(([, last]) => [...last].map(([, send]) => send))
}

function isRefreshing(platform: Platform): boolean {
  return platform.status !== 'disconnected' && typedSettings(platform).refresh !== 'off'
}

function wordsFor({ audiences, platforms }: UsedRecords, now_ms: number) {
  const names = new RecordMap(
    'audience',
    audiences.map(({ id, record }) => [id, record.name]),
  )
  const known_platforms = new RecordMap(
    'platform',
    platforms.map(({ id, record }) => [id, record]),
  )
  return (kind: Use['kind'], send: Send): string => {
    const { audience_id, audience_name, platform_id, scheduled_at } = send.record
    const what = names.get(audience_id) ?? audience_name ?? 'An audience'
    const platform = known_platforms.get(platform_id)
    const where = platform?.name ?? handOverFacts(send, []).platform_name
    if (kind === 'sending') return `${what} is being sent to ${where}`
    if (kind === 'refreshing' && platform) {
      return `${what} is sent to ${where} again, ${REFRESHES[typedSettings(platform).refresh].toLowerCase()}`
    }
    const when = scheduled_at ? `, ${momentWithin(scheduled_at, now_ms)}` : ''
    return `${what} is scheduled for ${where}${when}`
  }
}

function dueOf({ send: { record } }: Use): string {
  return record.scheduled_at ?? record.created_at
}

function endOf({ record: { completed_at, created_at } }: Send): string {
  return completed_at ?? created_at
}
