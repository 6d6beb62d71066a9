import * as z from 'zod/mini'

import { integerInText } from './integer-in-text.ts'

/** Query parameters of every listing. */
export const paging = {
  limit: z.optional(integerInText(1, 200)),
  cursor: z.optional(z.string().check(z.maxLength(500))),
}
