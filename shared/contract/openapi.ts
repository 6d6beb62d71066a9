import * as z from 'zod/mini'

import { PROBLEM_KINDS, type ProblemKind } from '../base/problem.ts'
import { FUNCTION_NAMES, type FunctionName } from './functions.ts'
import { parameterNames, queryParameters } from './openapi-parameters.ts'
import { schemaOf } from './openapi-schemas.ts'
import { problemDocument } from './problem-document.ts'
import type { Route, RouteAnswer, Routes } from './route.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * The contract as an OpenAPI 3.1 document, made of the route tables alone: the same tables, the same text.
 * Source: https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(
  tables: Readonly<Record<FunctionName, Routes>>,
  named_schemas: Readonly<Record<string, z.core.$ZodType>>,
): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const name of FUNCTION_NAMES) {
    for (const [route_name, route] of Object.entries(tables[name])) {
      const operations = (paths[route.path] ??= {})
      operations[route.method.toLowerCase()] = operation(operationId(name, route_name), route)
    }
  }
  const schemas = { ...named_schemas, Problem: problemDocument }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Activation Manager persistence',
      version: '1',
      description:
        'JSON, UTF-8, snake_case; times are ISO 8601 in UTC. Successes have `success: true`; every other answer is a ' +
        'problem (RFC 9457). Query parameters and fields that are not listed are refused by name. Lengths of text are ' +
        'in UTF-16 units, as JavaScript counts them. JSON may be nested 64 levels deep, a free object 16; names such ' +
        'as `__proto__` and halves of surrogate pairs are refused.',
    },
    tags: FUNCTION_NAMES.map((name) => ({ name })),
    paths: withReferences(sortedByKey(paths), schemas),
    components: {
      securitySchemes: {
        id_token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An OIDC ID token' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema, 'output')])),
      responses: Object.fromEntries(ANSWERED_STATUSES.map((status) => [responseName(status), problemResponse(status)])),
      headers: HEADERS,
    },
  }
}

/** Unique over all functions, as clients generated from the document need it. */
function operationId(name: FunctionName, route_name: string): string {
  return route_name === 'health' ? `${name}Health` : route_name
}

function operation(id: string, route: Route): Json {
  return {
    operationId: id,
    tags: [route.function],
    summary: route.summary,
    ...(route.access === 'public' ? { security: [] } : { security: [{ id_token: [] }] }),
    ...(route.access === 'operator' ? { 'x-access': 'operator' } : {}),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query), ...headerParameters(route)],
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.method, route.body) }),
    responses: responses(route),
  }
}

function pathParameters(path: string): Json[] {
  return parameterNames(path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

const VERSION_TAG = { type: 'string', examples: ['"3"'] }
/** RFC 9110, section 13.1: `*`, or entity tags separated by commas. */
const VERSION_CONDITION = {
  ...VERSION_TAG,
  pattern: String.raw`^[ \t]*(\*|[ \t,]*(W/)?"[\x21\x23-\x7e]*"([ \t]*,([ \t]*(W/)?"[\x21\x23-\x7e]*")?)*)[ \t]*$`,
}

function headerParameters(route: Route): Json[] {
  const parameters: Json[] = []
  if (route.idempotent_by_key === true) {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      description: 'The same key and body within 24 hours: done once, answered with the same result.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    })
  }
  const of = (name: string, description: string, schema: Json) =>
    parameters.push({ name, in: 'header', description, schema })
  if (route.conditional === true) {
    of('If-Match', 'Change the record only if it has one of these versions; `*`: only if it exists.', VERSION_CONDITION)
    of(
      'If-None-Match',
      'Change the record only if it has none of these versions; `*`: only create it.',
      VERSION_CONDITION,
    )
  }
  if (route.answers[304] !== undefined) {
    of('If-Match', 'Answer 412 unless the record has one of these versions.', VERSION_CONDITION)
    of('If-None-Match', 'Answer 304 if the record still has one of these versions.', VERSION_TAG)
  }
  return parameters
}

function requestBody(method: Route['method'], body: z.core.$ZodType): Json {
  const schema = schemaOf(body, 'input')
  const json = { 'application/json': { schema } }
  const content = method === 'PATCH' ? { 'application/merge-patch+json': { schema }, ...json } : json
  return { required: true, content }
}

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

function responses(route: Route): Json {
  const found: Record<string, unknown> = {}
  for (const kind of possibleProblems(route)) {
    const { status } = PROBLEM_KINDS[kind]
    found[status] = { $ref: `#/components/responses/${responseName(status)}` }
  }
  for (const [status, answer] of Object.entries(route.answers)) found[status] = response(Number(status), answer, route)
  return found
}

function response(status: number, answer: RouteAnswer, route: Route): Json {
  const { description, body, media_types } = answer
  const named: string[] = ['X-Request-Id']
  const is_success = status < 300
  if (status === 304 || isRecordAnswer(answer)) named.push('ETag')
  if (is_success && route.idempotent_by_key === true) named.push('Idempotency-Replayed')
  if (media_types !== undefined) named.push('Content-Disposition')
  const json_type = is_success ? 'application/json' : 'application/problem+json'
  const content =
    body === undefined
      ? Object.fromEntries((media_types ?? []).map((type) => [type, {}]))
      : { [json_type]: { schema: schemaOf(body, 'output') } }
  return {
    description,
    headers: Object.fromEntries(named.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  }
}

const RECORD_MEMBERS = ['audience', 'platform', 'distribution']

/** Answers that show one record carry its version. */
function isRecordAnswer({ body }: RouteAnswer): boolean {
  return body instanceof z.core.$ZodObject && RECORD_MEMBERS.some((name) => Object.hasOwn(body._zod.def.shape, name))
}

const PROBLEM_REFERENCE = { $ref: '#/components/schemas/Problem' }

const ANSWERED_STATUSES = [...new Set(Object.values(PROBLEM_KINDS).map(({ status }) => status))].sort((a, b) => a - b)

const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 503])

const kindsOfStatus = (status: number) =>
  Object.entries(PROBLEM_KINDS).flatMap(([kind, { status: its }]) => (its === status ? kind : []))

/** `StaleVersion`; of several kinds with one status the first. */
function responseName(status: number): string {
  const [kind = ''] = kindsOfStatus(status)
  return kind.replace(/(^|-)(\w)/g, (_whole, _dash, letter: string) => letter.toUpperCase())
}

function problemResponse(status: number): Json {
  const named = ['X-Request-Id', ...(RETRIED_STATUSES.has(status) ? ['Retry-After'] : [])]
  return {
    description: kindsOfStatus(status).join(', '),
    headers: Object.fromEntries(named.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: { 'application/problem+json': { schema: PROBLEM_REFERENCE } },
  }
}

const HEADERS: Json = {
  ETag: { description: "The record's version.", schema: VERSION_TAG },
  'Idempotency-Replayed': {
    description: 'true when the request was carried out before and not repeated.',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': { description: 'Seconds to wait before trying again.', schema: { type: 'integer', minimum: 1 } },
  'Content-Disposition': { description: 'The name of the file (RFC 6266).', schema: { type: 'string' } },
  'X-Request-Id': { description: 'Names the request in logs and problems.', schema: { type: 'string' } },
}

/** Puts a reference wherever one of `schemas` stands written out. */
function withReferences(document: unknown, schemas: Readonly<Record<string, z.core.$ZodType>>): unknown {
  const names = new Map(
    Object.entries(schemas).map(([name, schema]) => [JSON.stringify(schemaOf(schema, 'output')), name]),
  )
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value !== 'object' || value === null) return value
    const name = names.get(JSON.stringify(value))
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replace(member)]))
  }
  return replace(document)
}

function sortedByKey<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
