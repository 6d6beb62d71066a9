import { describe, expect, it } from 'vitest'

import { firstAndLast, sizeChart } from '#functions/web/app/pages/audience/size-chart.ts'

const at = (version: number) => `2026-11-${String(version).padStart(2, '0')}T08:00:00.000Z`
const segment = (segment_id: number, size: number | null, name: string | null = null) => ({ segment_id, name, size })

describe('sizes over time', () => {
  it('run from the earliest to now, with the largest segments of now first and the rest of the total beside them', () => {
    const chart = sizeChart([
      { version: 3, at: at(3), total: 100, segments: [segment(1, 20, 'Early'), segment(2, 50)] },
      { version: 1, at: null, total: 40, segments: [segment(1, 40, 'Old name')] },
    ])
    expect(chart.segments).toEqual([
      { id: '2', name: 'Segment 2' },
      { id: '1', name: 'Early' },
    ])
    expect(chart.bars).toEqual([
      { version: 1, at: null, total: 40, segments: [null, 40], others: 0 },
      { version: 3, at: at(3), total: 100, segments: [50, 20], others: 30 },
    ])
    expect(firstAndLast(chart)).toEqual({ first: 40, last: 100 })
  })

  it('are those of the segments together where nobody has said the total', () => {
    const chart = sizeChart([{ version: 1, at: at(1), total: null, segments: [segment(1, 4), segment(2, null)] }])
    expect(chart.bars).toMatchObject([{ total: 4, segments: [4, null], others: 0 }])
  })

  it('that nobody knew are unknown, not nothing', () => {
    const chart = sizeChart([{ version: 1, at: at(1), total: null, segments: null }])
    expect(chart.bars).toMatchObject([{ total: null, segments: [] }])
    expect(firstAndLast(chart)).toBeUndefined()
  })

  it('show no more segments than there are colours, and no more versions than there is room for', () => {
    const sizes = Array.from({ length: 40 }, (_, number) => ({
      version: 40 - number,
      at: at(1),
      total: 9,
      segments: [1, 2, 3, 4, 5, 6, 7].map((id) => segment(id, id)),
    }))
    const chart = sizeChart(sizes)
    expect(chart.bars.at(-1)?.version).toBe(40)
    expect(chart.bars.length).toBeLessThan(40)
    expect(chart.segments.map(({ id }) => id)).toEqual(['7', '6', '5', '4', '3'])
  })
})
