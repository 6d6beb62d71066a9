import type * as z from 'zod/mini'

import type { Clock } from '../base/clock.ts'
import type { PlatformCall, CallResult } from './http-call.ts'
import type { AdPlatformSettings } from './settings.ts'
import type { Named, TestOutcome } from './test-outcome.ts'

export interface TestContext {
  readonly settings: AdPlatformSettings
  /** The only way to send a request; it enforces the limits of time and size. */
  readonly call: (call: PlatformCall) => Promise<CallResult>
  readonly clock: Clock
}

/** One platform type: its credential fields, and the cheapest real call that proves that they work. */
export interface AdPlatform extends Named {
  /** Strict. Every value is a string of limited length that cannot break out of a header, a path or a host. */
  readonly credentials: z.ZodMiniType<object>
  /** The fields that are not secret: their last four characters may be shown. */
  readonly shown_fields: readonly string[]
  /** Credentials that do not fit the schema are `bad_token`: they may have been stored before today's fields. */
  readonly test: (credentials: unknown, context: TestContext) => Promise<TestOutcome>
}

interface Definition<S extends z.ZodMiniType<object>> extends Named {
  readonly credentials: S
  readonly shown_fields: readonly (keyof z.output<S> & string)[]
  readonly test: (credentials: z.output<S>, context: TestContext) => Promise<TestOutcome>
}

const UNREADABLE: TestOutcome = {
  code: 'bad_token',
  message: 'The stored credentials lack fields that this platform needs. Enter the credentials again.',
}

/** Defines an adapter; its `test` gets the credentials with the types of its fields. */
export function adPlatform<S extends z.ZodMiniType<object>>(definition: Definition<S>): AdPlatform {
  return {
    ...definition,
    test: async (credentials, context) => {
      const parsed = definition.credentials.safeParse(credentials)
      return parsed.success ? definition.test(parsed.data, context) : UNREADABLE
    },
  }
}
