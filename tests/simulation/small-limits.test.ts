import { beforeAll, expect, test, vi } from 'vitest'

import { effort, longTest } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { buildSimulation } from './build.ts'
import { SMALL_LIMITS } from './small-limits.ts'
import { PATIENCE_MS, runSeeds, seedsFrom } from './thread.ts'

vi.setConfig({ testTimeout: PATIENCE_MS })

/** 3 histories in `npm test`, 3000 in `npm run test:long`; other ones than those of history.test.ts. */
const BATCH = effort(3, 50)
const FIRSTS = Array.from({ length: effort(1, 60) }, (_, at) => FIRST_SEED + 500 + at * BATCH)
/** In any of the histories. */
const reached = new Set<string>()
let code: string

beforeAll(async () => {
  code = await buildSimulation({ edits: SMALL_LIMITS })
})

test.each(FIRSTS)(
  `with every limit reached nothing acknowledged is lost, doubled or changed: ${BATCH} histories from %i`,
  async (first) => {
    const onReached = (some: readonly string[]): void => some.forEach((one) => reached.add(one))
    expect(await runSeeds(code, seedsFrom(first, BATCH), onReached)).toBeUndefined()
  },
)

longTest('and every limit that refuses something was reached, a key was remembered, and one had expired', () => {
  expect([...reached]).toEqual(
    expect.arrayContaining([
      'record_bytes',
      'object_rows',
      'object_bytes',
      // The keys of an object, and the queue of an instance.
      'too-many-requests',
      'too-many-requests for all',
      'idempotency-mismatch',
      'a key is remembered',
      'a key has expired',
    ]),
  )
})
