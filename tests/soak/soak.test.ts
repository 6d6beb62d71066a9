import { expect, test } from 'vitest'

import { SEEDS } from '#tests/faults/rounds.ts'
import { soak } from './soak.ts'

/** Ten seconds of work; the rest is the start of 13 processes. */
const MINUTES = 1 / 6

test(
  'all functions under all clients, with faults and kill -9, lose and double nothing, and answer at the end',
  { timeout: 300_000 },
  async () => {
    const { figures, faults } = await soak({ minutes: MINUTES, seed: SEEDS[0]!, print: () => undefined })
    expect(faults).toEqual([])
    expect(figures.join('\n')).toMatch(/changes: [1-9]\d* acknowledged/)
    expect(figures.join('\n')).toMatch(/\d kill -9 of \w+/)
  },
)
