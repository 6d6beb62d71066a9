import * as z from 'zod/mini'

/** A setting that is JSON; pipe it into the schema of its value. */
export const json = z.pipe(
  z.string(),
  z.transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.issues.push({ code: 'custom', input: text, message: 'must be JSON' })
      return z.NEVER
    }
  }),
)
