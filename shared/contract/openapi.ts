import type * as z from 'zod/mini'

import { FUNCTION_NAMES, type FunctionName } from './functions.ts'
import { parametersOf } from './openapi-parameters.ts'
import { ANSWERED_STATUSES, example, HEADERS, problemResponse, responseName, responses } from './openapi-responses.ts'
import { schemaOf } from './openapi-schemas.ts'
import type { OpenApiTexts, OperationText } from './openapi-texts.ts'
import { problemDocument } from './problem-document.ts'
import type { Route, Routes } from './route.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * The contract as an OpenAPI 3.1 document, made of the route tables alone: the same tables, the same text.
 * Source: https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(
  tables: Readonly<Record<FunctionName, Routes>>,
  named_schemas: Readonly<Record<string, z.core.$ZodType>>,
  texts: OpenApiTexts,
): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const name of FUNCTION_NAMES) {
    for (const [route_name, route] of Object.entries(tables[name])) {
      const operations = (paths[route.path] ??= {})
      const text = texts.functions[name].operations[route_name]
      if (text === undefined) throw new Error(`the operation ${route_name} of ${name} has no description`)
      operations[route.method.toLowerCase()] = operation(operationId(name, route_name), route, text, texts)
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
      contact: { name: 'The maintainers of Activation Manager' },
      license: { name: 'All rights reserved', identifier: 'LicenseRef-UNLICENSED' },
    },
    servers: [
      {
        url: '/',
        description: 'The origin that serves this document; without a load balancer, that of each function.',
      },
    ],
    tags: FUNCTION_NAMES.map((name) => ({ name, description: texts.functions[name].description })),
    paths: withReferences(sortedByKey(paths), schemas),
    components: {
      securitySchemes: {
        id_token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An OIDC ID token' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema, 'output')])),
      responses: Object.fromEntries(
        ANSWERED_STATUSES.map((status) => [responseName(status), problemResponse(status, texts)]),
      ),
      headers: HEADERS,
    },
  }
}

/** Unique over all functions, as clients generated from the document need it. */
function operationId(name: FunctionName, route_name: string): string {
  return route_name === 'health' ? `${name}Health` : route_name
}

function operation(id: string, route: Route, text: OperationText, texts: OpenApiTexts): Json {
  return {
    operationId: id,
    tags: [route.function],
    summary: route.summary,
    description: text.description,
    security: SECURITY[route.access],
    ...(route.access === 'operator' ? { 'x-access': 'operator' } : {}),
    parameters: parametersOf(route, texts),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.method, route.body, text.request) }),
    responses: responses(route, text),
  }
}

const TOKEN = { id_token: [] }
/** Each entry is enough by itself; an empty one needs nothing. */
const SECURITY: Readonly<Record<Route['access'], readonly Json[]>> = {
  public: [],
  optional: [{}, TOKEN],
  user: [TOKEN],
  operator: [TOKEN],
}

function requestBody(method: Route['method'], body: z.core.$ZodType, sent: unknown): Json {
  const content_of_type = { schema: schemaOf(body, 'input'), ...example(sent) }
  const json = { 'application/json': content_of_type }
  const content = method === 'PATCH' ? { 'application/merge-patch+json': content_of_type, ...json } : json
  return { required: true, content }
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
