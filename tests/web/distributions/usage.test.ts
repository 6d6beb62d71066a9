import { describe, expect, it } from 'vitest'

import { usesOf, type UsedRecords } from '#functions/web/app/distributions/usage.ts'
import type { Distribution, Platform, Shown } from '#functions/web/app/store/records.ts'
import { shownAudience, shownDistribution } from '../audience-fixture.ts'

const NOW_MS = Date.parse('2026-11-28T12:00:00.000Z')
const [runners, archived] = [shownAudience(1, { name: 'Runners' }), shownAudience(2, { status: 'archived' })]

function shownPlatform(id: string, fields: Partial<Platform> = {}): Shown<'platform'> {
  const record = { platform_id: id, name: 'Meta', status: 'connected', settings: {}, metadata: {}, ...fields }
  return { id, record: record as Platform, is_deleted: false, waiting: 0, aside: [] }
}

const WEEKLY = { auto_refresh: true, refresh_frequency: 'weekly' }
let number = 0
const send = (fields: Partial<Distribution>) =>
  shownDistribution(++number, { audience_id: runners.id, platform_id: 'p', created_at: '2026-11-01', ...fields })

const records = (distributions: UsedRecords['distributions'], platform: Partial<Platform> = {}): UsedRecords => ({
  audiences: [runners, archived],
  platforms: [shownPlatform('p', platform)],
  distributions,
})

const usesFor = (noun: 'audience' | 'platform', id: string, of: UsedRecords) =>
  (usesOf(noun, of, NOW_MS).get(id) ?? []).map(({ words }) => words)

describe('what still uses a record', () => {
  it('is named with where and when, what is due first before the rest', () => {
    const distributions = [
      send({ status: 'in_progress' }),
      send({ status: 'scheduled', scheduled_at: '2026-12-02T09:00:00.000Z' }),
      send({ status: 'scheduled', scheduled_at: '2026-12-01T09:00:00.000Z' }),
    ]
    for (const [noun, id] of [
      ['audience', runners.id],
      ['platform', 'p'],
    ] as const) {
      expect(usesFor(noun, id, records(distributions))).toEqual([
        expect.stringMatching(/^Runners is scheduled for Meta, .*1/),
        expect.stringMatching(/^Runners is scheduled for Meta, .*2/),
        'Runners is being sent to Meta',
      ])
    }
  })

  it('is nothing that has ended', () => {
    const ended = (['completed', 'failed', 'cancelled'] as const).map((status) => send({ status }))
    expect(usesOf('audience', records(ended), NOW_MS).size).toBe(0)
  })

  it('is what a platform sends again by itself, once for each audience', () => {
    const twice = [send({ status: 'completed' }), send({ status: 'completed', completed_at: '2026-11-20' })]
    const [use, ...others] = usesOf('audience', records(twice, { settings: WEEKLY }), NOW_MS).get(runners.id) ?? []
    expect(others).toEqual([])
    expect(use).toMatchObject({
      kind: 'refreshing',
      send: twice[1],
      words: 'Runners is sent to Meta again, every week',
    })
  })

  it('is no refresh of an archived audience, nor of a disconnected platform', () => {
    const [of_archived, of_runners] = [
      send({ status: 'completed', audience_id: archived.id }),
      send({ status: 'completed' }),
    ]
    expect(usesFor('platform', 'p', records([of_archived], { settings: WEEKLY }))).toEqual([])
    expect(usesFor('platform', 'p', records([of_runners], { settings: WEEKLY, status: 'disconnected' }))).toEqual([])
  })
})
