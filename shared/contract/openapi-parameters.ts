import type * as z from 'zod/mini'

import { schemaOf } from './openapi-schemas.ts'
import type { OpenApiTexts } from './openapi-texts.ts'
import type { Route } from './route.ts'

type Json = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description?: string
  readonly schema: Json
}

/** Every parameter of a route, with an example and, where the route has none, a description. */
export function parametersOf(route: Route, texts: OpenApiTexts): Json[] {
  const all = [...pathParameters(route.path), ...queryParameters(route.query), ...headerParameters(route)]
  return all.map(({ schema, ...parameter }) => {
    const text = texts.parameterOf(parameter.name, schema)
    if (text === undefined) throw new Error(`the parameter ${parameter.name} has no example`)
    const { description = text.description, ...rest } = parameter
    return { ...rest, ...(description !== undefined && { description }), schema, example: text.example }
  })
}

/** Those in `{}` of a path. */
function pathParameters(path: string): Parameter[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => {
    return { name: name!, in: 'path', required: true, schema: { type: 'string' } }
  })
}

/** Each parameter of a query schema; `required` when the schema refuses to do without it. */
function queryParameters(query: z.core.$ZodType | undefined): Parameter[] {
  if (query === undefined) return []
  const { required = [], properties = {} } = schemaOf(query, 'input') as ObjectSchema
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    return {
      name,
      in: 'query',
      ...(required.includes(name) ? { required: true } : {}),
      ...(typeof description === 'string' && { description }),
      schema,
    }
  })
}

interface ObjectSchema {
  required?: readonly string[]
  properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export const VERSION_TAG = { type: 'string', examples: ['"3"'] }
/** RFC 9110, section 13.1: `*`, or entity tags separated by commas. */
const VERSION_CONDITION = {
  ...VERSION_TAG,
  pattern: String.raw`^[ \t]*(\*|[ \t,]*(W/)?"[\x21\x23-\x7e]*"([ \t]*,([ \t]*(W/)?"[\x21\x23-\x7e]*")?)*)[ \t]*$`,
}

function headerParameters(route: Route): Parameter[] {
  const parameters: Parameter[] = []
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
