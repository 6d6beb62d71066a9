import { describe, expect, test } from 'vitest'

import { canBeSent, earlierSends, notReadyInWords, sendChecks } from '#functions/web/app/distributions/send-checks.ts'
import { instantOf, scheduleInWords, todayOf, tomorrowMorning } from '#functions/web/app/distributions/schedule.ts'
import type { Audience, Distribution, Platform, Shown } from '#functions/web/app/store/records.ts'

const NOW_MS = Date.parse('2026-11-16T10:00:00.000Z')
const DAY_MS = 86_400_000
const SHOWN = { is_deleted: false, waiting: 0, aside: [] }

const SEGMENTS = [{ segment_id: 1, name: 'Early risers', size: 1200 }]

function audience(values: Partial<Audience> = {}): Shown<'audience'> {
  const record = { status: 'active', segments: SEGMENTS, total_audience_size: 1200, audience_size: null, ...values }
  return { ...SHOWN, id: 'aud_1', record: record as Audience }
}

function platform(status: Platform['status'] = 'connected'): Shown<'platform'> {
  return { ...SHOWN, id: 'plat_1', record: { name: 'Meta', status } as Platform }
}

function sent(values: Partial<Distribution> = {}): Shown<'distribution'> {
  const record = {
    audience_id: 'aud_1',
    platform_id: 'plat_1',
    status: 'completed',
    scheduled_at: null,
    created_at: new Date(NOW_MS - DAY_MS).toISOString(),
    ...values,
  }
  return { ...SHOWN, id: `dist_${record.created_at}`, record: record as Distribution }
}

const outcomesOf = (...args: Parameters<typeof sendChecks>) =>
  Object.fromEntries(sendChecks(...args).map(({ id, outcome }) => [id, outcome]))

describe('before an audience is sent', () => {
  test('nothing speaks against one that is active, counted, and new to a connected platform', () => {
    expect(sendChecks(audience(), platform(), [], NOW_MS).map(({ words }) => words)).toEqual([
      'Segments confirmed',
      '1,200 records in 1 segment',
      'Meta is connected',
      'Not sent to Meta before',
    ])
  })

  test.each([
    ['archived', audience({ status: 'archived' }), platform()],
    ['deleted', { ...audience(), is_deleted: true }, platform()],
    ['for a disconnected platform', audience(), platform('disconnected')],
    ['for a deleted platform', audience(), { ...platform(), is_deleted: true }],
  ])('one that is %s is refused, as the service would', (_, one, other) => {
    expect(canBeSent(sendChecks(one, other, [], NOW_MS))).toBe(false)
  })

  test('what the service takes is a warning only: a draft, an unknown size, none, an untested platform', () => {
    expect(outcomesOf(audience({ status: 'draft' }), platform(), [], NOW_MS)).toMatchObject({ segments: 'warning' })
    const unknown = audience({ total_audience_size: null, segments: [] })
    expect(outcomesOf(unknown, platform('pending'), [], NOW_MS)).toMatchObject({ size: 'warning', platform: 'warning' })
    expect(outcomesOf(audience({ total_audience_size: 0 }), undefined, [], NOW_MS)).toMatchObject({ size: 'warning' })
    expect(canBeSent(sendChecks(unknown, platform('error'), [], NOW_MS))).toBe(true)
  })

  test('one that went there within a week, or is about to, warns; an older one and one that failed do not', () => {
    const recentOf = (...sends: Shown<'distribution'>[]) => outcomesOf(audience(), platform(), sends, NOW_MS)['recent']
    expect(recentOf(sent())).toBe('warning')
    expect(recentOf(sent({ created_at: new Date(NOW_MS - 8 * DAY_MS).toISOString() }))).toBe('fine')
    expect(recentOf(sent({ status: 'failed' }), sent({ status: 'cancelled' }))).toBe('fine')
    expect(recentOf(sent({ audience_id: 'aud_2' }), sent({ platform_id: 'plat_2' }))).toBe('fine')
    const scheduled_at = new Date(NOW_MS + DAY_MS).toISOString()
    expect(recentOf(sent({ status: 'scheduled', scheduled_at }))).toBe('warning')
  })

  test('earlier sends come with the latest first', () => {
    const older = sent({ created_at: '2026-01-01T00:00:00.000Z' })
    expect(earlierSends(audience(), platform(), [older, sent()]).at(-1)).toBe(older)
  })

  test('a platform that cannot be chosen says why', () => {
    const reasons = (['connected', 'pending', 'disconnected', 'error'] as const).map((status) =>
      notReadyInWords({ status }),
    )
    expect(reasons).toEqual([undefined, 'is not tested yet', 'is disconnected', 'failed its last test'])
  })
})

describe('a later time', () => {
  test('begins with tomorrow at nine, and is that instant', () => {
    const typed = tomorrowMorning(NOW_MS)
    expect(typed.time).toBe('09:00')
    expect(typed.date > todayOf(NOW_MS)).toBe(true)
    expect(instantOf(typed, NOW_MS)).toEqual({
      ok: true,
      instant: new Date(`${typed.date}T${typed.time}`).toISOString(),
    })
  })

  test('that has passed, or is none, says what to choose', () => {
    expect(instantOf({ date: '2026-11-01', time: '09:00' }, NOW_MS)).toMatchObject({
      fault: 'Choose a time that is still ahead.',
    })
    expect(instantOf({ date: '', time: '09:00' }, NOW_MS)).toMatchObject({ fault: 'Choose a day and a time.' })
    expect(instantOf({ date: '2026-11-30', time: '' }, NOW_MS)).toMatchObject({ ok: false })
  })

  test('names its place and the time in UTC', () => {
    const words = scheduleInWords('2026-11-20T08:00:00.000Z', NOW_MS, 'America/New_York')
    expect(words).toContain(' in New York (')
    expect(words).toContain('08:00')
    expect(words).toContain('UTC)')
    expect(scheduleInWords('2026-11-20T08:00:00.000Z', NOW_MS, 'UTC')).toMatch(/UTC$/)
  })
})
