import { describe, expect, test } from 'vitest'

import { isoTime } from '#shared/base/clock.ts'
import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import { decideCreation, decideDue, decideReport, type Creation } from '#shared/records/distribution-decisions.ts'
import type { DistributionReport } from '#shared/records/distribution-report.ts'
import { DISTRIBUTIONS, type DistributionRow } from '#shared/records/distribution.ts'
import { recordOf, rowOf } from '#shared/records/record-rows.ts'
import type { RecordOf } from '#shared/records/record-kind.ts'

type Distribution = RecordOf<typeof DISTRIBUTIONS>

const NOW_MS = Date.parse('2025-05-15T12:00:00Z')
const NOW = isoTime(NOW_MS)
const CREATED_MS = NOW_MS - 3 * DAY_MS
const ASKING = { kind: DISTRIBUTIONS, user_id: 'u' }
const ID = 'dist_01jv2t8000e008000000000001'

function stored(more: Partial<Distribution> = {}): DistributionRow {
  return rowOf(DISTRIBUTIONS, {
    ...DISTRIBUTIONS.defaults,
    distribution_id: ID,
    audience_id: 'aud_1',
    platform_id: 'plat_1',
    status: 'completed',
    created_at: isoTime(CREATED_MS),
    updated_at: isoTime(CREATED_MS),
    version: 1,
    rev: 1,
    deleted: false,
    attempts: [],
    ...more,
  })
}

/** What the report makes of a distribution, or the names of the fields that are refused. */
function reportOn(before: Partial<Distribution>, report: DistributionReport) {
  const decision = decideReport(ASKING, stored(before), report, NOW_MS)
  if (decision.kind !== 'refuse') return { kind: decision.kind, ...recordOf(DISTRIBUTIONS, decision.row) }
  return { kind: decision.kind, paths: decision.problem.errors?.map(({ path }) => path) }
}

describe('a count of matches', () => {
  const AS_OF_MS = NOW_MS - DAY_MS
  const KNOWN = { matched_records: 10, match_rate: 0.5, match_results_as_of: isoTime(AS_OF_MS) }
  const COUNT = { status: 'completed', matched_records: 20 } as const

  test.each([
    ['newer than the one known', 1, 20],
    ['of the same moment: it corrects it', 0, 20],
    ['older than the one known: it says nothing new', -1, 10],
  ])('that is %s', (_, later_ms, matched_records) => {
    const as_of = isoTime(AS_OF_MS + later_ms)
    const after = reportOn(KNOWN, { ...COUNT, as_of })
    expect(after).toMatchObject({ matched_records, match_rate: 0.5 })
    expect(after).toMatchObject({ match_results_as_of: isoTime(AS_OF_MS + Math.max(later_ms, 0)) })
  })

  test('without its time is taken in, and so is a first one', () => {
    expect(reportOn(KNOWN, COUNT)).toMatchObject({
      matched_records: 20,
      match_results_as_of: KNOWN.match_results_as_of,
    })
    expect(reportOn({}, { ...COUNT, as_of: isoTime(0) })).toMatchObject({ matched_records: 20 })
  })

  test('may be ahead of our clock by a minute, and no more', () => {
    const ahead = (ms: number) => reportOn({}, { ...COUNT, as_of: isoTime(NOW_MS + ms) })
    expect(ahead(MINUTE_MS)).toMatchObject({ kind: 'write', match_results_as_of: isoTime(NOW_MS + MINUTE_MS) })
    expect(ahead(MINUTE_MS + 1)).toEqual({ kind: 'refuse', paths: ['match_results.as_of'] })
  })

  test('is at most all of what was sent; where that is not known anything may be', () => {
    const of = (total_records: number | null, matched_records: number) =>
      reportOn({ total_records }, { status: 'completed', matched_records }).kind
    expect([of(20, 20), of(20, 21), of(0, 1), of(null, 21)]).toEqual(['write', 'refuse', 'refuse', 'write'])
  })
})

describe('a completion', () => {
  const at = (completed_at_ms: number) =>
    reportOn({ status: 'in_progress' }, { status: 'completed', completed_at: isoTime(completed_at_ms) })

  test('is at most a minute ahead of our clock, and at most a day before the creation', () => {
    expect(at(NOW_MS + MINUTE_MS)).toMatchObject({ kind: 'write', completed_at: isoTime(NOW_MS + MINUTE_MS) })
    expect(at(NOW_MS + MINUTE_MS + 1)).toEqual({ kind: 'refuse', paths: ['metadata.completed_at'] })
    expect(at(CREATED_MS - DAY_MS)).toMatchObject({ kind: 'write', completed_at: isoTime(CREATED_MS - DAY_MS) })
    expect(at(CREATED_MS - DAY_MS - 1)).toEqual({ kind: 'refuse', paths: ['metadata.completed_at'] })
  })
})

describe('a report of a status', () => {
  const FROM = {
    pending: 'failed',
    in_progress: 'pending',
    completed: 'in_progress',
    failed: 'in_progress',
    cancelled: 'pending',
  } as const
  const MEMBERS = {
    matched_records: { matched_records: 1 },
    match_rate: { match_rate: 0.1 },
    platform_audience_id: { platform_audience_id: 'x' },
    as_of: { as_of: NOW },
    error_message: { error_message: 'x' },
    error_details: { error_details: { code: 'x' } },
  } as const

  test('has results once it has begun, and errors where it ended badly; no others', () => {
    const allowed = Object.entries(FROM).map(([status, from]) => {
      const taken = Object.entries(MEMBERS).filter(([, member]) => {
        const report: DistributionReport = { status: status as keyof typeof FROM, ...member }
        return reportOn({ status: from }, report).kind === 'write'
      })
      return [status, taken.map(([name]) => name)]
    })
    const results = ['matched_records', 'match_rate', 'platform_audience_id', 'as_of']
    const errors = ['error_message', 'error_details']
    expect(Object.fromEntries(allowed)).toEqual({
      pending: [],
      in_progress: results,
      completed: results,
      failed: [...results, ...errors],
      cancelled: errors,
    })
  })
})

describe('an attempt that ends badly', () => {
  const attempts = [
    { attempt: 1, queued_at: NOW, started_at: NOW, ended_at: null, outcome: null, error: null },
  ] as const satisfies Distribution['attempts']

  test.each<[string, unknown, string | null]>([
    ['a text', 'bad_token', 'bad_token'],
    ['a number', 403, '403'],
    ['a long text, up to 200 characters', 'x'.repeat(300), 'x'.repeat(200)],
    ['anything else: none', { of: 'it' }, null],
    ['left out: none', undefined, null],
  ])('keeps its code, which is %s, and its message', (_, code, kept) => {
    const error_details = code === undefined ? {} : { code }
    const report = { status: 'failed', error_message: 'm'.repeat(5000), error_details } as const
    const after = reportOn({ status: 'in_progress', attempts: [...attempts] }, report)
    const error = { code: kept, message: expect.stringMatching(/^m{100,4999}$/) as string }
    expect(after).toMatchObject({ attempts: [{ attempt: 1, outcome: 'failed', ended_at: NOW, error }] })
    // The record itself keeps them whole.
    expect(after).toMatchObject({ error_message: report.error_message, error_details })
  })

  test('without a word on why has no error', () => {
    const after = reportOn({ status: 'in_progress', attempts: [...attempts] }, { status: 'failed' })
    expect(after).toMatchObject({ attempts: [{ outcome: 'failed', error: null }] })
  })
})

describe('a scheduled distribution', () => {
  const due = (scheduled_at_ms: number, more: Partial<Distribution> = {}) => {
    const row = stored({ status: 'scheduled', scheduled_at: isoTime(scheduled_at_ms), ...more })
    const decision = decideDue(ASKING, row, NOW_MS, [])
    return decision.kind === 'refuse' ? decision.problem.kind : [decision.kind, decision.row.status]
  }

  test('starts at its very millisecond, not one before', () => {
    expect(due(NOW_MS)).toEqual(['write', 'pending'])
    expect(due(NOW_MS - 1)).toEqual(['write', 'pending'])
    expect(due(NOW_MS + 1)).toEqual(['keep', 'scheduled'])
  })

  test('that was moved on or deleted meanwhile stays what it has become', () => {
    expect(due(NOW_MS, { status: 'cancelled' })).toEqual(['keep', 'cancelled'])
    expect(due(NOW_MS, { status: 'pending' })).toEqual(['keep', 'pending'])
    expect(due(NOW_MS, { deleted: true })).toBe('not-found')
    expect(decideDue(ASKING, undefined, NOW_MS, [])).toMatchObject({ kind: 'refuse', problem: { kind: 'not-found' } })
  })

  const SOURCE: Creation['source'] = {
    audience_id: 'aud_1',
    platform_id: 'plat_1',
    audience_name: null,
    platform_name: null,
    platform_type: null,
    total_records: null,
    estimated_matched_records: null,
    audience_snapshot: {
      version: 1,
      data_type: null,
      total_audience_size: null,
      audience_size: null,
      selected_variables: [],
      variable_details: [],
      segments: [],
    },
  }
  const create = (ahead_ms: number, current?: DistributionRow) => {
    const sent = { audience_id: 'aud_1', platform_id: 'plat_1', scheduled_at: isoTime(NOW_MS + ahead_ms) }
    const creation = { asking: ASKING, id: ID, created_at: NOW, current, sent, source: SOURCE, now_ms: NOW_MS }
    const decision = decideCreation(creation)
    if (decision.kind === 'refuse') return decision.problem.errors?.map(({ path }) => path)
    return [decision.kind, decision.row.status]
  }

  test('is one whose time is ahead; of a time that passed on its way it starts immediately, within a minute', () => {
    expect(create(1)).toEqual(['write', 'scheduled'])
    expect(create(0)).toEqual(['write', 'pending'])
    expect(create(-MINUTE_MS)).toEqual(['write', 'pending'])
    expect(create(-MINUTE_MS - 1)).toEqual(['scheduled_at'])
  })

  test('can be given another time that is ahead while it is scheduled, and its own at any time', () => {
    const scheduled = (ahead_ms: number, status: Distribution['status'] = 'scheduled') =>
      stored({ status, scheduled_at: isoTime(NOW_MS + ahead_ms) })
    expect(create(1, scheduled(DAY_MS))).toEqual(['write', 'scheduled'])
    expect(create(0, scheduled(DAY_MS))).toEqual(['scheduled_at'])
    expect(create(-DAY_MS, scheduled(-DAY_MS))).toEqual(['keep', 'scheduled'])
    expect(create(DAY_MS, scheduled(1, 'pending'))).toEqual(['scheduled_at'])
    expect(create(1, scheduled(1, 'pending'))).toEqual(['keep', 'pending'])
  })
})
