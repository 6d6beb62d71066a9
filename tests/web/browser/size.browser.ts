import { expect, test } from 'vitest'

import { initialBytes } from './initial-files.ts'
import { startWebSite } from './web-site.ts'

const INITIAL_BYTES_MAX = 180_000

test('the scripts that every page waits for are at most 180 kB, compressed', async () => {
  // It builds the app.
  await (await startWebSite()).end()
  const initial_bytes = await initialBytes()
  expect(initial_bytes).toBeGreaterThan(50_000)
  expect(initial_bytes).toBeLessThanOrEqual(INITIAL_BYTES_MAX)
})
