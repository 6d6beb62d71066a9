import { _isoDateTime } from 'zod/v4/core'
import * as z from 'zod/mini'

/**
 * Building blocks of the record schemas. Limits stand here and in the schemas, and nowhere else.
 */

/** Of a record, in UTF-16 units. */
export const NAME_LENGTH_MAX = 200

/** Text as sent: any well-formed Unicode up to `length_max` UTF-16 units. Escaping is the business of who shows it. */
export function text(length_max: number) {
  return z.string({ error: ({ input }) => (input === undefined ? 'is required' : undefined) }).check(
    z.maxLength(length_max),
    z.refine((value) => value.isWellFormed(), { error: 'must be well-formed Unicode text' }),
  )
}

/** A whole number from 0 to 2^53 − 1. */
export const count = z.int().check(z.minimum(0))

/** A time in UTC. `z.iso` is one object: with it a browser would carry dates, times of day and durations, too. */
export function utcTime() {
  return _isoDateTime(z.ZodMiniISODateTime)
}

const { def: with_colon } = _isoDateTime(z.ZodMiniISODateTime, { offset: true })._zod
const WITHOUT_COLON = with_colon.pattern!.source.replace('):[0-5]\\d)', ')(?::?[0-5]\\d)?)')

/**
 * A time in any offset, which also comes without its colon or its minutes (`+0000`, as Python and Java print it). It goes
 * on with them, as every reader of ISO 8601 understands it; it is stored and shown in UTC.
 */
export const instant = new z.ZodMiniISODateTime({ ...with_colon, pattern: RegExp(WITHOUT_COLON) }).check(
  z.overwrite((time) => time.replace(/([+-]\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`)),
)

const DEPTH_MAX = 16
const FREE_OBJECT_BYTES_MAX = 64 * 1024

/** A JSON object whose content is the client's own business, bounded in bytes and depth. */
export const freeObject = z.record(z.string(), z.unknown()).check(
  z.superRefine((value, context) => {
    if (depthOf(value) > DEPTH_MAX) {
      context.addIssue({ code: 'custom', message: `must not be nested deeper than ${DEPTH_MAX} levels` })
    } else if (new TextEncoder().encode(JSON.stringify(value)).length > FREE_OBJECT_BYTES_MAX) {
      context.addIssue({ code: 'custom', message: `must not take more than ${FREE_OBJECT_BYTES_MAX} bytes` })
    } else if (!isWellFormed(value)) {
      context.addIssue({ code: 'custom', message: 'must be well-formed Unicode text' })
    }
  }),
)

/** Free JSON of a record, of which `tags` is what the tag filter reads. */
export const metadata = freeObject.check(
  z.superRefine((value, context) => {
    const { tags } = value
    // Null is no tags: so clients and data frames say that there are none.
    if (tags === undefined || tags === null) return
    if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== 'string')) {
      context.addIssue({ code: 'custom', path: ['tags'], message: 'must be a list of strings' })
    }
  }),
)

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let deepest = 0
  for (const child of Object.values(value)) deepest = Math.max(deepest, depthOf(child))
  return deepest + 1
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, child]) => key.isWellFormed() && isWellFormed(child))
}
