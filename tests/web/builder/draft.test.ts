import { describe, expect, it } from 'vitest'

import { faultsOf, unconfirmedReason } from '#functions/web/app/pages/builder/model/checks.ts'
import { type BuilderDraft, draftIn, EMPTY_DRAFT, nameOf } from '#functions/web/app/pages/builder/model/draft.ts'
import { audienceOf, draftOf, knownSizes } from '#functions/web/app/pages/builder/model/record.ts'
import { newSegment } from '#functions/web/app/pages/builder/model/segments.ts'
import { percentIn, percentText } from '#functions/web/app/pages/builder/model/relevance.ts'
import { sizeIn } from '#functions/web/app/pages/builder/model/sizes.ts'
import type { Audience } from '#functions/web/app/store/records.ts'
import { creationOf } from '#shared/client/store/edits.ts'
import { newRecord } from '#shared/client/store/kinds.ts'

const segment = (name: string, size: string, more: object = {}) => ({ ...newSegment([]), name, size, ...more })
const withSegments = (...segments: BuilderDraft['segments']): BuilderDraft => ({
  ...EMPTY_DRAFT,
  name: 'Movers',
  segments: segments.map((one, at) => ({ ...one, segment_id: at })),
})

describe('a size', () => {
  it.each([
    ['184,200', 184_200],
    ['184.200', 184_200],
    ['1 204 516 930', 1_204_516_930],
    ['1\u202F204\u202F516', 1_204_516],
    ['12400.0', 12_400],
    ['0', 0],
    ['', null],
    ['Not known yet', null],
    ['NaN', null],
    ['12.5', undefined],
    ['12,40', undefined],
    ['1,234.567', undefined],
    ['-5', undefined],
    ['12k', undefined],
    ['99999999999999999999', undefined],
  ])('typed as “%s” is %s', (text, size) => {
    expect(sizeIn(text)).toBe(size)
  })

  it('that is unknown is never counted as 0', () => {
    const draft = withSegments(
      segment('Known', '96,300'),
      segment('Unknown', ''),
      segment('Left out', '7', { is_kept: false }),
    )
    expect(knownSizes(draft)).toEqual({ total: 96_300, known: 1, of: 2 })
    expect(audienceOf(draft)).toMatchObject({
      total_audience_size: null,
      segments: [
        { name: 'Known', size: 96_300, size_percentage: null },
        { name: 'Unknown', size: null, size_percentage: null },
      ],
    })
  })

  it('of every segment makes the whole, with the share of each', () => {
    const draft = withSegments(segment('One', '300'), segment('Two', '100'))
    expect(audienceOf(draft)).toMatchObject({
      total_audience_size: 400,
      segments: [{ size_percentage: 75 }, { size_percentage: 25 }],
    })
  })
})

describe('a relevance', () => {
  it.each([
    ['95', 0.95],
    ['87.5 %', 0.875],
    ['87,5', 0.875],
    ['0', 0],
    ['100', 1],
    ['', null],
    ['101', undefined],
    ['high', undefined],
  ])('typed as “%s” is %s', (text, score) => {
    expect(percentIn(text)).toBe(score)
  })

  it.each([0, 0.875, 0.95, 1, null])('of %s is read again from its field', (score) => {
    expect(percentIn(percentText(score))).toBe(score)
  })
})

describe('the name of a draft', () => {
  it('is the beginning of the description until somebody types one', () => {
    expect(nameOf({ name: '', words: '  people who moved. And more' })).toBe('People who moved')
    expect(nameOf({ name: ' Movers ', words: 'people who moved' })).toBe('Movers')
    expect(nameOf({ name: '', words: ' ' })).toBe('')
  })

  it('is cut between words, and has no limit of its own where the user typed it', () => {
    const words = 'households that moved in the last six months and buy pet food every single month'
    expect(nameOf({ name: '', words })).toBe('Households that moved in the last six months and buy pet…')
    expect(nameOf({ name: 'x'.repeat(300), words: '' })).toHaveLength(300)
  })
})

describe('a kept draft', () => {
  it('of which nothing was kept is the empty one', () => {
    expect(draftIn({})).toEqual(EMPTY_DRAFT)
  })

  it('is read again as it was', () => {
    const draft = { ...withSegments(segment('One', '1')), tags: ['spring'], data_type: 'clean_room' as const }
    expect(draftIn(JSON.parse(JSON.stringify(draft)) as BuilderDraft)).toEqual(draft)
  })

  it('of another release loses only what cannot be read', () => {
    const kept = { words: 'movers', name: 7, segments: [{ segment_id: 1, name: 'One' }, 'no segment'], later: true }
    expect(draftIn(kept)).toMatchObject({
      words: 'movers',
      name: '',
      segments: [{ segment_id: 1, name: 'One', is_kept: true }],
    })
  })
})

describe('an audience made of a draft', () => {
  const full: BuilderDraft = {
    words: 'Households that moved',
    data_type: 'third_party',
    variables: [
      { code: 'PET_DOG', description: 'Owns a dog', category: 'Household', type: 'demographic', relevance: '95' },
      { code: 'OWN_1', description: '', category: '', type: '', relevance: '' },
    ],
    suggestions: [],
    segments: [segment('Move-in month', '184200', { note: 'Moved in the last 60 days' })],
    is_confirmed: true,
    name: 'New-home movers with pets',
    campaign: 'spring_26',
    tags: ['pets', 'movers'],
  }

  it('is one that the service takes, and comes back as the same draft', () => {
    const value = audienceOf(full)
    expect(() => creationOf('audience', value)).not.toThrow()
    const record = newRecord('audience', 'aud_1', value, null) as unknown
    expect(draftOf(record as Audience)).toEqual(full)
  })

  it('is a draft before its segments are confirmed, and active after', () => {
    expect(audienceOf({ ...full, is_confirmed: false })['status']).toBe('draft')
    expect(audienceOf(full)['status']).toBe('active')
  })

  it('keeps what the builder does not show', () => {
    const one = segment('One', '5', { characteristics: { region: 'west' }, prizm_segments: ['04'] })
    expect(audienceOf({ ...full, segments: [one] })['segments']).toMatchObject([
      { characteristics: { region: 'west' }, prizm_segments: ['04'] },
    ])
  })
})

describe('the faults of a draft', () => {
  it('are told beside their fields, and not of segments that are left out', () => {
    const draft = withSegments(segment('', 'many'), segment('', 'many', { is_kept: false }))
    const faults = faultsOf({ ...draft, name: '', words: 'x'.repeat(5001) })
    expect(faults.map(({ step, field }) => `${step} ${field}`)).toEqual([
      'describe words',
      'segments segments.0.name',
      'segments segments.0.size',
    ])
  })

  it('are none of a description alone', () => {
    expect(faultsOf({ ...EMPTY_DRAFT, words: 'movers' })).toEqual([])
    expect(faultsOf(EMPTY_DRAFT)).toMatchObject([{ field: 'name' }])
  })

  it('keep segments from being confirmed only where there are none', () => {
    expect(unconfirmedReason(EMPTY_DRAFT)?.words).toMatch(/no segments/)
    expect(unconfirmedReason(withSegments(segment('One', '', { is_kept: false })))?.words).toMatch(/left out/)
    expect(unconfirmedReason(withSegments(segment('One', '')))).toBeUndefined()
  })
})
