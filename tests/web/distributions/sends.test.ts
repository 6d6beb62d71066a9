import { describe, expect, test } from 'vitest'

import { durationOf } from '#functions/web/app/format/durations.ts'
import { distributionsSearch, queryOf, searchOf } from '#functions/web/app/pages/distributions/search.ts'
import { stepsAfterFailure } from '#functions/web/app/pages/distributions/send-deeds.ts'
import { selectSends, sendsOf } from '#functions/web/app/pages/distributions/sends.ts'
import { timelineOf, tookMs } from '#functions/web/app/pages/distributions/timeline.ts'
import type { Distribution, Platform } from '#functions/web/app/store/records.ts'
import type { Attempt } from '#shared/records/distribution.ts'
import { audienceId, shownAudience, shownDistribution } from '../audience-fixture.ts'

const NOW_MS = Date.parse('2026-11-16T10:00:00.000Z')
const PLATFORM = {
  id: 'plat_1',
  record: { name: 'Méta', platform_type: 'meta' } as Platform,
  is_deleted: false,
  waiting: 0,
  aside: [],
}

function sends(...records: readonly Partial<Distribution>[]) {
  const shown = records.map((record, at) => {
    const names = { audience_id: audienceId(1), platform_id: 'plat_1', version: 1 }
    return shownDistribution(at + 1, { ...names, updated_at: '2026-11-14T08:41:50.000Z', ...record })
  })
  return sendsOf(shown, [shownAudience(1)], [PLATFORM])
}

const FIRST: Attempt = {
  attempt: 1,
  queued_at: '2026-11-14T08:00:00.000Z',
  started_at: '2026-11-14T08:00:05.000Z',
  ended_at: '2026-11-14T08:00:12.000Z',
  outcome: 'failed',
  error: { code: '429', message: 'Too many requests' },
}
const SECOND: Attempt = {
  attempt: 2,
  queued_at: '2026-11-14T08:10:00.000Z',
  started_at: '2026-11-14T08:15:14.000Z',
  ended_at: '2026-11-14T08:41:50.000Z',
  outcome: 'completed',
  error: null,
}

describe('the list', () => {
  test('has the latest first, with the names of this device where the service has added none', () => {
    const [latest, first] = sends({ audience_name: 'As it was' }, {})
    expect(latest).toMatchObject({ id: 'dist_2', audience_name: 'Audience 1', platform_name: 'Méta' })
    expect(first).toMatchObject({ id: 'dist_1', audience_name: 'As it was', platform_type: 'meta' })
  })

  test('is narrowed by words without their accents, by status and by platform', () => {
    const all = sends({ status: 'failed' }, { status: 'completed', platform_id: 'plat_2', platform_name: 'Other' })
    const idsOf = (search: Record<string, string>) => selectSends(all, queryOf(search)).map(({ id }) => id)
    expect(idsOf({ q: ' meta ' })).toEqual(['dist_1'])
    expect(idsOf({ status: 'completed,failed' })).toEqual(['dist_2', 'dist_1'])
    expect(idsOf({ platform: 'plat_2' })).toEqual(['dist_2'])
    expect(idsOf({ q: 'nobody' })).toEqual([])
  })

  test('reads from an address what makes sense, and says it the same way', () => {
    const search = { q: 'trail', status: 'nonsense,failed', platform: 'plat_1', id: 'dist_1', other: 'x' }
    expect(distributionsSearch(search)).toEqual({ ...search, status: 'failed', other: undefined })
    expect(searchOf(queryOf({}))).toEqual({})
  })
})

describe('the timeline', () => {
  test('tells each attempt with its answer, and that a match rate which was not reported is not 0', () => {
    const [send] = sends({ status: 'completed', completed_at: SECOND.ended_at, match_rate: null })
    const told = timelineOf(send!, [FIRST, SECOND], NOW_MS)
    expect(told.map(({ title }) => title)).toEqual([
      'Handed over to your sender',
      'Attempt 1 began',
      'Attempt 1 stopped',
      'Handed over again, attempt 2',
      'Attempt 2 began',
      'Completed',
      'Match rate',
    ])
    expect(told[2]).toMatchObject({ kind: 'stopped', words: 'Too many requests (429)', at: FIRST.ended_at })
    expect(told.at(-1)).toMatchObject({ at: null, at_words: 'Not reported yet' })
    expect(durationOf(tookMs(send!, [FIRST, SECOND])!)).toBe('41\u00A0min 50\u00A0s')
  })

  test('of one whose attempts are not known is told from the record alone', () => {
    const [send] = sends({ status: 'failed', error_message: 'No access' })
    expect(timelineOf(send!, [], NOW_MS)).toMatchObject([{ kind: 'stopped', words: 'No access' }])
    expect(tookMs(send!, [])).toBeNull()
  })

  test('of a scheduled one has the hand-over to come, and of one on this device only that it waits', () => {
    const scheduled_at = '2026-11-17T08:00:00.000Z'
    const [send] = sends({ status: 'scheduled', scheduled_at, created_at: '2026-11-16T08:00:00.000Z' })
    expect(timelineOf(send!, [], NOW_MS)).toMatchObject([{ id: 'scheduled' }, { id: 'due', at: null }])
    const [kept] = sends({ version: 0 })
    const waiting = { ...kept!, shown: { ...kept!.shown, waiting: 1 } }
    expect(timelineOf(waiting, [], NOW_MS)).toMatchObject([{ id: 'kept', at: null, at_words: 'Not sent yet' }])
  })
})

test('what to do about a failure depends on the platform', () => {
  expect(stepsAfterFailure('Meta', 'error')[0]).toContain('mend the connection of Meta')
  expect(stepsAfterFailure('Meta', 'connected').at(-1)).toContain('Try again')
  expect(stepsAfterFailure('Meta', undefined)).toHaveLength(1)
})

test.each([
  [12_400, '12\u00A0s'],
  [60_000, '1\u00A0min'],
  [7_500_000, '2\u00A0h 5\u00A0min'],
  [93_600_000, '1\u00A0d 2\u00A0h'],
])('%d ms read as %s', (duration_ms, words) => {
  expect(durationOf(duration_ms)).toBe(words)
})
