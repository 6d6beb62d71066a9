import * as z from 'zod/mini'

/** Far beyond every bound and still exact, so that a number of a thousand digits is told the bound too. */
const CLAMPED = 1e15

/** An integer of a query, which is text: `limit=50`. A number out of bounds is told the bound that it breaks. */
export function integerInText(minimum: number, maximum: number) {
  return z.pipe(
    z.pipe(
      z.string().check(z.regex(/^-?\d+$/, { error: `must be a whole number from ${minimum} to ${maximum}` })),
      z.transform((text) => Math.max(-CLAMPED, Math.min(CLAMPED, Number(text)))),
    ),
    z.int().check(z.minimum(minimum), z.maximum(maximum)),
  )
}
