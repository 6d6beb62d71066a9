import { describe, expect, test } from 'vitest'

import { sentIds, sizeOfChosen } from '#functions/web/app/distributions/chosen-segments.ts'
import { canBeSent, earlierSends, notReadyInWords, sendChecks } from '#functions/web/app/distributions/send-checks.ts'
import {
  instantOf,
  scheduleInWords,
  timeZoneOf,
  tomorrowMorning,
  typedTimeOf,
} from '#functions/web/app/distributions/schedule.ts'
import { timeZoneHere } from '#functions/web/app/base/time-zone.ts'
import { instantsAt, offsetInWords } from '#functions/web/app/distributions/time-zones.ts'
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

describe('what is sent of an audience', () => {
  const two = audience({
    segments: [...SEGMENTS, { segment_id: 'b', name: 'Late', size: 300 }],
    total_audience_size: 1600,
  })

  test('is all of it with its own total, or the chosen segments with theirs, as the service counts', () => {
    expect(sizeOfChosen(two.record, [])).toBe(1600)
    expect(sizeOfChosen(two.record, ['b'])).toBe(300)
    const unknown = audience({ segments: [...SEGMENTS, { segment_id: 'b' }] }).record
    expect(sizeOfChosen(unknown, ['b'])).toBeNull()
    expect(sentIds(two.record, ['b'])).toEqual(['b'])
    expect(sentIds(two.record, [1, 'b'])).toEqual([])
  })

  test('is what the checks look at, and none of it is refused', () => {
    const sizeWords = (chosen?: readonly (number | string)[]) =>
      sendChecks(two, undefined, [], NOW_MS, chosen).find(({ id }) => id === 'size')
    expect(sizeWords()?.words).toBe('1,600 records in 2 segments')
    expect(sizeWords(['b'])?.words).toBe('300 records in 1 of 2 segments')
    expect(sizeWords([])?.outcome).toBe('refused')
  })

  test('below what the platform needs at least is a warning, by the rate that is expected there', () => {
    const at = (settings: Platform['settings'], chosen?: readonly string[]) => {
      const linkedin = {
        ...platform(),
        record: { ...platform().record, platform_type: 'linkedin', settings } as Platform,
      }
      return sendChecks(two, linkedin, [], NOW_MS, chosen).find(({ id }) => id === 'minimum')?.words
    }
    expect(at({})).toBeUndefined()
    expect(at({}, ['b'])).toBeUndefined()
    expect(at({ default_match_rate: 0.5 }, ['b'])).toContain('needs 300 matched records; about 150')
  })
})

describe('a later time', () => {
  const in_berlin = { time_zone: 'Europe/Berlin', is_second: false }

  test('begins with tomorrow at nine here, and is that instant', () => {
    const typed = tomorrowMorning(NOW_MS)
    expect(typed).toMatchObject({ time: '09:00', time_zone: timeZoneHere() })
    const instant = new Date(`${typed.date}T${typed.time}`).toISOString()
    expect(instantOf(typed, NOW_MS)).toEqual({ ok: true, instant })
  })

  test('that has passed, or is none, says what to choose', () => {
    expect(instantOf({ date: '2026-11-01', time: '09:00', ...in_berlin }, NOW_MS)).toMatchObject({
      fault: 'Choose a time that is still ahead.',
    })
    const nothing = { fault: 'Choose a day and a time.' }
    expect(instantOf({ date: '', time: '09:00', ...in_berlin }, NOW_MS)).toMatchObject(nothing)
    expect(instantOf({ date: '2026-11-30', time: '', ...in_berlin }, NOW_MS)).toMatchObject(nothing)
  })

  test('is by the clocks of its place: summer and winter, and half hours', () => {
    const instantIn = (date: string, time_zone: string) =>
      instantOf({ date, time: '09:00', time_zone, is_second: false }, NOW_MS)
    expect(instantIn('2027-01-15', 'Europe/Berlin')).toMatchObject({ instant: '2027-01-15T08:00:00.000Z' })
    expect(instantIn('2027-07-15', 'Europe/Berlin')).toMatchObject({ instant: '2027-07-15T07:00:00.000Z' })
    expect(instantIn('2027-01-15', 'Asia/Kolkata')).toMatchObject({ instant: '2027-01-15T03:30:00.000Z' })
    expect(instantIn('2027-01-15', 'America/St_Johns')).toMatchObject({ instant: '2027-01-15T12:30:00.000Z' })
  })

  test('that clocks skip in spring is refused with the reason', () => {
    expect(instantOf({ date: '2027-03-28', time: '02:30', ...in_berlin }, NOW_MS)).toEqual({
      ok: false,
      fault: 'Clocks in Berlin skip 02:30 on that day. Choose another time.',
    })
    expect(instantsAt({ date: '2027-03-28', time: '01:59' }, 'Europe/Berlin')).toHaveLength(1)
    expect(instantsAt({ date: '2027-03-28', time: '03:00' }, 'Europe/Berlin')).toHaveLength(1)
  })

  test('that clocks show twice in autumn is either of two, an hour apart, and is typed again as the one it is', () => {
    const typed = { date: '2027-10-31', time: '02:30', ...in_berlin }
    const [first, second] = [instantOf(typed, NOW_MS), instantOf({ ...typed, is_second: true }, NOW_MS)]
    expect(first).toMatchObject({
      instant: '2027-10-31T00:30:00.000Z',
      twice: [expect.any(Number), expect.any(Number)],
    })
    expect(second).toMatchObject({ instant: '2027-10-31T01:30:00.000Z' })
    const instants = instantsAt(typed, 'Europe/Berlin')
    expect(instants.map((time_ms) => offsetInWords(time_ms, 'Europe/Berlin'))).toEqual(['UTC+2', 'UTC+1'])
    for (const is_second of [false, true]) {
      const { instant } = instantOf({ ...typed, is_second }, NOW_MS) as { instant: string }
      expect(typedTimeOf(instant, 'Europe/Berlin')).toEqual({ ...typed, is_second })
    }
  })

  test('names the place it was planned in, UTC, and the time here where that is another place', () => {
    const words = (planned_in: string, here: string) =>
      scheduleInWords('2026-11-20T01:00:00.000Z', NOW_MS, planned_in, here)
    expect(words('Europe/Berlin', 'Europe/Berlin')).toMatch(/02:00.* in Berlin \(01:00.* UTC\)$/)
    expect(words('America/New_York', 'Europe/Berlin')).toMatch(
      /08:00.* in New York \(.*20.*01:00.* UTC, .*20.*02:00.* in Berlin\)$/,
    )
    expect(words('UTC', 'UTC')).toMatch(/01:00.* UTC$/)
  })

  test('that another client planned in no time zone there is, is told in that of this device', () => {
    expect(timeZoneOf({ metadata: { time_zone: 'Mars/Olympus' } })).toBe(timeZoneHere())
    expect(timeZoneOf({ metadata: { time_zone: 'Asia/Tokyo' } })).toBe('Asia/Tokyo')
  })
})
