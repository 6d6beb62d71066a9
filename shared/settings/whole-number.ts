import * as z from 'zod/mini'

/**
 * A setting that is a whole number, written in digits alone: no sign, fraction, exponent, blank or other base.
 * @param error says what is allowed, in words that follow the setting's name
 */
export function wholeNumber(error: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
  return z.pipe(
    z.pipe(z.string({ error }).check(z.regex(/^\d+$/, { error })), z.transform(Number)),
    z.int({ error }).check(z.minimum(min, { error }), z.maximum(max, { error })),
  )
}
