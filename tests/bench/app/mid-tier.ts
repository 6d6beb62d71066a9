import { build } from 'esbuild'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'

/**
 * The benchmark index of a mid-range phone (a Pixel 5) by which Chromium's developer tools slow a page down to "mid-tier mobile".
 * https://github.com/ChromeDevTools/devtools-frontend/blob/main/front_end/panels/mobile_throttling/CalibrationController.ts
 */
const MID_TIER_INDEX = 1000
const RUNS = 5
const CORRECTIONS = 3

/** How much slower this machine's pages must be to be those of a mid-range phone, and what was measured for it. */
export interface MidTier {
  readonly slowdown: number
  /** Of this machine's pages. */
  readonly own_index: number
  /** Of slowed ones, now: another one than that of the phone tells that the machine has other work. */
  indexNow(): Promise<number>
  end(): Promise<void>
}

/**
 * The best of some runs counts: what else the machine does makes a processor slower, never faster.
 * @throws Error where this machine's pages are slower than those of the phone
 */
export async function calibrateMidTier(browser: Browser): Promise<MidTier> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  const entry = join(import.meta.dirname, 'page/processor-index.ts')
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, target: 'es2024', write: false })
  await page.evaluate(outputFiles[0]!.text)
  const indexAt = async (rate: number): Promise<number> => {
    await session.send('Emulation.setCPUThrottlingRate', { rate })
    let best = 0
    for (let run = 0; run < RUNS; run++) best = Math.max(best, await page.evaluate<number>('processorIndex()'))
    // A page that is slowed down keeps a processor busy also while it does nothing.
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    return best
  }
  const own_index = await indexAt(1)
  if (own_index < MID_TIER_INDEX)
    throw new Error(`an index of ${own_index.toFixed(0)}: no page here is as fast as the phone`)
  let slowdown = own_index / MID_TIER_INDEX
  for (let time = 0; time < CORRECTIONS; time++) {
    slowdown = Math.max(1, (slowdown * (await indexAt(slowdown))) / MID_TIER_INDEX)
  }
  return { slowdown, own_index, indexNow: () => indexAt(slowdown), end: () => context.close() }
}
