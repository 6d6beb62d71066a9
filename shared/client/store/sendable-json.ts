import { INEXACT_NUMBER, isExactNumber } from '../../base/exact-number.ts'
import { isObject } from '../../base/is-object.ts'
import type { FieldErrors } from '../../records/validation/field-errors.ts'

/** The one name that the service takes in no object. */
const FORBIDDEN_NAME = '__proto__'

/**
 * Adds what the service would refuse a whole request for, wherever it is in a value: a number that it would have to change, a
 * name that no object may have.
 */
export function addUnsendable(value: unknown, path: readonly (string | number)[], errors: FieldErrors): void {
  if (typeof value === 'number') {
    if (!isExactNumber(value)) errors.add(path, INEXACT_NUMBER)
  } else if (Array.isArray(value)) {
    for (const [at, element] of value.entries()) addUnsendable(element, [...path, at], errors)
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name === FORBIDDEN_NAME) errors.add([...path, name], 'is not an allowed name')
      else addUnsendable(member, [...path, name], errors)
    }
  }
}
