import * as z from 'zod/mini'

import { PROBLEM_KINDS, PROBLEM_TITLES, type Problem, type ProblemKind } from '../base/problem.ts'

/** The `type` of a problem answer: a URI reference that names the kind, the same on every host. */
export function problemType(kind: ProblemKind): `/problems/${ProblemKind}` {
  return `/problems/${kind}`
}

/** A problem of one part of a request, inside an answer: without the members of a whole answer, and without `errors`. */
export function problemMembers({ kind, message, members }: Problem): Readonly<Record<string, unknown>> {
  const { status } = PROBLEM_KINDS[kind]
  return { type: problemType(kind), title: PROBLEM_TITLES[kind], status, detail: message, ...members }
}

/** The same as a schema. */
export const partialProblem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
})

const KINDS = Object.keys(PROBLEM_KINDS) as ProblemKind[]

const fieldError = z.object({
  path: z.string().check(z.maxLength(200), z.describe('segments[2].size')),
  message: z.string().check(z.maxLength(500)),
})

/** Every answer that is not a success: RFC 9457, and `success` and `error` as clients of the old system read them. */
export const problemDocument = z.looseObject({
  type: z.enum(KINDS.map(problemType)).check(z.describe('The kind of problem; it decides what the caller should do')),
  title: z.string(),
  status: z.int().check(z.minimum(400), z.maximum(599)),
  detail: z.string().check(z.describe('One sentence for a person')),
  instance: z.string().check(z.describe('The id of the request, as in X-Request-Id')),
  success: z.literal(false),
  error: z.string().check(z.describe('The same as detail')),
  errors: z
    .optional(z.array(fieldError).check(z.maxLength(100)))
    .check(z.describe('The bad fields, the first 100 of them; a longer path is cut with …')),
  errors_omitted: z
    .optional(z.int().check(z.minimum(1)))
    .check(z.describe('How many more bad fields there are than `errors` names')),
  outcome: z.optional(z.literal('unknown')).check(z.describe('The write may have landed')),
})
