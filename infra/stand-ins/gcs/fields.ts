/**
 * The `fields` parameter: which parts of a JSON answer the caller wants, e.g. `items(name,metadata/key),nextPageToken`.
 * Without it everything is sent; a field that is not named must not arrive, or a caller that forgot one would only
 * notice against the real service. Names that no resource has are taken for fields without a value.
 * Source: https://cloud.google.com/storage/docs/json_api#fields
 */
import { invalid } from './refusals.ts'

/** What is wanted below each name; undefined: all of it. `*` stands for every name. */
export type FieldMask = Map<string, FieldMask | undefined>

/** @throws Refusal 400 when it is not of this form */
export function parseFields(text: string): FieldMask {
  const tokens = text.match(/[^,/()]+|[,/()]/g) ?? []
  const mask = parseList(tokens)
  if (tokens.length > 0) throw invalidFields()
  return mask
}

export function pickFields(value: unknown, mask: FieldMask): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => pickFields(item, mask))
  if (typeof value !== 'object' || value === null) return value
  const picked = Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    if (!mask.has(name) && !mask.has('*')) return []
    const below = mask.has(name) ? mask.get(name) : mask.get('*')
    return [[name, below === undefined ? field : pickFields(field, below)]]
  })
  return Object.fromEntries(picked)
}

/** Takes a list off the front of the tokens. */
function parseList(tokens: string[]): FieldMask {
  const mask: FieldMask = new Map()
  do {
    const [name, below] = parsePath(tokens)
    mask.set(name, below)
  } while (tokens[0] === ',' && tokens.shift())
  return mask
}

function parsePath(tokens: string[]): [string, FieldMask | undefined] {
  const name = tokens.shift()
  if (name === undefined || !/^(?:\*|[\w-]+)$/.test(name)) throw invalidFields()
  if (tokens[0] === '/') {
    tokens.shift()
    return [name, new Map([parsePath(tokens)])]
  }
  if (tokens[0] !== '(') return [name, undefined]
  tokens.shift()
  const below = parseList(tokens)
  if (tokens.shift() !== ')') throw invalidFields()
  return [name, below]
}

const invalidFields = () => invalid('Invalid field selection')
