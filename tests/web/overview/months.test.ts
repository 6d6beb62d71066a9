import { describe, expect, test } from 'vitest'

import { matchRates } from '#functions/web/app/pages/overview/match-rates.ts'
import { growthOf, recordsByMonth } from '#functions/web/app/pages/overview/months.ts'
import type { Shown } from '#functions/web/app/store/records.ts'

const NOW_MS = Date.parse('2026-11-16T10:00:00Z')

function shown<Noun extends 'audience' | 'platform' | 'distribution'>(
  id: string,
  record: Partial<Shown<Noun>['record']>,
): Shown<Noun> {
  return { id, record: record as Shown<Noun>['record'], is_deleted: false, waiting: 0, aside: [] }
}

const audience = (created_at: string, size: number | null, rest: Partial<Shown<'audience'>['record']> = {}) =>
  shown<'audience'>(created_at, {
    created_at,
    status: 'active',
    data_type: 'third_party',
    total_audience_size: size,
    audience_size: null,
    segments: [],
    ...rest,
  })

describe('records by month', () => {
  test('grow with each active audience from its month on', () => {
    const months = recordsByMonth(
      [audience('2026-09-30T23:59:59Z', 100), audience('2026-11-01T00:00:00Z', 50, { data_type: 'clean_room' })],
      NOW_MS,
    )
    expect(months).toHaveLength(12)
    expect(months[0]!.month).toBe('2025-12')
    expect(months.slice(-4).map(({ month, total }) => [month, total])).toEqual([
      ['2026-08', 0],
      ['2026-09', 100],
      ['2026-10', 100],
      ['2026-11', 150],
    ])
    expect(months.at(-1)!.records).toEqual({ first_party: 0, third_party: 100, clean_room: 50 })
  })

  test('have those from before the first month in all of them, and neither drafts, archived ones nor unknown sizes', () => {
    const months = recordsByMonth(
      [
        audience('2020-01-01T00:00:00Z', 7),
        audience('2026-01-01T00:00:00Z', 9, { status: 'draft' }),
        audience('2026-01-01T00:00:00Z', 9, { status: 'archived' }),
        audience('2026-01-01T00:00:00Z', null),
      ],
      NOW_MS,
    )
    expect(new Set(months.map(({ total }) => total))).toEqual(new Set([7]))
  })
})

test('the growth of a month is told against the month before it, and there is none without one', () => {
  const months = recordsByMonth([audience('2026-10-02T00:00:00Z', 100), audience('2026-11-01T00:00:00Z', 50)], NOW_MS)
  expect(growthOf(months)).toEqual({ since: '2026-10', records: 50 })
  expect(growthOf(months.slice(-1))).toBeNull()
})

describe('match rates', () => {
  const sent = (platform_id: string, match_rate: number | null, status: 'completed' | 'scheduled' = 'completed') =>
    shown<'distribution'>(platform_id, { platform_id, match_rate, status })

  test('are means of what was reported; not reported is not nothing, and scheduled ones are not sent', () => {
    const platforms = ['none', 'silent', 'good'].map((id) => shown<'platform'>(id, { name: id }))
    const distributions = [sent('good', 0.6), sent('good', 0.8), sent('silent', null), sent('none', null, 'scheduled')]
    expect(matchRates(platforms, distributions)).toEqual([
      { platform_id: 'good', name: 'good', sends: 2, reported: 2, match_rate: 0.7 },
      { platform_id: 'silent', name: 'silent', sends: 1, reported: 0, match_rate: null },
      { platform_id: 'none', name: 'none', sends: 0, reported: 0, match_rate: null },
    ])
  })

  test('of 0 is reported', () => {
    const [rate] = matchRates([shown<'platform'>('zero', { name: 'zero' })], [sent('zero', 0)])
    expect(rate).toMatchObject({ sends: 1, match_rate: 0 })
  })
})
