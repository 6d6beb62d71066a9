import { isSameRecord } from '../store/record-map.ts'
import type { Shown } from '../store/records.ts'

/**
 * What is known of a distribution. One that was made on this device, and that the service has not seen, has none of what the
 * service adds.
 */
export interface HandOverFacts {
  readonly platform_name: string
  /** As the platform reported it; null: not reported yet. */
  readonly match_rate: number | null
  /** From the platform's usual rate, 0–1; null: there is none, or the real one is known. */
  readonly estimated_rate: number | null
  readonly total_records: number | null
}

type Maybe<Value> = Value | null | undefined

export function handOverFacts(
  { record }: Shown<'distribution'>,
  platforms: readonly Shown<'platform'>[],
): HandOverFacts {
  const told: { readonly [Name in keyof typeof record]?: Maybe<(typeof record)[Name]> } = record
  const { match_rate = null, total_records = null, estimated_matched_records = null } = told
  const platform = platforms.find(({ id }) => isSameRecord('platform', id, record.platform_id))
  const is_estimated = match_rate === null && estimated_matched_records !== null && total_records !== null
  return {
    platform_name: told.platform_name ?? platform?.record.name ?? 'A platform',
    match_rate,
    estimated_rate: is_estimated && total_records > 0 ? estimated_matched_records / total_records : null,
    total_records,
  }
}
