import { createAudiencesApp } from '#functions/audiences/index.ts'
import { type Clock, isoTime, systemClock } from '#shared/base/clock.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { fasterClock } from '#tests/support/clock.ts'

/**
 * The audiences function as a process whose clock can be set: it runs `CLOCK_FACTOR` times as fast, and jumps by the
 * milliseconds of every message `{step_ms}`, which it answers with the same.
 */
const steady = fasterClock(Number(process.env['CLOCK_FACTOR'] ?? 1), isoTime(systemClock.nowMs()))
let offset_ms = 0
const clock: Clock = { ...steady, nowMs: () => steady.nowMs() + offset_ms }

process.on('message', (message: { step_ms: number }) => {
  offset_ms += message.step_ms
  process.send?.(message)
})
process.once('disconnect', () => process.exit(0))

export const audiences = deployable(import.meta.filename, (environment, overrides) =>
  createAudiencesApp(environment, { ...overrides, clock }),
)
