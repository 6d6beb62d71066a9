import { http } from '@google-cloud/functions-framework'
import * as testing from '@google-cloud/functions-framework/testing'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A function as the framework knows it: called once for every request. */
export type FrameworkHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The two things that we use of the framework; a test puts a changed one in its place. */
export interface Framework {
  http: (name: string, handler: FrameworkHandler) => void
  /** Of the testing entry, which is in beta: a later version may lack it. */
  getFunction: ((name: string) => unknown) | undefined
}

const INSTALLED: Framework = { http, getFunction: testing.getFunction }

/**
 * Registers `handler` with the framework and takes it back out of the registry, past the framework's own wrapper, which
 * would run every request in a `node:domain` and so slow every promise of the process (decision 0004).
 * @throws when the framework does not return `handler` itself, so that a changed framework stops the process at its start
 */
export function registerFunction(
  name: string,
  handler: FrameworkHandler,
  { http: register, getFunction }: Framework = INSTALLED,
): FrameworkHandler {
  register(name, handler)
  const registered = getFunction?.(name)
  if (registered === handler) return handler
  const found = getFunction === undefined ? 'has no getFunction' : `returned ${describe(registered)} for "${name}"`
  throw new Error(
    `@google-cloud/functions-framework/testing ${found}; expected the function that was registered under this name. ` +
      'Was the framework upgraded? See infra/docs/decisions/0004-our-own-process-entry.md',
  )
}

function describe(value: unknown): string {
  return typeof value === 'function' ? 'another function' : String(value)
}
