import { isoTime } from '#shared/base/clock.ts'
import type { DATA_TYPES } from '../../format/words.ts'
import { sizeOf, type Shown } from '../../store/records.ts'

/** How the records of today's active audiences came together, month by month. */

export type DataType = keyof typeof DATA_TYPES
/** From the ground of a bar to its top. */
export const STACK = ['first_party', 'third_party', 'clean_room'] as const satisfies DataType[]

export interface MonthOfRecords {
  /** `2026-11` */
  readonly month: string
  readonly records: Readonly<Record<DataType, number>>
  readonly total: number
}

const MONTHS = 12

/** The twelve months up to now, the earliest first; audiences whose type nobody chose count as first-party. */
export function recordsByMonth(audiences: readonly Shown<'audience'>[], now_ms: number): MonthOfRecords[] {
  const sized = audiences.flatMap(({ record }) => {
    const size = record.status === 'active' ? sizeOf(record) : null
    return size === null ? [] : [{ month: monthIn(record.created_at), type: record.data_type ?? STACK[0], size }]
  })
  return lastMonths(now_ms).map((month) => {
    const there = sized.filter((audience) => audience.month <= month)
    const sumOf = (type: DataType) =>
      there.reduce((sum, audience) => (audience.type === type ? sum + audience.size : sum), 0)
    const records = Object.fromEntries(STACK.map((type) => [type, sumOf(type)])) as Record<DataType, number>
    return { month, records, total: there.reduce((sum, { size }) => sum + size, 0) }
  })
}

/** How many records came together since the month before the last one; null: there is no month before it. */
export function growthOf(
  months: readonly MonthOfRecords[],
): { readonly since: string; readonly records: number } | null {
  const [before, last] = months.slice(-2)
  return before && last ? { since: before.month, records: last.total - before.total } : null
}

function lastMonths(now_ms: number): string[] {
  const now = new Date(now_ms)
  return Array.from({ length: MONTHS }, (_, at) => {
    const first_ms = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - (MONTHS - 1 - at), 1)
    return isoTime(first_ms).slice(0, 7)
  })
}

/** A record without a time, as one with an id of its user's own, counts from the beginning. */
function monthIn(created_at: string | null): string {
  return created_at?.slice(0, 7) ?? ''
}
