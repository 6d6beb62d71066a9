/// <reference types="node" />
'use strict'

/**
 * The date on which tests run: the same day on every day of the year, so that nothing depends on the calendar. The
 * worker of a test starts on TEST_DATE (`npm run test:long -- --at` sets another), and time passes as it does. Processes
 * that it starts have the same date: NODE_OPTIONS loads this file there, and TEST_DATE_OFFSET_MS says how far to shift.
 */
const TEST_DAY = '2026-10-14T09:00:00Z'

const SystemDate = globalThis.Date
const { env } = process
const wanted = env['TEST_DATE'] ?? TEST_DAY
const offset_ms = Number(env['TEST_DATE_OFFSET_MS'] ?? SystemDate.parse(wanted) - SystemDate.now())
if (Number.isNaN(offset_ms)) throw new Error(`TEST_DATE must be a time like ${TEST_DAY}, not ${wanted}`)
env['TEST_DATE_OFFSET_MS'] = String(offset_ms)
const options = env['NODE_OPTIONS'] ?? ''
if (!options.includes(__filename)) env['NODE_OPTIONS'] = `${options} --require=${__filename}`.trim()

const now = () => SystemDate.now() + offset_ms

/**
 * A proxy and not a subclass, so that dates which Node itself makes are still `instanceof Date`.
 * @type {DateConstructor}
 */
const ShiftedDate = new Proxy(SystemDate, {
  apply: () => new SystemDate(now()).toString(),
  construct: (target, values, newTarget) =>
    /** @type {Date} */ (
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget === ShiftedDate ? target : newTarget)
    ),
  get: (target, name) => (name === 'now' ? now : /** @type {unknown} */ (Reflect.get(target, name))),
})
SystemDate.prototype.constructor = ShiftedDate
globalThis.Date = ShiftedDate
