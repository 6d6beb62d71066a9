import { beforeAll, expect, test, vi } from 'vitest'

import { buildSimulation } from './build.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from './thread.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

const LOT = 50
let code: string

beforeAll(async () => {
  code = await buildSimulation({ edits: SMALL_LIMITS })
})

test.each(seedsFrom(0, 30).map((at) => 500 + at * LOT + 1))(
  'with every limit reached nothing acknowledged is lost, doubled or changed: fifty histories from %i',
  async (first) => {
    expect(await runSeeds(code, seedsFrom(first, LOT))).toBeUndefined()
  },
)
