import { describe, expect, it } from 'vitest'

import { handOverFacts } from '#functions/web/app/audiences/hand-over-facts.ts'
import { handOversOf } from '#functions/web/app/audiences/hand-overs.ts'
import { manyPlan } from '#functions/web/app/audiences/many-plan.ts'
import { earlierSends, sendChecks } from '#functions/web/app/distributions/send-checks.ts'
import { usesOf } from '#functions/web/app/distributions/usage.ts'
import { queryOf } from '#functions/web/app/pages/distributions/search.ts'
import { selectSends, sendsOf, sentPlatforms } from '#functions/web/app/pages/distributions/sends.ts'
import { matchRates } from '#functions/web/app/pages/overview/match-rates.ts'
import { sendsByPlatform } from '#functions/web/app/pages/platforms/platform-facts.ts'
import { isSameRecord, RecordMap } from '#functions/web/app/store/record-map.ts'
import type { Distribution, Platform, Shown } from '#functions/web/app/store/records.ts'
import { shownAudience, shownDistribution } from './audience-fixture.ts'

/** The old system spelled ids with a dash; what the service has seen since refers to them with an underscore. */
const NOW_MS = Date.parse('2026-11-28T12:00:00.000Z')
const WEEKLY = { auto_refresh: true, refresh_frequency: 'weekly', default_match_rate: null }

const audience = {
  ...shownAudience(1, { name: 'Runners', status: 'active', total_audience_size: 900 }),
  id: 'aud-ab12cd34',
}
const fields: Partial<Platform> = {
  platform_id: 'plat-ef56ab78',
  name: 'Our Meta',
  platform_type: 'meta',
  status: 'connected',
  settings: WEEKLY,
  metadata: {},
}
const platform: Shown<'platform'> = {
  id: 'plat-ef56ab78',
  record: fields as Platform,
  is_deleted: false,
  waiting: 0,
  aside: [],
}
let number = 0
const send = (own: Partial<Distribution> = {}) =>
  shownDistribution(++number, {
    audience_id: 'aud_ab12cd34',
    platform_id: 'plat_ef56ab78',
    status: 'completed',
    match_rate: 0.5,
    version: 1,
    created_at: '2026-11-20T08:00:00.000Z',
    updated_at: '2026-11-20T08:00:00.000Z',
    ...own,
  })
const as_imported = send({ audience_id: audience.id, platform_id: platform.id })
const as_sent = send()
const both = [as_imported, as_sent]

describe('an old id in its other spelling', () => {
  it('is the same record, and only of its own kind', () => {
    expect(isSameRecord('audience', 'aud-ab12cd34', 'aud_ab12cd34')).toBe(true)
    expect(isSameRecord('audience', 'aud-ab12cd34', 'aud-ab12cd35')).toBe(false)
    expect(isSameRecord('platform', 'aud-ab12cd34', 'aud_ab12cd34')).toBe(false)
    const uuid = '7f0c2f4e-93f7-4a3f-9a55-0d8a8a3a7a10'
    expect(isSameRecord('audience', uuid, uuid.replaceAll('-', '_'))).toBe(false)
  })

  it('has one place in a map, under the spelling that came first', () => {
    const map = new RecordMap('audience', [['aud_ab12cd34', 1]])
    map.set('aud-ab12cd34', 2)
    expect([...map]).toEqual([['aud_ab12cd34', 2]])
    expect([map.get('aud-ab12cd34'), map.has('aud_ab12cd34'), map.size]).toEqual([2, true, 1])
  })

  it('names the platform of a hand-over', () => {
    expect(handOverFacts(as_sent, [platform]).platform_name).toBe('Our Meta')
  })

  it('counts a platform once for its audience', () => {
    expect(handOversOf(both).get(audience.id)).toEqual({ sent_to: 1, scheduled_for: 0 })
    expect(handOversOf([send({ status: 'scheduled' })]).get(audience.id)?.scheduled_for).toBe(1)
  })

  it('is sent again as a refresh, which is warned of', () => {
    expect(earlierSends(audience, platform, both)).toHaveLength(2)
    const recent = sendChecks(audience, platform, [as_sent], Date.parse('2026-11-21T08:00:00.000Z'))
    expect(recent.find(({ id }) => id === 'recent')?.outcome).toBe('warning')
  })

  it('is in use by what is scheduled, and by what is sent again by itself, once', () => {
    const scheduled = send({ status: 'scheduled', scheduled_at: '2026-12-01T09:00:00.000Z' })
    const records = { audiences: [audience], platforms: [platform], distributions: [...both, scheduled] }
    const uses = usesOf('audience', records, NOW_MS)
    expect(uses.get(audience.id)?.map(({ words }) => words)).toEqual([
      expect.stringMatching(/^Runners is scheduled for Our Meta/),
      'Runners is sent to Our Meta again, every week',
    ])
    expect(usesOf('platform', records, NOW_MS).get(platform.id)).toHaveLength(2)
    expect(manyPlan('archive', [audience], uses).used).toEqual([audience])
  })

  it('belongs to the sends and the rate of its platform', () => {
    expect(sendsByPlatform(both).get(platform.id)).toHaveLength(2)
    expect(matchRates([platform], both)).toMatchObject([{ sends: 2, reported: 2, match_rate: 0.5 }])
  })

  it('is shown and filtered in the list of distributions, where no platform seems to be deleted', () => {
    const unseen = send({ version: 0, platform_type: null, audience_name: null })
    const sends = sendsOf([...both, unseen], [audience], [platform])
    expect(sends.find(({ id }) => id === unseen.id)).toMatchObject({
      audience_name: 'Runners',
      platform_type: 'meta',
      total_records: 900,
    })
    for (const id of [platform.id, 'plat_ef56ab78']) {
      expect(selectSends(sends, queryOf({ platform: id }), NOW_MS)).toHaveLength(3)
    }
    expect(sentPlatforms(sends, [platform])).toEqual([{ id: platform.id, words: 'Our Meta' }])
    expect(sentPlatforms(sends, [])).toHaveLength(1)
  })
})
