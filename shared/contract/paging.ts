import * as z from 'zod/mini'

/** Query parameters of every listing. */
export const paging = {
  limit: z
    .optional(
      z.pipe(
        z.pipe(z.string().check(z.regex(/^\d{1,3}$/)), z.transform(Number)),
        z.int().check(z.minimum(1), z.maximum(200)),
      ),
    )
    .check(z.describe('Rows of a page, 1–200; 50 without it.')),
  cursor: z.optional(z.string().check(z.maxLength(500))).check(z.describe('`next_cursor` of the previous page.')),
}
