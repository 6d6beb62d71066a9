import { systemClock } from '#shared/base/clock.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { createToyApp } from './toy-function.ts'

/** The toy as a function is deployed: run by itself, or loaded by the framework's command. */
export const audiences = deployable(import.meta.filename, createToyApp)

// Something that nobody catches, for the test of just that.
if (process.env['FAIL_AFTER_MS'] !== undefined) {
  void systemClock.sleep(Number(process.env['FAIL_AFTER_MS'])).then(() => {
    throw new Error('nobody catches this')
  })
}
