import type { FunctionName } from '#shared/contract/functions.ts'

/** The revision under test, and the URL that reaches only it. */
export interface Candidate {
  readonly name: FunctionName
  readonly revision: string
  readonly url: string
}

export interface Reply {
  readonly status: number
  /** The JSON body; an empty object when the response has none. */
  readonly body: Readonly<Record<string, unknown>>
}

/** The tools of a function's smoke steps. */
export interface SmokeContext {
  readonly candidate: Candidate
  /** Sends a request as the smoke user; `anonymous` sends no token. */
  readonly call: (method: string, path: string, body?: unknown, options?: { anonymous?: boolean }) => Promise<Reply>
  /** Whether the data bucket has an object of exactly this name. */
  readonly objectExists: (name: string) => Promise<boolean>
  /** Runs one step; skips it after a failed one. */
  readonly step: (name: string, work: () => Promise<void>) => Promise<void>
  /** Runs even after a failed step, to remove the records that the test created. */
  readonly cleanUp: (name: string, work: () => Promise<void>) => Promise<void>
}
