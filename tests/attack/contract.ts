import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { OPENAPI_PATH } from '#infra/generate/openapi.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/** shared/contract/openapi.json as a stranger reads it: nothing here knows the code that it was made of. */

export type Schema = Readonly<{ [keyword: string]: unknown }>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, { schema?: Schema }>>
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly access: 'public' | 'optional' | 'user' | 'operator'
  readonly parameters: readonly Parameter[]
  /** Of the JSON body, with every reference resolved; `undefined` when the operation takes none. */
  readonly body: Schema | undefined
  readonly media_types: readonly string[]
  readonly responses: Readonly<Record<string, Response>>
}

interface Described {
  operationId: string
  security: object[]
  parameters: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, Response>
  'x-access'?: string
}

const document = JSON.parse(readFileSync(join(PROJECT_ROOT, OPENAPI_PATH), 'utf8')) as {
  paths: Record<string, Record<string, Described>>
}

/** What each `$ref` names: one object for all that refer to it, so that a schema is compiled once. */
const referred = new Map<string, unknown>()

/** `value` with every `$ref` below it replaced by what it names. The contract has no recursive schema. */
function resolved<T>(value: T): T {
  if (Array.isArray(value)) return value.map(resolved) as T
  if (typeof value !== 'object' || value === null) return value
  const { $ref: reference } = value as { $ref?: unknown }
  if (typeof reference === 'string') {
    const known = referred.get(reference)
    if (known !== undefined) return known as T
    const keys = reference.replace('#/', '').split('/')
    const named = resolved(keys.reduce<unknown>((place, key) => (place as Record<string, unknown>)[key], document)) as T
    referred.set(reference, named)
    return named
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)])) as T
}

function accessOf({ security, 'x-access': access }: Described): Operation['access'] {
  if (security.length === 0) return 'public'
  if (security.some((requirement) => Object.keys(requirement).length === 0)) return 'optional'
  return access === 'operator' ? 'operator' : 'user'
}

export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => {
    const { content = {} } = resolved(described.requestBody) ?? {}
    return {
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      access: accessOf(described),
      parameters: resolved(described.parameters),
      body: Object.values(content)[0]?.schema,
      media_types: Object.keys(content),
      responses: resolved(described.responses),
    } as const
  }),
)

const ajv = new Ajv2020({ strict: false, allErrors: true, code: { optimize: false } })
addFormats.default(ajv)
const validators = new Map<Schema, ValidateFunction>()

/** What is wrong with `value` by `schema`; empty when nothing is. */
export function schemaFaults(schema: Schema, value: unknown): string[] {
  const known = validators.get(schema) ?? ajv.compile(schema)
  validators.set(schema, known)
  if (known(value)) return []
  return (known.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath} ${message} ${JSON.stringify(params)}`
  })
}
