import type { OperationText } from '#shared/contract/openapi-texts.ts'
import type { Routes } from '#shared/contract/route.ts'

/** The texts of one table of routes: an operation without one does not compile. */
export type TextsOf<R extends Routes> = { readonly [Name in keyof R]: OperationText }

/** A success as answers begin. */
export const success = <Members extends object>(members: Members) => ({ success: true, ...members })

/** What every listing adds to its rows. */
export const page = (count: number) => ({ count, next_cursor: null })

/** What every change of one record may need to know. */
export const CONDITIONS =
  'With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the ' +
  'record as it is.'

/** What every creation may need to know. */
export const KEYS =
  'With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has ' +
  '`Idempotency-Replayed: true`.'
