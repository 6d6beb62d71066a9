import type { FunctionName } from '#shared/contract/functions.ts'

/** A revision without traffic, or with some, at the URL that leads to it alone. */
export interface Candidate {
  readonly name: FunctionName
  readonly revision: string
  readonly url: string
}

export interface Reply {
  readonly status: number
  /** The JSON of the answer; an empty object when it has none. */
  readonly body: Readonly<Record<string, unknown>>
}

/** What the steps of a function work with. */
export interface Visit {
  readonly candidate: Candidate
  /** As the smoke user; `anonymous` sends no token. */
  readonly call: (method: string, path: string, body?: unknown, options?: { anonymous?: boolean }) => Promise<Reply>
  /** Whether the data bucket has an object of exactly this name. */
  readonly objectExists: (name: string) => Promise<boolean>
  /** Runs one step; steps after a failed one do not run. */
  readonly step: (name: string, work: () => Promise<void>) => Promise<void>
  /** Runs although a step has failed: to remove what was made. */
  readonly cleanUp: (name: string, work: () => Promise<void>) => Promise<void>
}
