import type * as z from 'zod/mini'

import type { FunctionName } from './functions.ts'

/**
 * One route of the HTTP contract as plain data. The edge matches, authenticates and validates by it, the typed client
 * calls by it, and `openapi.json` is made of it.
 */
export interface Route {
  readonly function: FunctionName
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `{name}` is one path segment, percent-decoded before it reaches the handler. */
  readonly path: string
  readonly summary: string
  /**
   * `user`: a verified token of any user; `optional`: the same, or no token, which makes the caller a guest; `operator`:
   * one of OPERATOR_ACCOUNTS; `public`: no token is looked at.
   */
  readonly access: 'public' | 'optional' | 'user' | 'operator'
  /** Validates the query as an object of strings. Unknown parameters are refused by a strict object. */
  readonly query?: z.ZodMiniType
  /** Validates the parsed JSON body. A route without it takes no body. */
  readonly body?: z.ZodMiniType
  /** Whether `Idempotency-Key` is honoured. */
  readonly idempotent_by_key?: boolean
  /** Whether `If-Match` and `If-None-Match` decide about a change. */
  readonly conditional?: boolean
  readonly answers: Readonly<Record<number, RouteAnswer>>
}

export interface RouteAnswer {
  readonly description: string
  /** The JSON body; without it the answer has none, or the media types say what it is. */
  readonly body?: z.ZodMiniType
  readonly media_types?: readonly string[]
}

export type Routes = Readonly<Record<string, Route>>

/** The kind of record that routes are about which every kind has. */
export interface RecordSubject<Function extends Route['function'], Path extends string, Noun extends string> {
  readonly function: Function
  /** Of one record. */
  readonly path: Path
  readonly noun: Noun
  /** With its article. */
  readonly a_noun: string
}

/** The names in `{}` of a path, as a union: `'/a/{id}/b/{n}'` → `'id' | 'n'`. */
export type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never
