import * as z from 'zod'

/** The names in `{}` of a path. */
export function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
}

/** Each parameter of a query schema; `required` when the schema refuses to do without it. */
export function queryParameters(query: z.ZodType | undefined): Record<string, unknown>[] {
  if (query === undefined) return []
  const document = z.toJSONSchema(query, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' })
  const required = new Set(document.required)
  return Object.entries(document.properties ?? {}).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'boolean' ? {} : property
    return {
      name,
      in: 'query',
      ...(required.has(name) ? { required: true } : {}),
      ...(description === undefined ? {} : { description }),
      schema,
    }
  })
}
