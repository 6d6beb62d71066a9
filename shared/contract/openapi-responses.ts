import * as z from 'zod/mini'

import { PROBLEM_KINDS, type ProblemKind } from '../base/problem.ts'
import type { FunctionName } from './functions.ts'
import { VERSION_TAG } from './openapi-parameters.ts'
import { schemaOf } from './openapi-schemas.ts'
import type { OpenApiTexts, OperationText } from './openapi-texts.ts'
import type { Route, RouteAnswer } from './route.ts'

/** The answers of an operation: its own, and the problems that any route of its sort may have. */

type Json = Readonly<Record<string, unknown>>

/** What can go wrong on a route, by what the route is; its own table names anything else. */
function possibleProblems(route: Route): ProblemKind[] {
  // A body may come with any request, also where none belongs.
  const kinds: ProblemKind[] = ['invalid-input', 'too-large', 'unsupported-media-type', 'method-not-allowed']
  kinds.push('internal', 'unavailable')
  if (route.access !== 'public') kinds.push('unauthenticated', 'forbidden')
  // A keyed request may be repeated after its record was deleted.
  if (route.path.includes('{') || route.idempotent_by_key === true) kinds.push('not-found')
  if (route.conditional === true || route.answers[304] !== undefined) kinds.push('stale-version')
  if (route.method !== 'GET') kinds.push('conflict', 'quota-exceeded', 'too-many-requests')
  return kinds
}

export function responses(route: Route, text: OperationText): Json {
  const found: Record<string, unknown> = {}
  for (const kind of possibleProblems(route)) {
    const { status } = PROBLEM_KINDS[kind]
    found[status] = { $ref: `#/components/responses/${responseName(status)}` }
  }
  for (const [status, answer] of Object.entries(route.answers))
    found[status] = response(Number(status), answer, route, text)
  return found
}

function response(status: number, answer: RouteAnswer, route: Route, text: OperationText): Json {
  const { description, media_types } = answer
  const named: string[] = ['X-Request-Id']
  const is_success = status < 300
  if (status === 304 || isRecordAnswer(answer)) named.push('ETag')
  if (is_success && route.idempotent_by_key === true) named.push('Idempotency-Replayed')
  if (media_types !== undefined) named.push('Content-Disposition')
  const content = contentOf(status, answer, route, text)
  return {
    description,
    headers: Object.fromEntries(named.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  }
}

function contentOf(status: number, { body, media_types = [] }: RouteAnswer, route: Route, text: OperationText): Json {
  if (body !== undefined) {
    const type = status < 300 ? 'application/json' : 'application/problem+json'
    return { [type]: { schema: schemaOf(body, 'output'), ...example(text.answers?.[status]) } }
  }
  return Object.fromEntries(
    media_types.map((type) => [type, { schema: fileSchema(type, route.function), ...example(text.downloads?.[type]) }]),
  )
}

/** The one example of a content; tools show several by name. */
export function example(value: unknown): Json {
  return value === undefined ? {} : { examples: { example: { value } } }
}

/** Of a download: JSON holds whole records under the name of their kind. */
function fileSchema(media_type: string, function_name: FunctionName): Json {
  const record = RECORD_SCHEMAS[function_name]
  if (media_type !== 'application/json' || record === undefined) {
    return { type: 'string', ...(media_type === 'text/csv' ? {} : { format: 'binary' }) }
  }
  const rows = { type: 'array', items: { $ref: `#/components/schemas/${record}` } }
  return { type: 'object', properties: { [function_name]: rows }, required: [function_name] }
}

const RECORD_SCHEMAS: Readonly<Partial<Record<FunctionName, string>>> = {
  audiences: 'Audience',
  platforms: 'Platform',
  distributions: 'Distribution',
}

const RECORD_MEMBERS = ['audience', 'platform', 'distribution']

/** Answers that show one record carry its version. */
function isRecordAnswer({ body }: RouteAnswer): boolean {
  return body instanceof z.core.$ZodObject && RECORD_MEMBERS.some((name) => Object.hasOwn(body._zod.def.shape, name))
}

const PROBLEM_REFERENCE = { $ref: '#/components/schemas/Problem' }

/** Statuses of every kind of problem. */
export const ANSWERED_STATUSES = [...new Set(Object.values(PROBLEM_KINDS).map(({ status }) => status))].sort(
  (a, b) => a - b,
)

const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 503])

const kindsOfStatus = (status: number) =>
  (Object.keys(PROBLEM_KINDS) as ProblemKind[]).filter((kind) => PROBLEM_KINDS[kind].status === status)

/** `StaleVersion`; of several kinds with one status the first. */
export function responseName(status: number): string {
  const [kind] = kindsOfStatus(status) as [ProblemKind]
  return kind.replace(/(^|-)(\w)/g, (_whole, _dash, letter: string) => letter.toUpperCase())
}

export function problemResponse(status: number, texts: OpenApiTexts): Json {
  const examples = Object.fromEntries(kindsOfStatus(status).map((kind) => [kind, { value: texts.problemOf(kind) }]))
  const named = ['X-Request-Id', ...(RETRIED_STATUSES.has(status) ? ['Retry-After'] : [])]
  return {
    description: kindsOfStatus(status).join(', '),
    headers: Object.fromEntries(named.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: { 'application/problem+json': { schema: PROBLEM_REFERENCE, examples } },
  }
}

/** Headers of answers. */
export const HEADERS: Json = {
  ETag: { description: "The record's version.", schema: VERSION_TAG },
  'Idempotency-Replayed': {
    description: 'true when the request was carried out before and not repeated.',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': { description: 'Seconds to wait before trying again.', schema: { type: 'integer', minimum: 1 } },
  'Content-Disposition': { description: 'The name of the file (RFC 6266).', schema: { type: 'string' } },
  'X-Request-Id': { description: 'Names the request in logs and problems.', schema: { type: 'string' } },
}
