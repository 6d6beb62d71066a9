import { handOverFacts } from '../audiences/hand-over-facts.ts'
import { momentWithin } from '../format/dates.ts'
import { REFRESHES } from '../format/words.ts'
import { typedSettings } from '../pages/platforms/platform-settings.ts'
import type { Platform, Shown } from '../store/records.ts'

/** What still needs an audience or a platform, as far as this device knows. Pure. */
export interface Use {
  /** `refreshing`: what was sent last is sent again by itself. */
  readonly kind: 'scheduled' | 'sending' | 'refreshing'
  readonly send: Shown<'distribution'>
  /** "Trail runners is scheduled for Meta, today 14:00". */
  readonly words: string
}

export type Uses = ReadonlyMap<string, readonly Use[]>

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
  const uses = new Map<string, Use[]>()
  const add = (kind: Use['kind'], send: Shown<'distribution'>) => {
    const { audience_id, platform_id } = send.record
    const id = noun === 'audience' ? audience_id : platform_id
    const known = uses.get(id)
    const use = { kind, send, words: wordsOf(kind, send) }
    if (known) known.push(use)
    else uses.set(id, [use])
  }
  for (const send of records.distributions) {
    const { status } = send.record
    if (status === 'scheduled' || status === 'pending' || status === 'in_progress') add(KINDS[status], send)
  }
  for (const send of refreshedSends(records)) add('refreshing', send)
  for (const some of uses.values()) {
    some.sort(
      (one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || (dueOf(one) < dueOf(other) ? -1 : 1),
    )
  }
  return uses
}

/** The last completed one of each audience to a platform that refreshes, where nothing stands against sending it again. */
function refreshedSends({ audiences, platforms, distributions }: UsedRecords): readonly Shown<'distribution'>[] {
  const refreshing = new Set(platforms.filter(({ record }) => isRefreshing(record)).map(({ id }) => id))
  const there = new Set(audiences.filter(({ record }) => record.status !== 'archived').map(({ id }) => id))
  const last = new Map<string, Shown<'distribution'>>()
  for (const send of distributions) {
    const { status, audience_id, platform_id } = send.record
    if (status !== 'completed' || !refreshing.has(platform_id) || !there.has(audience_id)) continue
    const pair = JSON.stringify([audience_id, platform_id])
    const known = last.get(pair)
    if (!known || endOf(send) > endOf(known)) last.set(pair, send)
  }
  return [...last.values()]
}

function isRefreshing(platform: Platform): boolean {
  return platform.status !== 'disconnected' && typedSettings(platform).refresh !== 'off'
}

function wordsFor({ audiences, platforms }: UsedRecords, now_ms: number) {
  const names = new Map(audiences.map(({ id, record }) => [id, record.name]))
  const known_platforms = new Map(platforms.map(({ id, record }) => [id, record]))
  return (kind: Use['kind'], send: Shown<'distribution'>): string => {
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

function endOf({ record: { completed_at, created_at } }: Shown<'distribution'>): string {
  return completed_at ?? created_at
}
