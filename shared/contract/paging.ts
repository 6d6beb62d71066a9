import * as z from 'zod'

/** Query parameters of every listing. */
export const paging = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .optional()
    .describe('Rows of a page, 1–200; 50 without it.'),
  cursor: z.string().max(500).optional().describe('`next_cursor` of the page before.'),
}
