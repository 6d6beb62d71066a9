import * as z from 'zod/mini'

import { integerInText } from './integer-in-text.ts'

/** Query parameters of every listing. */
export const paging = {
  limit: z.optional(integerInText(1, 200)).check(z.describe('Rows of a page, 1–200; 50 without it.')),
  cursor: z.optional(z.string().check(z.maxLength(500))).check(z.describe('`next_cursor` of the previous page.')),
}
