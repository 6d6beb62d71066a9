import { isoTime, systemClock } from '#shared/base/clock.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { fasterClock } from '#tests/support/clock.ts'
import { createToyApp } from './toy-function.ts'

/**
 * The toy as a function is deployed: run by itself, or loaded by the framework's command. It waits `CLOCK_FACTOR` times
 * as fast.
 */
const clock = fasterClock(Number(process.env['CLOCK_FACTOR'] ?? 1), isoTime(systemClock.nowMs()))
export const audiences = deployable(import.meta.filename, (environment, overrides) =>
  createToyApp(environment, { ...overrides, clock }),
)

// Something that nobody catches, for the test of just that.
if (process.env['FAIL_AFTER_MS'] !== undefined) {
  void systemClock.sleep(Number(process.env['FAIL_AFTER_MS'])).then(() => {
    throw new Error('nobody catches this')
  })
}
