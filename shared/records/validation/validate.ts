import type * as z from 'zod/mini'

import { type FieldError, Problem } from '../../base/problem.ts'
import { FieldErrors } from './field-errors.ts'
import { humanMessage } from './messages.ts'

type Prepare = <S extends z.ZodMiniType>(schema: S) => S

let prepared: Prepare = (schema) => schema

/** From now on schemas are used as `prepare` gives them: a server compiles them, which the policy of pages forbids. */
export function prepareSchemas(prepare: Prepare): void {
  prepared = prepare
}

/**
 * `value` as `schema` reads it. With faults the result is `undefined`, and `errors` gets every bad field.
 * @param name says what the value is (`body`), where a message needs to speak of all of it
 */
export function collect<S extends z.ZodMiniType>(
  schema: S,
  value: unknown,
  errors: FieldErrors,
  name: string,
): z.output<S> | undefined {
  const { data, error } = prepared(schema).safeParse(value, { error: humanMessage })
  for (const issue of error?.issues ?? []) addIssue(errors, issue, [], name)
  return data
}

/** @throws Problem `invalid-input` with all of `errors`, when there are any */
export function refuseIfAny(errors: FieldErrors): void {
  if (errors.count > 0) throw invalid(errors)
}

/** The answer to a value with these errors, of which there must be one. */
export function invalid(errors: FieldErrors | readonly FieldError[]): Problem {
  const all = errors instanceof FieldErrors ? errors : new FieldErrors(errors)
  const { shown, count, members } = all
  const { path, message } = shown[0]!
  const rest = count === 1 ? '' : ` (and ${count - 1} more)`
  return new Problem('invalid-input', `${path} ${message}${rest}`, { errors: shown, members })
}

/** All of `errors` as one issue, for a check that found them by another schema. */
export function issueOf(errors: FieldErrors) {
  return { code: 'custom' as const, message: 'is not valid', params: { errors } }
}

/** @param outer the path of the value that the issue's path starts from */
function addIssue(errors: FieldErrors, issue: z.core.$ZodIssue, outer: readonly PropertyKey[], name: string): void {
  if (issue.code === 'custom' && issue.params?.['errors'] instanceof FieldErrors) {
    return errors.addAll(issue.params['errors'])
  }
  if (issue.code === 'unrecognized_keys') {
    for (const [at, key] of issue.keys.entries()) {
      if (errors.is_full) return errors.skip(issue.keys.length - at)
      errors.add([...outer, ...issue.path, key], 'is not a known field')
    }
    return
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliestBranch(issue.errors)
    if (branch) {
      const path = errors.is_full ? outer : [...outer, ...issue.path]
      return branch.forEach((inner) => addIssue(errors, inner, path, name))
    }
  }
  if (errors.is_full) return errors.skip(1)
  const path = [...outer, ...issue.path]
  errors.add(path.length === 0 ? name : path, issue.message)
}

/** The one alternative of a union that got past the value's own type; `undefined` when none or several did. */
function likeliestBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const inside = branches.filter((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && !path.length))
  return inside.length === 1 ? inside[0] : undefined
}
