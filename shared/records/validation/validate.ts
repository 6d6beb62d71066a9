import type * as z from 'zod/mini'

import { type FieldError, Problem } from '../../base/problem.ts'
import { fieldPath } from './field-path.ts'
import { humanMessage } from './messages.ts'

/** A body of a megabyte can hold a hundred thousand bad fields; the answer names this many. */
const ERRORS_MAX = 500

/**
 * `value` as `schema` reads it. With faults the result is `undefined`, and `errors` gets every bad field.
 * @param name says what the value is (`body`), where a message needs to speak of all of it
 */
export function collect<S extends z.ZodMiniType>(
  schema: S,
  value: unknown,
  errors: FieldError[],
  name: string,
): z.output<S> | undefined {
  const result = schema.safeParse(value, { error: humanMessage })
  if (result.success) return result.data
  for (const issue of result.error.issues) errors.push(...fieldErrors(issue, name))
  return undefined
}

/** @throws Problem `invalid-input` with all of `errors`, when there are any */
export function refuseIfAny(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(errors)
}

/** The answer to a value with these errors, of which there must be one. */
export function invalid(errors: readonly FieldError[]): Problem {
  const shown = errors.slice(0, ERRORS_MAX)
  const [first] = shown as [FieldError, ...FieldError[]]
  const rest = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  return new Problem('invalid-input', `${first.path} ${first.message}${rest}`, { errors: shown })
}

function fieldErrors(issue: z.core.$ZodIssue, name: string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: fieldPath([...issue.path, key]), message: 'is not a known field' }))
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = likeliestBranch(issue.errors)
    if (branch !== undefined) {
      return branch.flatMap((inner) => fieldErrors({ ...inner, path: [...issue.path, ...inner.path] }, name))
    }
  }
  return [{ path: fieldPath(issue.path) || name, message: issue.message }]
}

/** The one alternative of a union that got past the value's own type; `undefined` when none or several did. */
function likeliestBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const inside = branches.filter((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && !path.length))
  return inside.length === 1 ? inside[0] : undefined
}
