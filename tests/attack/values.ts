import { fc } from '#tests/support/seeds.ts'
import { fieldPath } from '#shared/records/validation/field-path.ts'
import { type Schema, schemaFaults } from './contract.ts'

/** Values made from JSON Schemas: what a schema accepts up to its edges, and what it refuses, with the place of it. */

/** Values of properties that a schema alone cannot make, such as ids of records that are there. */
export type KnownValues = Readonly<Record<string, fc.Arbitrary<unknown>>>

const anyOf = (schema: Schema) => schema['anyOf'] as readonly Schema[] | undefined
const propertiesOf = (schema: Schema) => (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>
const numberOf = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise)

const PIECES = [
  'a',
  'Z9',
  ' ',
  '\t',
  '\n',
  '\0',
  '\u001b[31m',
  'é',
  'e\u0301',
  '🎉',
  '👩‍👩‍👧',
  '\u202e',
  '\u2028',
  '\ufeff',
  '"',
  '\\',
  "'",
  '%00',
  '%2f',
  '../',
  '<b>',
  '=1+1',
  '${x}',
  '__proto__',
  'null',
]

function textUpTo(length_min: number, length_max: number): fc.Arbitrary<string> {
  const short = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
  const edges = [length_min, length_min + 1, length_max - 1, length_max].filter(
    (length) => length >= length_min && length <= length_max && length <= 20_000,
  )
  const fits = (text: string) => text.length >= length_min && text.length <= length_max
  return fc.oneof(
    { weight: 4, arbitrary: short.filter(fits) },
    fc.constantFrom(...edges).map((n) => 'x'.repeat(n)),
  )
}

const INSTANTS = [
  '2026-02-28T23:59:59Z',
  '2024-02-29T00:00:00.000Z',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2035-01-01T00:00:00+14:00',
  '2035-12-31T23:59:59.999999-11:30',
]
const BY_FORMAT: Readonly<Record<string, readonly string[]>> = {
  date: ['2024-02-29', '1970-01-01', '9999-12-31', '2026-11-21'],
  'date-time': INSTANTS,
}

function stringOf(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern } = schema
  const ready = BY_FORMAT[String(format)]
  if (ready !== undefined) return fc.constantFrom(...ready.filter((text) => schemaFaults(schema, text).length === 0))
  if (typeof pattern === 'string') {
    return fc.stringMatching(new RegExp(pattern)).filter((text) => schemaFaults(schema, text).length === 0)
  }
  return textUpTo(numberOf(schema['minLength'], 0), numberOf(schema['maxLength'], 100))
}

function numberIn(schema: Schema): fc.Arbitrary<number> {
  const least = numberOf(schema['minimum'], -1e6)
  const most = numberOf(schema['maximum'], 1e6)
  const is_whole = schema['type'] === 'integer'
  const inside = is_whole ? fc.integer({ min: least, max: most }) : fc.double({ min: least, max: most, noNaN: true })
  return fc.oneof(fc.constantFrom(least, most), inside)
}

/** Any JSON that is nobody's business: few levels, odd names, but not `__proto__`. */
const anyJson = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -0.5, 9007199254740991, 1e-300, '', '🎉', [], {}, [[]], {
    a: { b: [1, null] },
  }),
  textUpTo(0, 50),
)
const anyName = fc.oneof(
  fc.constantFrom('a', 'toString', 'constructor', 'prototype', 'odd name', 'é', '0', '', 'a.b[0]'),
  textUpTo(1, 30),
)

function freeMembers(taken: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const name = anyName.filter((text) => !taken.includes(text) && text !== '__proto__')
  return fc.dictionary(name, anyJson, { maxKeys: 3, noNullPrototype: true })
}

function objectOf(schema: Schema, known: KnownValues): fc.Arbitrary<Record<string, unknown>> {
  const properties = propertiesOf(schema)
  const required = (schema['required'] ?? []) as readonly string[]
  const members = Object.entries(properties).map(
    ([name, member]) => [name, known[name] ?? valid(member, known)] as const,
  )
  const listed = fc.record(Object.fromEntries(members), { requiredKeys: [...required], noNullPrototype: true })
  // Most bodies say little: with thirty fields there would hardly ever be one without.
  const chosen = fc.tuple(listed, fc.subarray(Object.keys(properties))).map(([all, names]) => {
    const kept = Object.entries(all).filter(([name]) => required.includes(name) || names.includes(name))
    return Object.fromEntries(kept)
  })
  if (schema['additionalProperties'] === false) return chosen
  return fc.tuple(chosen, freeMembers(Object.keys(properties))).map(([own, more]) => ({ ...more, ...own }))
}

function listOf(schema: Schema, known: KnownValues): fc.Arbitrary<unknown[]> {
  const item = valid((schema['items'] ?? {}) as Schema, known)
  const most = numberOf(schema['maxItems'], 5)
  const full = item.map((one) => Array.from({ length: most }, () => one)).filter((all) => size(all) < 100_000)
  return fc.oneof({ weight: 20, arbitrary: fc.array(item, { maxLength: Math.min(3, most) }) }, full)
}

const size = (value: unknown) => JSON.stringify(value).length

/** What `schema` accepts. */
export function valid(schema: Schema, known: KnownValues = {}): fc.Arbitrary<unknown> {
  const choices = anyOf(schema)
  if (choices !== undefined && schema['type'] === undefined) return fc.oneof(...choices.map((one) => valid(one, known)))
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  switch (schema['type']) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return numberIn(schema)
    case 'string':
      return stringOf(schema)
    case 'array':
      return listOf(schema, known)
    case 'object':
      // A body's own `anyOf` says which of its members there must be.
      return objectOf(schema, known).filter(
        (value) => choices === undefined || schemaFaults(schema, value).length === 0,
      )
    default:
      return anyJson
  }
}

/** A value that is refused, and the place in it that is wrong. */
export interface Wrong {
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

const TYPES_APART = [null, true, 0, 1.5, -1, 2 ** 53, 'x', '', [], {}, [[1]], { a: 1 }, ['x', 7], '2026-13-01', '1e5']

/** What a value may be; an `anyOf` beside a type only adds to it. */
function variantsOf(schema: Schema): readonly Schema[] {
  if (schema['type'] !== undefined) return [schema]
  return anyOf(schema)?.flatMap(variantsOf) ?? [schema]
}

function wrongLeaves(schema: Schema): unknown[] {
  const variants = variantsOf(schema)
  const beyond = variants.flatMap((one) => {
    const { maxLength, maximum, minimum, maxItems } = one
    return [
      ...(typeof maxLength === 'number' ? ['x'.repeat(maxLength + 1)] : []),
      ...(typeof maximum === 'number' ? [maximum + 1, maximum * 2 + 0.5] : []),
      ...(typeof minimum === 'number' ? [minimum - 1] : []),
      ...(typeof maxItems === 'number' ? [Array.from({ length: maxItems + 1 }, () => 'x')] : []),
    ]
  })
  // What is wrong with an object is wrong with a member of it.
  const is_object = variants.some(({ type }) => type === 'object')
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
  const values = [...TYPES_APART, ...beyond].filter((value) => !(is_object && isObject(value)))
  return values.filter((value) => schemaFaults(schema, value).length > 0)
}

/** What `schema` refuses for one reason, `undefined` when it accepts everything. */
export function wrong(schema: Schema, known: KnownValues = {}): fc.Arbitrary<Wrong> | undefined {
  const leaves = wrongLeaves(schema)
  const found: fc.Arbitrary<Wrong>[] = leaves.length === 0 ? [] : [fc.constantFrom(...leaves.map(asWhole))]
  for (const one of variantsOf(schema)) {
    if (one['type'] === 'object') found.push(...wrongMembers(one, known))
    const items = one['type'] === 'array' ? wrong(one['items'] as Schema, known) : undefined
    if (items !== undefined) found.push(items.map(({ path, value }) => ({ path: [0, ...path], value: [value] })))
  }
  if (found.length === 0) return undefined
  return fc.oneof(...found).filter(({ value }) => schemaFaults(schema, value).length > 0)
}

const asWhole = (value: unknown): Wrong => ({ path: [], value })

function wrongMembers(schema: Schema, known: KnownValues): fc.Arbitrary<Wrong>[] {
  const found: fc.Arbitrary<Wrong>[] = []
  const around = objectOf(schema, known)
  for (const [name, member] of Object.entries(propertiesOf(schema))) {
    const inside = wrong(member, known)
    if (inside === undefined) continue
    found.push(
      fc.tuple(around, inside).map(([rest, { path, value }]) => ({
        path: [name, ...path],
        value: { ...rest, [name]: value },
      })),
    )
  }
  if (schema['additionalProperties'] === false) {
    const unknown = fc.constantFrom('nmae', 'toString', 'odd name', 'Name', 'name ', 'é', 'a.b[0]', 'x'.repeat(99))
    found.push(fc.tuple(around, unknown).map(([rest, name]) => ({ path: [name], value: { ...rest, [name]: 1 } })))
  }
  for (const name of (schema['required'] ?? []) as readonly string[]) {
    found.push(around.map((all) => ({ path: [name], value: without(all, name) })))
  }
  return found
}

function without(members: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([one]) => one !== name))
}

/** Whether a field error speaks of the place: of it, of something inside, or of what it is part of. */
export function namesPlace(errors: readonly { path: string }[], path: readonly (string | number)[], whole: string) {
  if (path.length === 0) return errors.some((error) => error.path === whole)
  const places = path.map((_, index) => fieldPath(path.slice(0, index + 1)))
  const inner = places.at(-1)!
  return errors.some((error) => places.includes(error.path) || isBelow(error.path, inner))
}

const isBelow = (path: string, place: string) => path.startsWith(`${place}.`) || path.startsWith(`${place}[`)
