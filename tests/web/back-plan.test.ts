import { describe, expect, it } from 'vitest'

import { earliestMs, momentFault, planGroups, type Left, type Undone } from '#functions/web/app/frame/back/back-plan.ts'

const undone = (name: string | null, fields: Partial<Undone> = {}): Undone => ({
  kind: 'audience',
  id: `aud_${name}`,
  name,
  change: 'changed',
  fields: [],
  kept: [],
  ...fields,
})
const left = (name: string, reason: string): Left => ({ kind: 'audience', id: `aud_${name}`, name, reason })

describe('what going back does', () => {
  it('is told in groups: what goes, what comes back, what is as it was, and why something is left', () => {
    const groups = planGroups({
      undone: [
        undone('Runners', { fields: ['name', 'status'] }),
        undone('Movers', { change: 'deleted' }),
        undone('Hikers', { change: 'deleted' }),
        undone('Our Meta', { kind: 'platform', change: 'restored', kept: ['credentials'] }),
      ],
      left: [left('Planners', 'changed_by_others'), left('Others', 'a reason of a later release')],
    })
    expect(groups.map(({ title, lines, is_left }) => [title, is_left, ...lines])).toEqual([
      ['2 audiences that were made since are deleted', false, 'Movers', 'Hikers'],
      ['1 platform that was deleted since comes back', false, 'Our Meta (credentials as now)'],
      ['1 audience is as it was then', false, 'Runners: name and status'],
      ['1 audience was changed by somebody else since', true, 'Planners'],
      ['1 audience stays as it is', true, 'Others'],
    ])
  })

  it('names a record without a name by its kind', () => {
    const [group] = planGroups({ undone: [undone(null, { kind: 'distribution', change: 'deleted' })], left: [] })
    expect(group?.lines).toEqual(['A distribution without a name'])
  })
})

it('a moment lies in the last day, and has passed', () => {
  const now_ms = Date.parse('2026-11-28T14:05:30.000Z')
  expect(momentFault(now_ms - 60_000, now_ms)).toBeUndefined()
  expect(momentFault(earliestMs(now_ms), now_ms)).toBeUndefined()
  expect(momentFault(earliestMs(now_ms) - 1, now_ms)).toContain('last 24 hours')
  expect(momentFault(now_ms + 1, now_ms)).toContain('has passed')
  expect(momentFault(Number.NaN, now_ms)).toContain('Choose a day')
})
