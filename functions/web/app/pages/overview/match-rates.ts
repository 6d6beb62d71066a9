import { isSameRecord } from '../../store/record-map.ts'
import type { Shown } from '../../store/records.ts'

/** What platforms reported, taken together for each of them. */
export interface PlatformMatchRate {
  readonly platform_id: string
  readonly name: string
  /** How many distributions were sent there, cancelled ones not counted. */
  readonly sends: number
  /** Of how many of them the platform told a rate. */
  readonly reported: number
  /** The mean of what was reported; null: nothing was. */
  readonly match_rate: number | null
}

/** The best first; then what is not reported, then where nothing was sent. */
export function matchRates(
  platforms: readonly Shown<'platform'>[],
  distributions: readonly Shown<'distribution'>[],
): PlatformMatchRate[] {
  const sent = distributions.filter(({ record }) => !['scheduled', 'cancelled'].includes(record.status))
  return platforms
    .map(({ id, record }) => {
      const own = sent.filter((distribution) => isSameRecord('platform', distribution.record.platform_id, id))
      const rates = own.flatMap((distribution) => distribution.record.match_rate ?? [])
      const sum = rates.reduce((total, rate) => total + rate, 0)
      const match_rate = rates.length === 0 ? null : sum / rates.length
      return { platform_id: id, name: record.name, sends: own.length, reported: rates.length, match_rate }
    })
    .toSorted((one, other) => rankOf(other) - rankOf(one) || one.name.localeCompare(other.name))
}

function rankOf({ match_rate, sends }: PlatformMatchRate): number {
  return match_rate ?? (sends > 0 ? -1 : -2)
}
