import { describe, expect, test } from 'vitest'

import { ticksUpTo } from '#functions/web/app/parts/ticks.ts'

describe('the ticks of an axis', () => {
  test.each([
    [0, [0]],
    [1, [0, 1]],
    [4, [0, 1, 2, 3, 4]],
    [17_104_388, [0, 5_000_000, 10_000_000, 15_000_000, 20_000_000]],
    [9_999_999_999, [0, 2_500_000_000, 5_000_000_000, 7_500_000_000, 10_000_000_000]],
  ])('up to %i are few and round', (highest, ticks) => {
    expect(ticksUpTo(highest)).toEqual(ticks)
  })
})
