import { describe, expect, test } from 'vitest'

import { conflictOf } from '#functions/web/app/aside/conflicts.ts'
import { refusalOf } from '#functions/web/app/aside/refusals.ts'
import type { Change, JsonRecord, OutboxEntry, RecordNoun, ServerRow } from '#shared/client/store/entries.ts'

function aside(kind: RecordNoun, change: Change, set_aside: Partial<NonNullable<OutboxEntry['aside']>>): OutboxEntry {
  return {
    seq: 1,
    mutation_id: 'm',
    kind,
    id: 'id_1',
    change,
    refers_to: [],
    made_at: '2026-11-16T09:00:00.000Z',
    aside: { status: 'invalid', fields: [], server: null, reason: '', problem: {}, ...set_aside },
  }
}

const patchOf = (set: JsonRecord): Change => ({ op: 'patch', base_version: 1, set, base: {} })
const CREATE: Change = { op: 'create', value: {} }
const refused = (change: Change, path: string, message: string) =>
  refusalOf(aside('distribution', change, { reason: `${path} ${message}`, problem: { errors: [{ path, message }] } }))

describe('a refused send', () => {
  test.each([
    ['audience_id', 'is the id of an archived audience: restore it first', 'archived'],
    ['audience_id', 'is not the id of one of your audiences', 'deleted'],
    ['platform_id', 'is the id of a disconnected platform', 'disconnected'],
    ['platform_id', 'is not the id of one of your platforms', 'deleted'],
    ['segments_distributed[0]', 'is not the id of a segment of the audience', 'segment'],
    ['scheduled_at', 'must be in the future; leave it out to start immediately', 'passed'],
  ])('for its %s that %s says what happened and what to do', (path, message, word) => {
    const { title, sentence, steps } = refused(CREATE, path, message)
    expect(title).toBe('This was not sent')
    expect(sentence).toContain(word)
    expect(steps.length).toBeGreaterThan(0)
  })

  test('whose time passed asks for another one; the same time is never tried again', () => {
    expect(refused(CREATE, 'scheduled_at', 'must be in the future')).toMatchObject({
      asks_for_time: true,
      is_final: true,
    })
    expect(refused(patchOf({}), 'scheduled_at', 'must be in the future')).toMatchObject({ asks_for_time: true })
  })

  test('that was moved when it had gone already is not tried again', () => {
    const message = 'can be changed only while the distribution is scheduled'
    expect(refused(patchOf({}), 'scheduled_at', message)).toMatchObject({
      title: 'The time was not moved',
      is_final: true,
    })
  })

  test('whose status cannot become what was asked for says what it is', () => {
    const problem = { status_now: 'in_progress', status_wanted: 'cancelled' }
    expect(refusalOf(aside('distribution', patchOf({ status: 'cancelled' }), { problem })).sentence).toContain(
      'sending',
    )
  })

  test('for any other reason quotes it', () => {
    expect(refusalOf(aside('distribution', CREATE, { reason: 'Too much' }))).toMatchObject({
      sentence: 'Answer: Too much.',
    })
    expect(refusalOf(aside('audience', CREATE, { reason: 'No!' }))).toMatchObject({ sentence: 'Answer: No!' })
  })

  test('that depends on another refused change leads to that one', () => {
    const { steps } = refusalOf(aside('distribution', CREATE, { problem: { code: 'depends-on', seq: 3 } }))
    expect(steps[0]).toContain('Settle the other change')
  })
})

test('a conflict shows statuses, times and rates of every kind of record in words', () => {
  const wordsOf = (kind: RecordNoun, set: JsonRecord, server: object) =>
    conflictOf(aside(kind, patchOf(set), { status: 'conflict', server: server as ServerRow }))?.fields.map(
      ({ label, mine, theirs }) => [label, mine, theirs],
    )
  expect(wordsOf('distribution', { status: 'cancelled' }, { status: 'in_progress' })).toEqual([
    ['Status', 'Cancelled', 'Sending'],
  ])
  expect(wordsOf('platform', { status: 'pending' }, { status: 'error' })).toEqual([
    ['Status', 'Not tested yet', 'Test failed'],
  ])
  const settings = { default_match_rate: 0.62, auto_refresh: true, refresh_frequency: 'daily' }
  expect(wordsOf('platform', { settings }, { settings: { default_match_rate: null } })).toEqual([
    ['Expected match rate', '62.0\u00A0%', null],
    ['Refresh', 'Yes', null],
    ['Refresh rhythm', 'Every day', null],
  ])
  const [time] = wordsOf('distribution', { scheduled_at: '2026-11-17T08:00:00.000Z' }, { scheduled_at: null })!
  expect(time).toEqual(['Time', expect.stringContaining('2026'), null])
})
