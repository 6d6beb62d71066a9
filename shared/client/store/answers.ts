import type { JsonRecord, ServerRow } from './entries.ts'

/** The sync function as the store calls it. `shared/client/api` has it; tests have others. */
export interface SyncServer {
  pull(body: PullBody, signal: AbortSignal): Promise<SyncResult<PullAnswer>>
  push(body: PushBody, signal: AbortSignal): Promise<SyncResult<PushAnswer>>
}

export interface PullBody {
  readonly client_id: string
  readonly cursor: string | null
  readonly limit_bytes?: number
  readonly client?: JsonRecord
}

export interface PullAnswer {
  readonly partitions: readonly PulledPartition[]
  readonly cursor: string
  readonly more: boolean
  readonly unreadable?: readonly string[] | undefined
}

export interface PulledPartition {
  readonly partition: string
  readonly reset: boolean
  /** Of a reset because the service was put back: what was done after this moment is lost there; ISO 8601. */
  readonly put_back_to?: string | undefined
  readonly rows: readonly ServerRow[]
  readonly last: boolean
}

export interface PushBody {
  readonly client_id: string
  readonly acked: number
  readonly mutations: PushedMutation[]
  readonly migration?: { readonly id: string; readonly expected: number; readonly found: number }
  readonly client?: JsonRecord
}

/** A change as it is pushed. */
export type PushedMutation = Record<string, unknown> & { readonly seq: number; readonly mutation_id: string }

export interface PushAnswer {
  readonly results: readonly PushAnswerResult[]
}

export interface PushAnswerResult {
  readonly seq: number
  readonly status: 'applied' | 'merged' | 'duplicate' | 'conflict' | 'invalid' | 'retry'
  readonly version?: number | undefined
  readonly fields?: readonly string[] | undefined
  readonly server?: ServerRow | null | undefined
  readonly retry_after_ms?: number | undefined
  readonly problem?: JsonRecord | undefined
}

export type SyncResult<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly problem: SyncProblem }

/** Why there is no answer. */
export interface SyncProblem {
  /** A kind of problem of the service, or `offline`, `aborted`, `timeout`, `not-an-answer`. */
  readonly kind: string
  readonly detail: string
  readonly members: JsonRecord
  readonly retry_after_ms?: number | undefined
}
