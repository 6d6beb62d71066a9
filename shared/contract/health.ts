import * as z from 'zod/mini'

import { FUNCTIONS, type FunctionName } from './functions.ts'
import { problemDocument } from './problem-document.ts'
import type { Route } from './route.ts'

const query = z.strictObject({
  deep: z
    .optional(z.enum(['0', '1']))
    .check(z.describe('1 also checks the dependencies of the function; the result is kept for 10 s')),
})

const body = z.object({
  success: z.literal(true),
  status: z.literal('ok'),
  storage_backend: z.literal('parquet'),
  revision: z.string(),
  timestamp: z.iso.datetime(),
})

/** `GET /api/{function}/health`, the same for every function. */
export function healthRoute(name: FunctionName) {
  return {
    function: name,
    method: 'GET',
    path: `${FUNCTIONS[name].path_prefixes[0]}/health`,
    summary: 'Whether the function answers, and with deep=1 whether its dependencies do',
    access: 'public',
    query,
    answers: {
      200: { description: 'It answers', body },
      503: { description: 'A dependency does not answer', body: problemDocument },
    },
  } as const satisfies Route
}
