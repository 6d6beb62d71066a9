import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { FunctionName } from '#shared/contract/functions.ts'

/** The revision under test, and the URL that reaches only it. */
export interface Candidate {
  readonly name: FunctionName
  readonly revision: string
  readonly url: string
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON body; an empty object when the response has none. */
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * The smoke user's device, for as long as the rollout runs: one for all rounds, so that what it was answered is acknowledged
 * by its next push, and the server's ledger does not keep a client per round.
 */
export interface SmokeDevice {
  readonly client_id: string
  /** Of the last change that was sent, and of the last one that got a final answer. */
  seq: number
  acked: number
}

/** The tools of a function's smoke steps. */
export interface SmokeContext {
  readonly candidate: Candidate
  readonly device: SmokeDevice
  /** For ids that the device makes itself, and for waits. */
  readonly clock: Clock
  readonly random: Random
  /** Sends a request as the smoke user; `anonymous` sends no token. */
  readonly call: (method: string, path: string, body?: unknown, options?: { anonymous?: boolean }) => Promise<Reply>
  /** Whether the data bucket has an object of exactly this name. */
  readonly objectExists: (name: string) => Promise<boolean>
  /** Whether the bucket of the app's assets has an object of exactly this name. */
  readonly assetExists: (name: string) => Promise<boolean>
  /** Runs one step; skips it after a failed one. */
  readonly step: (name: string, work: () => Promise<void>) => Promise<void>
  /** Runs even after a failed step, to remove the records that the test created. */
  readonly cleanUp: (name: string, work: () => Promise<void>) => Promise<void>
}

/** The body of a response with this status. @throws Error for any other status */
export function expectStatus({ status, body }: Pick<Reply, 'status' | 'body'>, expected: number): Reply['body'] {
  if (status === expected) return body
  const { detail } = body
  throw new Error(`answered ${status} instead of ${expected}${typeof detail === 'string' ? `: ${detail}` : ''}`)
}
