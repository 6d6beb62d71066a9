import { RecordMap, valueOf } from '../store/record-map.ts'
import type { Shown } from '../store/records.ts'

/** Where each audience was sent, in the words of lists. */
export interface HandOvers {
  /** Platforms that have it, or are about to. */
  readonly sent_to: number
  /** Platforms that a schedule waits for. */
  readonly scheduled_for: number
}

const NONE: HandOvers = { sent_to: 0, scheduled_for: 0 }

interface Platforms {
  readonly sent: RecordMap<true>
  readonly scheduled: RecordMap<true>
}

const noPlatforms = (): Platforms => ({ sent: new RecordMap('platform'), scheduled: new RecordMap('platform') })

/** By the id of the audience. */
export function handOversOf(distributions: readonly Shown<'distribution'>[]): RecordMap<HandOvers> {
  const platforms = new RecordMap<Platforms>('audience')
  for (const { record } of distributions) {
    const { audience_id, platform_id, status } = record
    const { sent, scheduled } = valueOf(platforms, audience_id, noPlatforms)
    if (status === 'pending' || status === 'in_progress' || status === 'completed') sent.set(platform_id, true)
    if (status === 'scheduled') scheduled.set(platform_id, true)
  }
  return new RecordMap(
    'audience',
    [...platforms].map(([id, { sent, scheduled }]) => [id, { sent_to: sent.size, scheduled_for: scheduled.size }]),
  )
}

/** "Sent to 2 platforms", "Scheduled for 1 platform", "Not sent yet". */
export function handOversInWords({ sent_to, scheduled_for }: HandOvers = NONE): string {
  const platforms = (count: number) => `${count} ${count === 1 ? 'platform' : 'platforms'}`
  if (sent_to > 0) return `Sent to ${platforms(sent_to)}`
  return scheduled_for > 0 ? `Scheduled for ${platforms(scheduled_for)}` : 'Not sent yet'
}
