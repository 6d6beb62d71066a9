import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { durationOf } from '#functions/web/app/format/durations.ts'
import { distributionsSearch, queryOf, searchOf } from '#functions/web/app/pages/distributions/search.ts'
import { answerInWords, failureOf } from '#functions/web/app/pages/distributions/failures.ts'
import {
  refusedSends,
  segmentsSent,
  selectSends,
  sendsOf,
  sentPlatforms,
} from '#functions/web/app/pages/distributions/sends.ts'
import { changesSinceSent } from '#functions/web/app/pages/distributions/since-sent.ts'
import { timelineOf, tookMs } from '#functions/web/app/pages/distributions/timeline.ts'
import type { Distribution, Platform } from '#functions/web/app/store/records.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { TEST_CODES } from '#shared/ad-platforms/test-outcome.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import type { Attempt, AudienceSnapshot } from '#shared/records/distribution.ts'
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
    const idsOf = (search: Record<string, string>) => selectSends(all, queryOf(search), NOW_MS).map(({ id }) => id)
    expect(idsOf({ q: ' meta ' })).toEqual(['dist_1'])
    expect(idsOf({ status: 'completed,failed' })).toEqual(['dist_2', 'dist_1'])
    expect(idsOf({ platform: 'plat_2' })).toEqual(['dist_2'])
    expect(idsOf({ q: 'nobody' })).toEqual([])
  })

  test('goes back as far as its period, and always has what is still to come', () => {
    const scheduled = { status: 'scheduled', scheduled_at: '2026-12-01T08:00:00.000Z' } as const
    const all = sends({ updated_at: '2026-10-01T08:00:00.000Z' }, { updated_at: '2026-11-14T08:00:00.000Z' }, scheduled)
    const idsIn = (period: string) => selectSends(all, queryOf({ period }), NOW_MS).map(({ id }) => id)
    expect(idsIn('7d')).toEqual(['dist_3', 'dist_2'])
    expect(idsIn('90d')).toEqual(['dist_3', 'dist_2', 'dist_1'])
  })

  test('offers the platforms that are there, and those that are gone as long as something was sent to them', () => {
    const all = sends({}, { platform_id: 'plat_9', platform_name: 'Old account' })
    expect(sentPlatforms(all, [PLATFORM])).toEqual([
      { id: 'plat_1', words: 'Méta' },
      { id: 'plat_9', words: 'Old account, deleted' },
    ])
  })

  test('reads from an address what makes sense, and says it the same way', () => {
    const search = { q: 'trail', status: 'nonsense,failed', platform: 'plat_1', period: '7d', id: 'dist_1', other: 'x' }
    expect(distributionsSearch(search)).toEqual({ ...search, status: 'failed', other: undefined })
    expect(searchOf(queryOf({ period: 'never' }))).toEqual({})
  })
})

describe('a send that the service refused', () => {
  const entry = {
    seq: 3,
    mutation_id: 'm',
    kind: 'distribution',
    id: 'dist_9',
    change: { op: 'create', value: { audience_id: audienceId(1), platform_id: 'plat_1', status: 'pending' } },
    refers_to: [],
    made_at: '2026-11-16T09:00:00.000Z',
    aside: { status: 'invalid', fields: [], server: null, reason: 'No.', problem: {} },
  } as const satisfies OutboxEntry
  const listed = () => sendsOf(refusedSends([entry]), [shownAudience(1)], [PLATFORM])

  test('is in the list with its names and its reason, though no row shows it', () => {
    expect(listed()).toMatchObject([
      { id: 'dist_9', audience_name: 'Audience 1', platform_name: 'Méta', refused: entry },
    ])
    expect(timelineOf(listed()[0]!, [], NOW_MS)).toMatchObject([{ kind: 'stopped', at: null, at_words: 'Not sent' }])
  })

  test('has none of the statuses that filters ask for', () => {
    expect(selectSends(listed(), queryOf({ status: 'pending' }), NOW_MS)).toEqual([])
    expect(selectSends(listed(), queryOf({ q: 'meta' }), NOW_MS)).toHaveLength(1)
  })
})

test('what was sent is told in segments: all of them, or how many of them', () => {
  const segments = [{ segment_id: 1 }, { segment_id: 2 }]
  expect(segmentsSent({ segments_distributed: [] }, { segments })).toBe('2 segments')
  expect(segmentsSent({ segments_distributed: [2] }, { segments })).toBe('1 of 2 segments')
})

test('what was sent is compared with the audience of today: of some segments, only those', () => {
  const [one, other] = [
    { segment_id: 1, name: 'Early risers', size: 100 },
    { segment_id: 2, name: 'Route planners', size: 200 },
  ]
  const { record } = shownAudience(1, { total_audience_size: 300, segments: [one, other] })
  const { data_type, total_audience_size, audience_size, selected_variables, variable_details, segments } = record
  const sizes = { total_audience_size, audience_size }
  const frozen = { version: 1, data_type, ...sizes, selected_variables, variable_details, segments }
  const now = { ...record, total_audience_size: 350, segments: [{ ...one, size: 150 }, other] }
  const labels = (...segments_distributed: number[]) =>
    changesSinceSent({ segments_distributed }, frozen, now).map(({ label, before, after }) => [label, before, after])
  expect(labels()).toEqual([
    ['Records', '300', '350'],
    ['Early risers, records', '100', '150'],
  ])
  expect(labels(1)).toEqual([['Early risers, records', '100', '150']])
  expect(labels(2)).toEqual([])
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
    expect(told[2]).toMatchObject({ kind: 'stopped', words: 'Answer: Too many requests (429).', at: FIRST.ended_at })
    expect(told.at(-1)).toMatchObject({ at: null, at_words: 'Not reported yet' })
    expect(durationOf(tookMs(send!, [FIRST, SECOND])!)).toBe('41\u00A0min 50\u00A0s')
  })

  test('says what was handed over first: how many segments and records, of which version', () => {
    const [send] = sends({ status: 'pending', total_records: 1500, segments_distributed: [1] })
    const snapshot: unknown = { version: 6, segments: [{ segment_id: 1 }, { segment_id: 2 }] }
    const [first] = timelineOf(send!, [FIRST], NOW_MS, snapshot as AudienceSnapshot)
    expect(first?.words).toBe('1 of 2 segments, 1,500 records, as version 6 of the audience')
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

describe('a failure', () => {
  const failed = (code: unknown, values: Partial<Distribution> = {}) =>
    ({
      status: 'failed',
      error_message: null,
      error_details: { code },
      updated_at: '2026-11-16T08:00:00.000Z',
      ...values,
    }) as Distribution
  const connected = { status: 'connected', last_test: null } as const

  test.each(TEST_CODES.filter((code) => code !== 'ok'))(
    'that a sender reports as %s says what it means and what to do',
    (code) => {
      const told = failureOf(failed(code), 'Meta', connected)!
      const unknown = failureOf(failed('E77'), 'Meta', connected)!
      expect(told.title).toBe('Meta did not take it')
      expect(told.sentence).not.toBe(unknown.sentence)
      expect(told.steps.length).toBeGreaterThan(0)
    },
  )

  test.each([
    ['429', 'rate_limited'],
    [401, 'bad_token'],
    ['503', 'unreachable'],
    ['BAD_TOKEN', 'bad_token'],
  ])('that is reported by the status %s means %s', (code, meaning) => {
    expect(failureOf(failed(code), 'Meta', connected)).toEqual(failureOf(failed(meaning), 'Meta', connected))
  })

  test('has the codes and words that the guide tells to senders', async () => {
    const guide = await readFile(join(PROJECT_ROOT, 'infra/docs/guides/single-page-app.md'), 'utf8')
    const [, table = ''] = guide.split('| what the app says |\n|---|---|\n')
    const rows = table.split('\n\n', 1)[0]!.matchAll(/^\| (.+) \| (.+) \|$/gm)
    const told = new Map(
      [...rows].flatMap(([, codes = '', words]) => codes.split(', ').map((code) => [code, words] as const)),
    )
    const sentenceOf = (code: string) => failureOf(failed(code), 'Meta', connected)!.sentence
    const statuses = Array.from({ length: 200 }, (_, at) => String(400 + at))
    const known = [...TEST_CODES, ...statuses].filter((code) => sentenceOf(code) !== sentenceOf('E77'))
    const inGuide = (code: string) => told.get(`\`${code}\``) ?? told.get('`5xx`')
    expect(known.map((code) => [code, inGuide(code)])).toEqual(known.map((code) => [code, sentenceOf(code)]))
    expect([...told.keys()].filter((code) => ![...known, '5xx'].includes(code.replaceAll('`', '')))).toEqual([])
  })

  test('of the keys leads to the platforms, unless they were tested since', () => {
    expect(failureOf(failed('bad_token'), 'Meta', connected)).toMatchObject({ is_of_platform: true })
    const last_test = { at: '2026-11-16T09:00:00.000Z', ok: true, code: 'ok', message: '' }
    expect(failureOf(failed('bad_token'), 'Meta', { ...connected, last_test })).toMatchObject({ is_of_platform: false })
  })

  test('of a platform that is not connected any more, or was deleted, leads there first', () => {
    const steps = (platform: Parameters<typeof failureOf>[2]) => failureOf(failed('429'), 'Meta', platform)!.steps
    expect(steps({ status: 'disconnected', last_test: null })[0]).toContain('Connect Meta')
    expect(steps(undefined)).toHaveLength(1)
  })

  test.each(['audience_deleted', 'audience_archived', 'platform_deleted', 'platform_disconnected'])(
    'by which a scheduled one was not started, %s, says what to do',
    (code) => {
      const told = failureOf(failed(code, { status: 'cancelled' }), 'Meta', connected)
      expect(told?.title).toBe('It was not started when it was due')
    },
  )

  test('is none where a user cancelled, or nothing went wrong', () => {
    expect(
      failureOf(failed(undefined, { status: 'cancelled', error_details: null }), 'Meta', connected),
    ).toBeUndefined()
    expect(failureOf(failed('429', { status: 'pending' }), 'Meta', connected)).toBeUndefined()
  })

  test.each([
    ['Slow down', '429', 'Answer: Slow down (429).'],
    ['Too many (E77)!', 'E77', 'Answer: Too many (E77)!'],
    [null, 'E77', 'Answer: E77.'],
    [null, null, undefined],
  ])('with the message %s and the code %s is quoted', (message, code, words) => {
    expect(answerInWords(message, code)).toBe(words)
  })
})

test.each([
  [12_400, '12\u00A0s'],
  [60_000, '1\u00A0min'],
  [7_500_000, '2\u00A0h 5\u00A0min'],
  [93_600_000, '1\u00A0d 2\u00A0h'],
])('%d ms read as %s', (duration_ms, words) => {
  expect(durationOf(duration_ms)).toBe(words)
})
