import { describe, expect, it } from 'vitest'

import { conflictOf, keepingInWords } from '#functions/web/app/aside/conflicts.ts'
import { differencesOf } from '#functions/web/app/audiences/differences.ts'
import { wordDifference } from '#functions/web/app/aside/word-difference.ts'
import {
  deedInWords,
  doerInWords,
  restorationOf,
  versionsBefore,
  type Version,
} from '#functions/web/app/pages/audience/history.ts'
import { segmentChart } from '#functions/web/app/pages/audience/segment-bars.ts'
import type { Change, OutboxEntry, ServerRow } from '#shared/client/store/entries.ts'
import { shownAudience } from './audience-fixture.ts'

describe('what differs between two versions', () => {
  it('is told field by field, in words', () => {
    const before = shownAudience(1, {
      name: 'Trail runners west',
      total_audience_size: null,
      segments: [
        { segment_id: 1, name: 'Early risers', size: 151_900 },
        { segment_id: 2, name: 'Gone', size: null },
      ],
      metadata: { tags: ['a'], campaign_id: 'X' },
    }).record
    const after = {
      ...before,
      name: 'Weekend trail runners',
      total_audience_size: 168_344,
      status: 'archived',
      segments: [
        { segment_id: 1, name: 'Early risers', size: 168_344 },
        { segment_id: 3, name: 'New', size: 0 },
      ],
      metadata: { tags: ['a', 'b'] },
    }
    expect(differencesOf(before, after).map(({ label, before: was, after: is }) => [label, was, is])).toEqual([
      ['Status', 'Active', 'Archived'],
      ['Name', 'Trail runners west', 'Weekend trail runners'],
      ['Records', null, '168,344'],
      ['Tags', 'a', 'a, b'],
      ['Campaign', 'X', null],
      ['Early risers, records', '151,900', '168,344'],
      ['Segment Gone', 'Size not known yet', null],
      ['Segment New', null, '0'],
    ])
  })

  it('leaves out fields whose former values were not kept', () => {
    expect(differencesOf({ name: 'A' }, { name: 'A', segments: [] })).toEqual([])
  })

  it('is marked word by word', () => {
    const differing = (text: string, other: string) =>
      wordDifference(text, other)
        .filter(({ differs }) => differs)
        .map(({ text: part }) => part)
    expect(differing('Early holiday gift planners, before November', 'Early holiday gift planners 2026')).toEqual([
      'planners, before November',
    ])
    expect(differing('one two', 'one two')).toEqual([])
    expect(
      wordDifference('a  b c', 'a c')
        .map(({ text }) => text)
        .join(''),
    ).toBe('a  b c')
  })
})

describe('the history', () => {
  const version = (fields: Partial<Version>): Version => ({
    version: 5,
    at: '2026-11-01T00:00:00.000Z',
    by: 'me',
    via: 'sync',
    client_id: 'here',
    changed: [],
    ...fields,
  })

  it('says what was done', () => {
    expect(deedInWords(version({ version: 1 }))).toBe('Created')
    expect(deedInWords(version({ changed: ['name', 'segments', 'audience_size'] }))).toBe(
      'Renamed and segments changed',
    )
    expect(deedInWords(version({ changed: ['name', 'description', 'segments', 'metadata'] }))).toBe(
      'Renamed, description changed and 2 more',
    )
    expect(deedInWords(version({ via: 'retention', changed: ['status'] }))).toBe('Archived by the retention rule')
    expect(deedInWords(version({ changed: ['status'] }), 'archived')).toBe('Moved to Archived')
  })

  it('compares a version with the one that it was made of, as far as that is kept', () => {
    const versions = [7, 6, 2].map((number) => version({ version: number }))
    expect(versionsBefore(versions, { kept_since_version: 1, has_more: false })).toEqual([6, 2, 1])
    expect(versionsBefore(versions, { kept_since_version: 1, has_more: true })).toEqual([6, 2, null])
    expect(versionsBefore(versions, { kept_since_version: 2, has_more: false })).toEqual([6, 2, null])
  })

  it('says who did it, and where', () => {
    const me = { user_id: 'me', client_id: 'here' }
    expect(doerInWords(version({}), me)).toBe('You, this device')
    expect(doerInWords(version({ client_id: 'other' }), me)).toBe('You, another device')
    expect(doerInWords(version({ client_id: null }), me)).toBe('You')
    expect(doerInWords(version({ by: null, via: 'retention', client_id: 'retention' }), me)).toBe('Automatic')
  })

  it('restores every field but the status, and takes out members that were not there', () => {
    const now = shownAudience(1, {
      name: 'New',
      status: 'archived',
      metadata: { tags: ['x'], campaign_id: 'Y' },
    }).record
    const { set, unset, differences } = restorationOf(now, {
      ...now,
      name: 'Old',
      status: 'active',
      metadata: { tags: [] },
    })
    expect(set).toEqual({ name: 'Old', metadata: { tags: [] } })
    expect(unset).toEqual({ metadata: ['campaign_id'] })
    expect(differences.map(({ label }) => label)).toEqual(['Name', 'Tags', 'Campaign'])
  })
})

describe('a conflict', () => {
  const server = { ...shownAudience(1, { name: 'Theirs', metadata: { campaign_id: 'T' } }).record } as ServerRow
  const entry = (change: Change, fields: readonly string[], there: ServerRow | null = server): OutboxEntry => ({
    seq: 7,
    mutation_id: 'm',
    kind: 'audience',
    id: 'a',
    change,
    refers_to: [],
    made_at: '2026-11-28T10:42:00.000Z',
    aside: { status: 'conflict', fields, server: there, reason: '', problem: {} },
  })
  const patch: Change = {
    op: 'patch',
    base_version: 1,
    set: { name: 'Mine', metadata: { campaign_id: null } },
    base: {},
  }

  it('shows both values of the fields that conflict, and of no others', () => {
    const conflict = conflictOf(entry(patch, ['name']))!
    expect(conflict.fields).toEqual([{ field: 'name', label: 'Name', mine: 'Mine', theirs: 'Theirs' }])
    expect(keepingInWords(conflict, 'mine')).toBe('Keep this device\u2019s name')
    expect(keepingInWords(conflict, 'theirs')).toBe('Keep the other device\u2019s name')
  })

  it('shows members of free objects by themselves', () => {
    expect(conflictOf(entry(patch, []))?.fields.map(({ label, mine, theirs }) => [label, mine, theirs])).toEqual([
      ['Name', 'Mine', 'Theirs'],
      ['Campaign', null, 'T'],
    ])
  })

  it('with a deletion says what each choice does', () => {
    const deleted_there = conflictOf(entry(patch, ['deleted'], { ...server, deleted: true }))!
    expect(deleted_there).toMatchObject({ kind: 'deleted_there', fields: [] })
    expect(keepingInWords(deleted_there, 'mine')).toBe('Bring it back with my changes')
    const deleted_here = conflictOf(entry({ op: 'delete', base_version: 1 }, []))!
    expect(keepingInWords(deleted_here, 'theirs')).toBe('Keep it with the other changes')
  })

  it('with a service that was put back names the service, not another device', () => {
    const made = entry(patch, ['name'])
    const offer = conflictOf({ ...made, aside: { ...made.aside!, problem: { code: 'put-back' } } })!
    expect(keepingInWords(offer, 'theirs')).toBe('Keep the service\u2019s name')
    expect(offer.other).toBe('service')
  })

  it('is no refusal', () => {
    const refused = entry(patch, [])
    expect(conflictOf({ ...refused, aside: { ...refused.aside!, status: 'invalid' } })).toBeUndefined()
  })
})

describe('the chart of segments', () => {
  const named = (name: string, size: number | null, at: number) => ({ segment_id: at, name, size })

  it('has the largest first, unknown ones last, and an axis from zero with few lines', () => {
    const sizes = [
      ['c', 288_589],
      ['a', 1_106_260],
      ['?', null],
      ['b', 745_523],
    ] as const
    const { bars, ticks, axis_max } = segmentChart(
      sizes.map(([name, size], at) => named(name, size, at)),
      2_404_912,
    )
    expect(bars.map(({ name }) => name)).toEqual(['a', 'b', 'c', '?'])
    expect(bars.map(({ share }) => (share === null ? null : Math.round(share * 1000) / 10))).toEqual([46, 31, 12, null])
    expect(ticks).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    expect(axis_max).toBe(0.5)
  })

  it('takes the segments together where the total is unknown or less than they are', () => {
    expect(segmentChart([named('a', 30, 1), named('b', 10, 2)], 5).bars[0]!.share).toBe(0.75)
    expect(segmentChart([named('a', 0, 1)], null).bars[0]!.share).toBeNull()
    expect(segmentChart([], null)).toEqual({ bars: [], axis_max: 0.01, ticks: [0, 0.01] })
  })
})
