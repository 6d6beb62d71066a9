import { describe, expect, it } from 'vitest'

import type { ListedColumns } from '#shared/client/store/entries.ts'
import { archivedByRetention } from '#functions/web/app/audiences/retention.ts'
import { tagCounts } from '#functions/web/app/audiences/tag-counts.ts'
import { withoutTag, withTagRenamed } from '#functions/web/app/audiences/tags.ts'
import { handOversInWords, handOversOf } from '#functions/web/app/audiences/hand-overs.ts'
import {
  filterCount,
  queryOf,
  savedAudiencesSearch,
  searchOf,
  toggled,
  withoutFilters,
  type ListQuery,
} from '#functions/web/app/pages/saved-audiences/search.ts'
import {
  audiencesOfTab,
  countsOf,
  recordsTogether,
  selectedAudiences,
} from '#functions/web/app/pages/saved-audiences/select-audiences.ts'
import { samplesOf } from '#functions/web/app/store/records.ts'
import { shownAudience, shownDistribution } from './audience-fixture.ts'

const usual = queryOf({})

/** An audience as it was pulled, of which nobody is to parse the row. */
function unparsed(shown: ReturnType<typeof shownAudience>, columns: ListedColumns): typeof shown {
  const fail = (): never => {
    throw new Error(`${shown.id} was parsed`)
  }
  const { record: _record, ...others } = { ...shown, listed: { ...columns, text: '{}' } }
  return Object.defineProperty(others, 'record', { get: fail }) as typeof shown
}

const namesOf = (list: ReturnType<typeof selectedAudiences>) => list.map(({ record }) => record.name)

describe('the address of the list', () => {
  it('says only what is not as usual, and opens the same list again', () => {
    const query: ListQuery = {
      ...usual,
      tab: 'archived',
      q: 'hikers',
      tag: ['always on', '10 %, or more'],
      view: 'table',
    }
    const search = searchOf(query)
    expect(search).toEqual({ tab: 'archived', q: 'hikers', tag: 'always on,10 %25%2C or more', view: 'table' })
    expect(queryOf(savedAudiencesSearch(search))).toEqual(query)
    expect(searchOf(usual)).toEqual({})
  })

  it('is read as far as it makes sense', () => {
    const search = { tab: 'other', sort: 3, view: null, status: 'active,gone', q: '2026', tag: 'autumn' }
    expect(savedAudiencesSearch(search)).toEqual({ status: 'active', q: '2026', tag: 'autumn' })
  })

  it('counts its filters, and loses them all together', () => {
    const query = { ...usual, q: ' x ', status: ['draft'], type: ['none'], tag: ['a', 'b'], view: 'table' } as const
    expect(filterCount(query)).toBe(5)
    expect(withoutFilters(query)).toEqual({ ...usual, view: 'table' })
    expect(toggled(['a'], 'b')).toEqual(['a', 'b'])
    expect(toggled(['a', 'b'], 'a')).toEqual(['b'])
  })
})

describe('the list of audiences', () => {
  it('has archived audiences apart from the others', () => {
    const all = [shownAudience(1), shownAudience(2, { status: 'archived' }), shownAudience(3, { status: 'draft' })]
    expect(audiencesOfTab(all, 'saved')).toHaveLength(2)
    expect(audiencesOfTab(all, 'archived')).toHaveLength(1)
    expect(countsOf(all)).toEqual({ active: 1, draft: 1, archived: 1 })
  })

  it('finds names, descriptions and questions, whatever their case and spelling', () => {
    const all = [
      shownAudience(1, { name: 'Cafe\u0301 visitors' }),
      shownAudience(2, { description: 'People who drink CAF\u00c9 noir' }),
      shownAudience(3, { original_query: 'who likes tea' }),
      shownAudience(4),
    ]
    expect(selectedAudiences(all, { ...usual, q: 'CAF\u00c9' })).toHaveLength(2)
    expect(namesOf(selectedAudiences(all, { ...usual, q: '  tea  WHO ' }))).toEqual(['Audience 3'])
    expect(selectedAudiences(all, { ...usual, q: 'nobody' })).toEqual([])
  })

  it('keeps to every filter together, to any value of one, and to all tags', () => {
    const all = [
      shownAudience(1, { data_type: 'first_party', metadata: { tags: ['autumn'] } }),
      shownAudience(2, { data_type: 'first_party', status: 'draft', metadata: { tags: ['win-back', 'autumn'] } }),
      shownAudience(3, { metadata: { tags: 'autumn' } }),
    ]
    const find = (query: Partial<typeof usual>) => namesOf(selectedAudiences(all, { ...usual, ...query }))
    expect(find({ type: ['first_party'], status: ['draft'] })).toEqual(['Audience 2'])
    expect(find({ type: ['first_party', 'none'], sort: 'oldest' })).toEqual(['Audience 1', 'Audience 2', 'Audience 3'])
    expect(find({ tag: ['win-back'] })).toEqual(['Audience 2'])
    expect(find({ tag: ['autumn'], sort: 'oldest' })).toEqual(['Audience 1', 'Audience 2'])
    expect(find({ tag: ['autumn', 'win-back'] })).toEqual(['Audience 2'])
    expect(find({ tag: ['autumn', 'gone'] })).toEqual([])
  })

  it('sorts unknown sizes last, whichever way the others run', () => {
    const all = [
      shownAudience(1, { total_audience_size: 0 }),
      shownAudience(2),
      shownAudience(3, { total_audience_size: 1_204_516_930 }),
      shownAudience(4, {
        segments: [
          { segment_id: 1, size: 40 },
          { segment_id: 2, size: 2 },
        ],
      }),
    ]
    expect(namesOf(selectedAudiences(all, { ...usual, sort: 'largest' })).map((name) => name.at(-1))).toEqual([
      '3',
      '4',
      '1',
      '2',
    ])
    expect(namesOf(selectedAudiences(all, { ...usual, sort: 'smallest' })).map((name) => name.at(-1))).toEqual([
      '1',
      '4',
      '3',
      '2',
    ])
  })

  it('sorts names as people do, and numbers in them as numbers', () => {
    const all = ['b 10', 'B 9', 'a', '\u00c4pfel'].map((name, at) => shownAudience(at, { name }))
    expect(namesOf(selectedAudiences(all, { ...usual, sort: 'name' }))).toEqual(['a', '\u00c4pfel', 'B 9', 'b 10'])
    expect(namesOf(selectedAudiences(all, { ...usual, sort: 'name_z' }))[0]).toBe('b 10')
  })

  it('keeps equal audiences in one order, whatever order they come in', () => {
    const all = [1, 2, 3].map((number) => shownAudience(number, { updated_at: '2026-11-01T00:00:00.000Z' }))
    const once = namesOf(selectedAudiences(all, usual))
    expect(namesOf(selectedAudiences(all.toReversed(), usual))).toEqual(once)
    expect(once).toEqual(['Audience 3', 'Audience 2', 'Audience 1'])
  })

  it('is counted and ordered by its last change without one record parsed', () => {
    const listed = [
      { status: 'active', updated_at: '2026-11-01T00:00:00.000Z' },
      { status: 'active', updated_at: '2026-11-03T00:00:00.000Z' },
      { status: 'archived', updated_at: '2026-11-02T00:00:00.000Z' },
    ]
    const all = listed.map((columns, at) => unparsed(shownAudience(at), columns))
    expect(countsOf(all)).toEqual({ active: 2, draft: 0, archived: 1 })
    const shown = selectedAudiences(audiencesOfTab(all, 'saved'), usual)
    expect(shown.map(({ id }) => id)).toEqual([all[1]!.id, all[0]!.id])
    expect(archivedByRetention(all, '2026-11-02T00:00:00.000Z')).toEqual([])
    expect(samplesOf(all)).toEqual([])
  })

  it('counts each tag once for an audience, the most used first', () => {
    const all = [
      shownAudience(1, { metadata: { tags: ['b', 'b', 'caf\u00e9'] } }),
      shownAudience(2, { metadata: { tags: ['cafe\u0301'] } }),
    ]
    expect(tagCounts(all)).toEqual([
      ['caf\u00e9', 2],
      ['b', 1],
    ])
  })

  it('renames a tag in its place, merges it into one that is there, and removes it, however it is spelled', () => {
    expect(withTagRenamed(['a', 'cafe\u0301', 'b'], 'caf\u00e9', 'bar')).toEqual(['a', 'bar', 'b'])
    expect(withTagRenamed(['a', 'b', 'c'], 'c', 'a')).toEqual(['a', 'b'])
    expect(withoutTag(['a', 'cafe\u0301'], 'caf\u00e9')).toEqual(['a'])
  })

  it('adds up the records of a selection, and says of how many it knows none', () => {
    expect(recordsTogether([shownAudience(1, { total_audience_size: 5 }), shownAudience(2)])).toEqual({
      known: 5,
      unknown_count: 1,
    })
  })
})

it('an audience is sent to the platforms that have it, each once, and a failed sending is none', () => {
  const of = (number: number, platform_id: string, status: 'completed' | 'failed' | 'scheduled' | 'pending') =>
    shownDistribution(number, { audience_id: 'a', platform_id, status })
  const words = (...distributions: ReturnType<typeof of>[]) => handOversInWords(handOversOf(distributions).get('a'))
  expect(words(of(1, 'p', 'completed'), of(2, 'p', 'pending'), of(3, 'q', 'pending'))).toBe('Sent to 2 platforms')
  expect(words(of(1, 'p', 'scheduled'), of(2, 'q', 'failed'))).toBe('Scheduled for 1 platform')
  expect(words(of(1, 'p', 'failed'))).toBe('Not sent yet')
  expect(words()).toBe('Not sent yet')
})

it('what retention archived is told until somebody changes it, and what was told before is not', () => {
  const archived = { status: 'archived', client_id: 'retention', updated_by: null } as const
  const all = [
    shownAudience(1, { ...archived, updated_at: '2026-11-20T00:00:00.000Z' }),
    shownAudience(2, { ...archived, updated_at: '2026-11-01T00:00:00.000Z' }),
    shownAudience(3, { ...archived, updated_by: 'demo_user', updated_at: '2026-11-20T00:00:00.000Z' }),
    shownAudience(4, { ...archived, status: 'active', updated_at: '2026-11-20T00:00:00.000Z' }),
  ]
  expect(archivedByRetention(all, '2026-11-10T00:00:00.000Z').map(({ record }) => record.name)).toEqual(['Audience 1'])
})
