import { isUtf8 } from 'node:buffer'

import { INEXACT_NUMBER, isExactNumber, keptNumber } from '../../base/exact-number.ts'
import { Problem } from '../../base/problem.ts'
import { FieldErrors } from '../../records/validation/field-errors.ts'
import { refuseIfAny } from '../../records/validation/validate.ts'
import { addDuplicateNames, syntaxFault } from './json-faults.ts'

/** Containers inside containers; the deepest record needs far fewer. */
export const JSON_DEPTH_MAX = 64

/**
 * The one name that a copy of an object loses, because assigning to it sets the prototype instead. `constructor` and
 * `prototype` are members like any other.
 */
const FORBIDDEN_NAME = '__proto__'

/**
 * A request's bytes as the JSON value they are, more strictly than `JSON.parse`: UTF-8 only, at most 64 levels, no
 * name twice in an object, no `__proto__`, no number that would be changed, no text that UTF-8 could not store (half a
 * surrogate pair).
 *
 * The strict checks cost one scan of the text and one walk of the value; what exactly is wrong, and where, is worked
 * out only once something is, and for as many faults as an answer names.
 * @throws Problem `invalid-input` that says where
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new Problem('invalid-input', 'The request body is not valid UTF-8')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\ufeff/, '')

  const { depth, member_count } = measure(text)
  if (depth > JSON_DEPTH_MAX) {
    throw new Problem('invalid-input', `The request body is nested more than ${JSON_DEPTH_MAX} levels deep`)
  }

  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Problem(
      'invalid-input',
      `The request body is not valid JSON: ${syntaxFault(text) ?? 'it cannot be read'}`,
      { cause },
    )
  }

  const walk: Walk = { member_count: 0, path: [], errors: new FieldErrors() }
  inspect(value, walk)
  if (walk.member_count !== member_count) addDuplicateNames(text, walk.errors)
  refuseIfAny(walk.errors)
  return typeof value === 'number' ? keptNumber(value) : value
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** How deep brackets nest outside of strings, and how many `name: value` there are. */
function measure(text: string): { depth: number; member_count: number } {
  let level = 0
  let depth = 0
  let member_count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = closingQuote(text, at)
    } else if (code === COLON) {
      member_count += 1
    } else if (code === 0x7b || code === 0x5b) {
      level += 1
      if (level > depth) depth = level
    } else if (code === 0x7d || code === 0x5d) {
      level -= 1
    }
  }
  return { depth, member_count }
}

/** Where the string that opens at `start` closes; the text's end when it does not. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return at
  }
  return text.length
}

interface Walk {
  member_count: number
  /** Where the walk is; one list for all of it. */
  path: (string | number)[]
  errors: FieldErrors
}

/** Adds what is wrong in `value` to the errors, and makes −0 in it 0. */
function inspect(value: unknown, walk: Walk): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) addFault(walk, 'holds half of a character (an unpaired surrogate)')
  } else if (typeof value === 'number') {
    if (!isExactNumber(value)) addFault(walk, `${INEXACT_NUMBER}: send it as text`)
  } else if (Array.isArray(value)) {
    inspectElements(value, walk)
  } else if (typeof value === 'object' && value !== null) {
    inspectMembers(value as Record<string, unknown>, walk)
  }
}

function addFault({ path, errors }: Walk, message: string): void {
  errors.add(path.length === 0 ? 'body' : path, message)
}

function inspectElements(list: unknown[], walk: Walk): void {
  const last = walk.path.length
  for (let index = 0; index < list.length; index++) {
    const element = list[index]
    walk.path[last] = index
    if (Object.is(element, -0)) list[index] = 0
    else inspect(element, walk)
  }
  walk.path.length = last
}

function inspectMembers(record: Record<string, unknown>, walk: Walk): void {
  const last = walk.path.length
  for (const key of Object.keys(record)) {
    const member = record[key]
    walk.path[last] = key
    walk.member_count += 1
    if (key === FORBIDDEN_NAME) addFault(walk, 'is not an allowed name')
    else if (!key.isWellFormed()) addFault(walk, 'is not a well-formed name')
    if (Object.is(member, -0)) record[key] = 0
    else inspect(member, walk)
  }
  walk.path.length = last
}
