import * as z from 'zod/mini'

import { Problem } from '../../base/problem.ts'
import type { FieldErrors } from '../../records/validation/field-errors.ts'

/** Parameters of a query that may come more than once, by the schema: those that take a list. */
export function listParameters(schema: z.core.$ZodType | undefined): ReadonlySet<string> {
  const object = schema === undefined ? undefined : unwrap(schema)
  if (!(object instanceof z.core.$ZodObject)) return new Set()
  const { shape } = object._zod.def
  return new Set(Object.keys(shape).filter((name) => unwrap(shape[name]!) instanceof z.core.$ZodArray))
}

/** The innermost schema, without `optional`, `default`, `nullable` and the output side of a pipe. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.core.$ZodOptional ||
    schema instanceof z.core.$ZodDefault ||
    schema instanceof z.core.$ZodNullable
  ) {
    return unwrap(schema._zod.def.innerType)
  }
  return schema instanceof z.core.$ZodPipe ? unwrap(schema._zod.def.in) : schema
}

/**
 * The parameters of a query as an object of strings, and of lists of strings for `lists`; anything else that comes
 * twice goes into `errors`.
 * @throws Problem `invalid-input` when it is not valid percent-encoded UTF-8
 */
export function parseQuery(
  raw_query: string,
  lists: ReadonlySet<string>,
  errors: FieldErrors,
): Record<string, string | string[]> {
  if (raw_query === '') return {}
  const found = new Map<string, string[]>()
  for (const part of raw_query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decode(equals === -1 ? part : part.slice(0, equals))
    const values = found.get(name)
    const value = equals === -1 ? '' : decode(part.slice(equals + 1))
    if (values === undefined) found.set(name, [value])
    else values.push(value)
  }
  const query: [string, string | string[]][] = []
  for (const [name, values] of found) {
    if (lists.has(name)) query.push([name, values])
    else if (values.length === 1) query.push([name, values[0]!])
    else errors.add([name], 'may be given only once')
  }
  // fromEntries defines even `__proto__` as a plain member, so a strict schema refuses it by name.
  return Object.fromEntries(query)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new Problem('invalid-input', 'The query is not valid percent-encoded UTF-8', { cause })
  }
}
