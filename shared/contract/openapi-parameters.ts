import type * as z from 'zod/mini'

import { schemaOf } from './openapi-schemas.ts'

/** The names in `{}` of a path. */
export function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
}

/** Each parameter of a query schema; `required` when the schema refuses to do without it. */
export function queryParameters(query: z.core.$ZodType | undefined): Record<string, unknown>[] {
  if (query === undefined) return []
  const { required = [], properties = {} } = schemaOf(query, 'input') as ObjectSchema
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    return {
      name,
      in: 'query',
      ...(required.includes(name) ? { required: true } : {}),
      ...(description === undefined ? {} : { description }),
      schema,
    }
  })
}

interface ObjectSchema {
  required?: readonly string[]
  properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
