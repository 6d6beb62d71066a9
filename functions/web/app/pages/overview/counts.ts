import type { Audience, Distribution, Platform, Shown } from '../../store/records.ts'
import { sizeOf } from '../../store/records.ts'

/** What the overview counts: pure, from the records of this device. */

export interface OverviewCounts {
  readonly audiences: { readonly live: number; readonly drafts: number; readonly archived: number }
  /** Of active audiences whose size is known; null: of none. */
  readonly records: number | null
  readonly unknown_sizes: number
  readonly sent: {
    readonly total: number
    readonly completed: number
    readonly running: number
    readonly failed: number
  }
  readonly platforms: {
    readonly total: number
    readonly connected: number
    readonly failing: number
    readonly untested: number
  }
}

/** Planned, or called off: nothing has left. */
const NOT_SENT: ReadonlySet<Distribution['status']> = new Set(['scheduled', 'cancelled'])

/** @param month of the distributions that count, as `2026-11` */
export function overviewCounts(
  audiences: readonly Shown<'audience'>[],
  platforms: readonly Shown<'platform'>[],
  distributions: readonly Shown<'distribution'>[],
  month: string,
): OverviewCounts {
  const of = (status: Audience['status']) => audiences.filter(({ record }) => record.status === status)
  const active = of('active')
  const sizes = active.flatMap(({ record }) => sizeOf(record) ?? [])
  const drafts = of('draft').length
  const sent = distributions.filter(
    ({ record }) => (record.created_at ?? '').startsWith(month) && !NOT_SENT.has(record.status),
  )
  const sentAs = (...statuses: Distribution['status'][]) =>
    sent.filter(({ record }) => statuses.includes(record.status)).length
  const platformsAs = (status: Platform['status']) => platforms.filter(({ record }) => record.status === status).length
  return {
    audiences: { live: active.length + drafts, drafts, archived: of('archived').length },
    records: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    unknown_sizes: active.length - sizes.length,
    sent: {
      total: sent.length,
      completed: sentAs('completed'),
      running: sentAs('pending', 'in_progress'),
      failed: sentAs('failed'),
    },
    platforms: {
      total: platforms.length,
      connected: platformsAs('connected'),
      failing: platformsAs('error'),
      untested: platformsAs('pending'),
    },
  }
}
