import type * as z from 'zod/mini'

import type { PathParameter, Route, Routes } from '../contract/route.ts'
import type { ClientTelemetry } from '../contract/sync.ts'
import type { VersionCondition } from '../records/version-condition.ts'
import type { SyncFacts } from './request/sync-facts.ts'

/** Who calls: from the verified token, never from the request. */
export interface Caller {
  /**
   * `sub` of the primary issuer (`:<sub>` when it has a colon), `<alias>:<sub>` of any other: the partition key of
   * everything the user owns.
   */
  user_id: string
  /** The user id, and for the primary issuer `sub`: how the user may be named in a request. */
  own_names: readonly string[]
  /** Only when the token says it is verified. */
  email: string | undefined
}

/** A request as its handler receives it: authenticated, matched and validated. */
export interface Call<R extends Route = Route> {
  /** On a route that takes a token or none: `undefined` for a guest. */
  caller: R extends { access: 'optional' } ? Caller | undefined : Caller
  params: { readonly [Name in PathParameter<R['path']>]: string }
  query: R extends { query: infer Q extends z.ZodMiniType } ? z.output<Q> : undefined
  body: R extends { body: infer B extends z.ZodMiniType } ? z.output<B> : undefined
  /** Which client sends the request, as it names itself with `Client-Id`; null when it does not. */
  client_id: string | null
  /** What `If-Match` and, for a change, `If-None-Match` ask of the record's version; `undefined` without them. */
  condition: VersionCondition | undefined
  /** True when `If-None-Match` names this entity tag (weak comparison) or is `*`. */
  matchesIfNoneMatch(etag: string): boolean
  /** The query names the caller as `user_id`, as only clients of the old system do. */
  is_old_client: boolean
  /** Present when the route honours `Idempotency-Key` and the request has one. */
  idempotency: IdempotencyRequest | undefined
  /** Aborts when the client has disconnected or the time limit of the request has passed. */
  signal: AbortSignal
  /**
   * Calls `release` once, when the answer has left in full or nobody waits for it any more: the client disconnected, the
   * time limit passed, the answer failed. For what an answer takes until then.
   */
  whenClosed(release: () => void): void
  /** Names the record in the request's log line. */
  noteRecord(record_id: string): void
  /** What the client tells of itself, for the request's log line; the contract has left out everything else that it sent. */
  noteClient(told: ClientTelemetry): void
  /** What a pull or a push has come to, for the request's log line. */
  noteSync(facts: SyncFacts): void
}

/** Sixteen bytes each, as lower-case hex: what the ledger keeps instead of the key and the body. */
export interface IdempotencyRequest {
  /** Of method, path and key. */
  request_hash: string
  /** Of the canonical JSON of the body as sent. */
  body_hash: string
}

/** The answer of a handler. The edge adds the headers that every answer has. */
export interface Answer {
  status: number
  /** Win over the edge's own, `Cache-Control` for example. */
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON with `success: true` in front. */
  body?: Readonly<Record<string, unknown>>
  /** Instead of `body`: the whole JSON, `success` included, as pieces of its bytes. For answers too large to build twice. */
  json?: readonly Uint8Array[]
  /** Sent as it comes, with the `Content-Type` of `headers`; for downloads. */
  stream?: AsyncIterable<Uint8Array>
}

/** One handler per route, keyed as the routes are. A thrown or rejected `Problem` becomes its answer. */
export type Handlers<R extends Routes> = { readonly [Name in keyof R]: (call: Call<R[Name]>) => Promise<Answer> }
