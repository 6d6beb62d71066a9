import type { Shown } from '../store/records.ts'

/** Where each audience was sent, in the words of lists. */
export interface HandOvers {
  /** Platforms that have it, or are about to. */
  readonly sent_to: number
  /** Platforms that a schedule waits for. */
  readonly scheduled_for: number
}

const NONE: HandOvers = { sent_to: 0, scheduled_for: 0 }

/** By the id of the audience. */
export function handOversOf(distributions: readonly Shown<'distribution'>[]): ReadonlyMap<string, HandOvers> {
  const platforms = new Map<string, { readonly sent: Set<string>; readonly scheduled: Set<string> }>()
  for (const { record } of distributions) {
    const { audience_id, platform_id, status } = record
    const known = platforms.get(audience_id) ?? { sent: new Set(), scheduled: new Set() }
    if (status === 'pending' || status === 'in_progress' || status === 'completed') known.sent.add(platform_id)
    if (status === 'scheduled') known.scheduled.add(platform_id)
    platforms.set(audience_id, known)
  }
  return new Map(
    [...platforms].map(([id, { sent, scheduled }]) => [id, { sent_to: sent.size, scheduled_for: scheduled.size }]),
  )
}

/** "Sent to 2 platforms", "Scheduled for 1 platform", "Not sent yet". */
export function handOversInWords({ sent_to, scheduled_for }: HandOvers = NONE): string {
  const platforms = (count: number) => `${count} ${count === 1 ? 'platform' : 'platforms'}`
  if (sent_to > 0) return `Sent to ${platforms(sent_to)}`
  return scheduled_for > 0 ? `Scheduled for ${platforms(scheduled_for)}` : 'Not sent yet'
}
