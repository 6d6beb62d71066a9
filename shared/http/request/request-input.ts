import { isObject } from '../../base/is-object.ts'
import type { IncomingMessage } from 'node:http'
import * as z from 'zod/mini'

import { Problem } from '../../base/problem.ts'
import type { Route } from '../../contract/route.ts'
import type { Caller } from '../call.ts'
import { parseJson } from './json.ts'
import { announcesBody } from './request-body.ts'
import { listParameters, parseQuery } from './query.ts'
import { FieldErrors } from '../../records/validation/field-errors.ts'
import { collect, refuseIfAny } from '../../records/validation/validate.ts'

/** The input of a request, validated by its route. */
export interface RequestInput {
  query: unknown
  body: unknown
  /** The JSON as it was sent, for the hash of an idempotent request; `undefined` for an empty body. */
  body_as_sent: unknown
  /** The query names the caller as `user_id`. */
  is_old_client: boolean
}

/** A route that names no parameters takes none, and one without a body takes at most an empty object. */
const NO_PARAMETERS = z.strictObject({})

/**
 * Reads the query and body of requests to `route`.
 * @returns a function that throws `Problem`: `unsupported-media-type`; `invalid-input`, which lists every bad field of
 * query and body; `forbidden` for another user's `user_id`
 */
export function createInputReader(route: Route) {
  const query_schema = route.query ?? NO_PARAMETERS
  const lists = listParameters(route.query)

  return (request: IncomingMessage, raw_query: string, bytes: Uint8Array, caller: Caller | undefined): RequestInput => {
    const errors = new FieldErrors()
    const sent_query = parseQuery(raw_query, lists, errors)
    const query = ownUserIdRemoved(sent_query, caller)
    const body_as_sent = bytes.length === 0 ? undefined : parseJson(checkedMediaType(request, route.method, bytes))
    const body = ownUserIdRemoved(body_as_sent, caller)

    const valid_query = collect(query_schema, query, errors, 'query')
    const valid_body = readBody(route, body, errors)
    refuseIfAny(errors)
    return {
      query: route.query === undefined ? undefined : valid_query,
      body: valid_body,
      body_as_sent,
      is_old_client: Object.hasOwn(sent_query, 'user_id'),
    }
  }
}

function readBody(route: Route, body: unknown, errors: FieldErrors): unknown {
  if (route.body !== undefined) return collect(route.body, body, errors, 'body')
  if (body !== undefined) collect(NO_PARAMETERS, body, errors, 'body')
  return undefined
}

/**
 * Old clients name their user in queries and bodies: accepted when it is the caller, and taken out so that no handler
 * ever reads a user from a request.
 */
function ownUserIdRemoved<T>(input: T, caller: Caller | undefined): T | Omit<T, 'user_id'> {
  if (caller === undefined || !isObject(input)) return input
  if (!Object.hasOwn(input, 'user_id')) return input
  const { user_id, ...rest } = input as T & { user_id: unknown }
  if (!isOwnName(caller, user_id)) throw new Problem('forbidden', 'user_id must be the user of the token')
  return rest
}

/** Whether a value that a request sends as `user_id` is the caller. */
const isOwnName = ({ own_names }: Caller, named: unknown) => own_names.some((name) => name === named)

const JSON_TYPE = 'application/json'
const MERGE_PATCH_TYPE = 'application/merge-patch+json'

/**
 * What the headers say against the type of a body: it is not JSON in UTF-8. Of chunks without any type nobody knows yet
 * whether there are some.
 */
export function typeRefusedByHeaders(request: IncomingMessage, method: string): Problem | undefined {
  const { 'content-type': type, 'content-length': length = 0 } = request.headers
  const is_judged = announcesBody(request) && (type !== undefined || Number(length) > 0)
  return is_judged ? mediaTypeProblem(request, method) : undefined
}

function mediaTypeProblem(request: IncomingMessage, method: string): Problem | undefined {
  const accepted = method === 'PATCH' ? [JSON_TYPE, MERGE_PATCH_TYPE] : [JSON_TYPE]
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';')
  const charset = parameters.map(charsetIn).find(Boolean)
  if (accepted.includes(type.trim().toLowerCase()) && /^utf-?8$/i.test(charset ?? 'utf-8')) return undefined
  return new Problem(
    'unsupported-media-type',
    `The Content-Type of the body must be ${accepted.join(' or ')} in UTF-8`,
    {
      headers: { Accept: accepted.join(', ') },
    },
  )
}

/** The value of a parameter `charset=…`, without quotes. A pattern with spaces to skip would try them in every way. */
function charsetIn(parameter: string): string | undefined {
  const [name = '', value = ''] = parameter.split('=', 2)
  if (name.trim().toLowerCase() !== 'charset') return undefined
  return value.trim().replace(/^"|"$/g, '')
}

/** @throws Problem `unsupported-media-type` */
function checkedMediaType(request: IncomingMessage, method: string, bytes: Uint8Array): Uint8Array {
  const problem = mediaTypeProblem(request, method)
  if (problem) throw problem
  return bytes
}
