import * as z from 'zod/mini'

import { metadata } from '../records/fields.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * JSON Schemas for the contract. What zod tells by itself, and what it cannot see: rules in refinements, which are told
 * beside the route that has them, and numbers that a query carries as text.
 */

const TOLD = z.registry<{ tell: (document: Json) => Json }>()

/** `schema` itself; the contract shows what `tell` makes of its JSON Schema. */
export function told<S extends z.core.$ZodType>(schema: S, ...tell: readonly ((document: Json) => Json)[]): S {
  TOLD.add(schema, { tell: (document) => tell.reduce((shown, step) => step(shown), document) })
  return schema
}

/** At least one of the lists of members must be there, whole. */
export function needsOneOf(...alternatives: readonly (readonly string[])[]) {
  return (document: Json): Json => ({ ...document, anyOf: alternatives.map((required) => ({ required })) })
}

/** Members that cannot be null: they have no default to go back to. */
export function neverNull(...names: readonly string[]) {
  return withMembers(
    Object.fromEntries(names.map((name) => [name, ({ anyOf, ...rest }: Json) => ({ ...rest, ...withoutNull(anyOf) })])),
  )
}

function withoutNull(variants: unknown): Json {
  if (!Array.isArray(variants)) return {}
  const left = (variants as Json[]).filter(({ type }) => type !== 'null')
  return left.length === 1 ? left[0]! : { anyOf: left }
}

/** Members as they are, or as `change` makes them; others stay. */
export function withMembers(change: Readonly<Record<string, (member: Json) => Json>>) {
  return (document: Json): Json => {
    const properties: Record<string, Json> = { ...(document['properties'] as Record<string, Json> | undefined) }
    for (const [name, changed] of Object.entries(change)) properties[name] = changed(properties[name] ?? {})
    return { ...document, properties }
  }
}

told(metadata, withMembers({ tags: () => ({ type: ['array', 'null'], items: { type: 'string' } }) }))

export function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...document } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      const shown = TOLD.get(zodSchema)?.tell(jsonSchema) ?? numberInText(zodSchema)
      if (shown !== undefined) replaceMembers(jsonSchema, shown)
    },
  })
  return document
}

/** The number that a pipe reads from text: `limit=50` is an integer to the author of a client. */
function numberInText(schema: z.core.$ZodType): Json | undefined {
  if (!(schema instanceof z.core.$ZodPipe)) return undefined
  const { out } = schema._zod.def
  return out instanceof z.core.$ZodNumber ? schemaOf(out, 'output') : undefined
}

function replaceMembers(target: Record<string, unknown>, members: Json): void {
  for (const name of Object.keys(target)) delete target[name]
  Object.assign(target, members)
}
