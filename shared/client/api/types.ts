import type * as z from 'zod/mini'

import type { PathParameter, RouteAnswer } from '../../contract/route.ts'
import type { Download } from './download.ts'
import type { ApiFailure } from './problems.ts'
import type { CalledRoute, UserFunction, UserRoutes } from './route-lines.ts'

/** The types of calls and their results, which follow from the contract. */

/** What every call takes besides what its route asks for. */
export interface CallOptions {
  /** Ends the call, its waits and its download. */
  readonly signal?: AbortSignal
  /** For each attempt, until its answer is read; of a download, until it begins. */
  readonly timeout_ms?: number
  /** 1 = no second attempt. Only what may safely be repeated has more than one. */
  readonly attempts_max?: number
}

/** The input of a route's call. */
export type CallInput<R extends CalledRoute> = CallOptions &
  ParamsInput<R> &
  QueryInput<R> &
  BodyInput<R> &
  ConditionInput<R> &
  (R extends { idempotent_by_key: true } ? { readonly idempotency_key?: string } : unknown)

type ParamsInput<R extends CalledRoute> = [PathParameter<R['path']>] extends [never]
  ? unknown
  : { readonly params: { readonly [Name in PathParameter<R['path']>]: string | number } }

type QueryInput<R extends CalledRoute> = R extends { query: infer Q extends z.ZodMiniType }
  ? { readonly query?: { readonly [Name in keyof z.input<Q>]: QueryValue<Q, Name> } }
  : unknown

/** A number that the query carries as text may be given as the number. */
type QueryValue<Q extends z.ZodMiniType, Name extends keyof z.input<Q>> =
  | z.input<Q>[Name]
  | (Name extends keyof z.output<Q> ? z.output<Q>[Name] : never)

type BodyInput<R extends CalledRoute> = R extends { body: infer B extends z.ZodMiniType }
  ? { readonly body: z.input<B> }
  : unknown

/** A version is that of the record: `3` is the entity tag `"3"`. */
type ConditionInput<R extends CalledRoute> = R extends { conditional: true }
  ? { readonly if_match?: string | number; readonly if_none_match?: '*' }
  : unknown

/** Only of a GET that can say that nothing has changed: its answer may then be 304, without a body. */
export interface Unless {
  readonly if_none_match: string | number
}

export interface ApiAnswer<Status extends number, Body> {
  readonly ok: true
  readonly status: Status
  readonly body: Body
  /** Names the version of the record: for `if_match` and `if_none_match`. */
  readonly etag: string | null
  readonly headers: Headers
}

type SuccessStatus<R extends CalledRoute> = Extract<keyof R['answers'], 200 | 201 | 204>

export type AnswerOf<
  R extends CalledRoute,
  Status extends number = SuccessStatus<R>,
> = Status extends keyof R['answers'] ? ApiAnswer<Status, AnswerBody<R['answers'][Status]>> : never

type AnswerBody<A> = A extends RouteAnswer
  ? A extends { media_types: readonly string[] }
    ? Download
    : A extends { body: infer B extends z.ZodMiniType }
      ? z.output<B>
      : null
  : never

/** Never rejects, and never throws. */
export type ApiResult<R extends CalledRoute> = AnswerOf<R> | ApiFailure

type Input<R extends CalledRoute> =
  Partial<CallInput<R>> extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>]

type PlainCall<R extends CalledRoute> = (...input: Input<R>) => Promise<ApiResult<R>>

export type ApiCall<R extends CalledRoute> = R extends { answers: { 304: RouteAnswer } }
  ? PlainCall<R> & ((input: CallInput<R> & Unless) => Promise<ApiResult<R> | AnswerOf<R, 304>>)
  : PlainCall<R>

/** One call for each route of a user. */
export type ApiCalls = {
  readonly [F in UserFunction]: { readonly [Name in keyof UserRoutes[F]]: ApiCall<RouteAt<UserRoutes[F], Name>> }
}

type RouteAt<T, Name extends keyof T> = T[Name] extends CalledRoute ? T[Name] : never
