import { describe, test, type TestContext } from 'vitest'

/**
 * What `npm test` leaves to `npm run test:long`: more of the same, and cases that take long. Nothing is left out for
 * good: CI runs both, and infra/docs/testing.md says what runs where.
 */
const IS_LONG = process.env['TEST_EFFORT'] === 'long'

/** How much of something is tried: `few` in `npm test`, `many` in `npm run test:long`. */
export function effort(few: number, many: number): number {
  return IS_LONG ? many : few
}

/** `few` for `npm test`, which some of the cases represent; all of them for `npm run test:long`. */
export function someOf<T>(all: readonly T[], isAmongFew: (one: T) => boolean): readonly T[] {
  return IS_LONG ? all : all.filter(isAmongFew)
}

interface Registration {
  (title: string, run: (context: TestContext) => Promise<void> | void, timeout_ms?: number): void
  (title: string, options: { timeout: number }, run: (context: TestContext) => Promise<void> | void): void
  readonly each: typeof test.each
}

const leftOut: Registration = Object.assign(() => undefined, { each: () => () => undefined })

/** `test`, in `npm run test:long` only. */
export const longTest: Registration = IS_LONG ? test : leftOut

/** `describe`, in `npm run test:long` only. */
export const longDescribe: (title: string, register: () => void) => void = IS_LONG ? describe : () => undefined
