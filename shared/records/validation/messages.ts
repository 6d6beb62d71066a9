import type * as z from 'zod/mini'

/**
 * What is wrong with a field, to be read after its name: `name` "must not be empty". Never repeats the value, which
 * may be a secret. `undefined` leaves the schema's own message, which comes first anyway.
 */
export const humanMessage: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${typeName(issue.expected)}`
    case 'invalid_value':
      return mustBeOneOf(issue.values)
    case 'invalid_format':
      return formatMessage(issue.format, issue.input)
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return tooBig(issue)
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`
    case 'unrecognized_keys':
      return 'has fields that are not known'
    case 'invalid_union':
      return unionMessage(issue.errors ?? [])
    case 'invalid_key':
      return 'has a name that is not allowed'
    case 'invalid_element':
      return 'has an entry that is not allowed'
    default:
      return undefined
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  never: 'left out',
  nan: 'not a number',
}

const typeName = (expected: string) => TYPE_NAMES[expected] ?? `a ${expected}`

function mustBeOneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => JSON.stringify(value) ?? String(value))
  return shown.length === 1 ? `must be ${shown[0]}` : `must be one of ${shown.join(', ')}`
}

function formatMessage(format: string, input: unknown): string {
  switch (format) {
    case 'regex':
      return 'does not have the right form'
    case 'date':
    case 'datetime': {
      const day = /^\d{4}-\d\d-\d\d/.exec(String(input))?.[0]
      if (day && new Date(day).toJSON()?.slice(0, 10) !== day) return 'has a day that is not in the calendar'
      return format === 'date'
        ? 'must be a date such as 2025-05-28'
        : 'must be an ISO 8601 time such as 2025-05-28T12:00:00Z'
    }
    case 'safeint':
    case 'int32':
    case 'uint32':
      return 'must be an integer'
    default:
      return `must be a valid ${format.replaceAll('_', ' ')}`
  }
}

interface Bound {
  origin: string
  inclusive?: boolean
  exact?: boolean
}

/** How a length is counted, or `undefined` for a plain number. */
function unitOf(origin: string, count: number | bigint): string | undefined {
  const one = Number(count) === 1
  if (origin === 'string') return one ? 'character' : 'characters'
  if (origin === 'array' || origin === 'set') return one ? 'entry' : 'entries'
  if (origin === 'object' || origin === 'record' || origin === 'map') return one ? 'member' : 'members'
  return undefined
}

function tooSmall(issue: Bound & { minimum: number | bigint }): string {
  const { origin, minimum, inclusive = true, exact = false } = issue
  const unit = unitOf(origin, minimum)
  if (unit === undefined) return inclusive ? `must be at least ${minimum}` : `must be more than ${minimum}`
  if (Number(minimum) === 1 && !exact) return 'must not be empty'
  return `must have ${exact ? 'exactly' : 'at least'} ${minimum} ${unit}`
}

function tooBig(issue: Bound & { maximum: number | bigint }): string {
  const { origin, maximum, inclusive = true, exact = false } = issue
  const unit = unitOf(origin, maximum)
  if (unit === undefined) return inclusive ? `must be at most ${maximum}` : `must be less than ${maximum}`
  return `must have ${exact ? 'exactly' : 'at most'} ${maximum} ${unit}`
}

/** What each alternative says of the value itself, joined; detail inside alternatives would only confuse. */
function unionMessage(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const said = new Set<string>()
  for (const issues of branches) {
    const own = issues.find(({ path }) => path.length === 0)
    if (own !== undefined && !own.message.startsWith('must be ')) return own.message
    if (own !== undefined) said.add(own.message.replace(/^must be /, ''))
  }
  return said.size === 0 ? 'fits none of the allowed forms' : `must be ${[...said].join(' or ')}`
}
