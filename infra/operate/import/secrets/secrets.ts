import { isObject } from '#shared/base/is-object.ts'
import { ExactDecimal } from '#shared/parquet/exact-decimal.ts'
import { RoundedFloat } from '#shared/parquet/rounded-float.ts'
import { isBrowserEncrypted } from '../browser-encryption.ts'
import type { ImportKind, NestedFields } from '../kinds/import-kind.ts'
import type { SourceFields } from '../readers/source-fields.ts'
import { parseJson } from '../json-text.ts'
import { plain } from '../values.ts'
import { isContainerName, isPlural, isSecretInContainer, isSecretName, isWeakName } from './names.ts'
import { isLongRandom, isSchemeOnly, withoutSecretShapes } from './shapes.ts'

/**
 * Leaves out secrets beside the credentials, such as a token in the metadata or a header in the error details: kept,
 * every reader of the bucket could see them. By name everywhere; by shape only where people and programs write freely:
 * in free objects, unknown fields and error texts, and never in declared fields.
 */

/** Gets the path of what was left out: `metadata.oauth.refresh`, `error_details.headers[].value`. */
type OnRemoved = (path: string) => void

/** Columns that name whose the row is and where it stood. */
const OF_THE_ROW = new Set(['user_id', 'year', 'month'])

const LEVELS_MAX = 64

/** The row without secrets. Credentials of platforms have been taken out of it before. */
export function withoutSecrets(
  { kind, nested, free_objects, error_texts }: ImportKind,
  source: SourceFields,
  onRemoved: OnRemoved,
): SourceFields {
  const declared = new Set(kind.columns.map(({ name }) => name))
  const kept = Object.entries(source).flatMap(([name, value]): [string, unknown][] => {
    const list = nested.find(({ column }) => column === name)
    if (list) return [[name, withParsed(value, onRemoved, (parsed, report) => cleanedList(parsed, list, report))]]
    if (free_objects.includes(name)) {
      return [[name, withParsed(value, onRemoved, (parsed, report) => cleaned(parsed, name, report))]]
    }
    if (error_texts?.includes(name)) return [[name, cleanedText(value, name, onRemoved)]]
    if (declared.has(name) || OF_THE_ROW.has(name)) return [[name, value]]
    return cleanedMember(name, value, name, onRemoved)
  })
  return Object.fromEntries(kept)
}

/** The elements of a declared list: members that they do not declare are free. */
function cleanedList(list: unknown, { column, known, unknown_into }: NestedFields, onRemoved: OnRemoved): unknown {
  if (!Array.isArray(list)) return list
  return list.map((element: unknown) => {
    if (!isPlainObject(element)) return element
    const kept = Object.entries(element).flatMap(([name, value]): [string, unknown][] =>
      known.includes(name) && name !== unknown_into
        ? [[name, value]]
        : cleanedMember(name, value, `${column}[].${name}`, onRemoved),
    )
    return Object.fromEntries(kept)
  })
}

/** The member of a free object: none when its name or value is a secret. */
function cleanedMember(
  name: string,
  value: unknown,
  path: string,
  onRemoved: OnRemoved,
  levels_left = LEVELS_MAX,
  is_in_container = false,
): [string, unknown][] {
  const is_told = is_in_container && typeof value === 'string' && isSecretInContainer(name) && !isSchemeOnly(value)
  if ((!is_told || value === '') && !isSecret(name, value)) {
    return [[name, cleaned(value, path, onRemoved, levels_left, is_in_container || isContainerName(name))]]
  }
  onRemoved(path)
  return []
}

function isSecret(name: string, value: unknown): boolean {
  if (isNothing(value)) return false
  if (isBrowserEncrypted(value)) return true
  if (typeof value === 'string' && isWeakName(name) && isLongRandom(value)) return true
  if (!isSecretName(name)) return false
  if (isObject(value) && isContainerName(name)) return false
  if (typeof value === 'string' && isSchemeOnly(value)) return false
  return !(isPlural(name) && isNumber(value))
}

/** A boolean or a null under such a name is not a secret. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || typeof value === 'boolean'
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || /^\s*\d+\s*$/.test(String(value))
}

/** @param is_container the value is an object such as `oauth` */
function cleaned(
  value: unknown,
  path: string,
  onRemoved: OnRemoved,
  levels_left = LEVELS_MAX,
  is_container = false,
): unknown {
  if (levels_left === 0) return value
  if (typeof value === 'string') return cleanedText(value, path, onRemoved, levels_left)
  if (Array.isArray(value)) return cleanedElements(value, path, onRemoved, levels_left, is_container)
  if (!isPlainObject(value)) return value
  const names_a_secret = Object.entries(value).some(
    ([name, label]) => LABEL.test(name) && typeof label === 'string' && isSecretName(label),
  )
  const kept = Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
    const child_path = `${path}.${name}`
    if (!names_a_secret || !LABELLED.test(name) || isNothing(child)) {
      return cleanedMember(name, child, child_path, onRemoved, levels_left - 1, is_container)
    }
    onRemoved(child_path)
    return []
  })
  return Object.fromEntries(kept)
}

/** `{"name": "Authorization", "value": "…"}`, and what readers make of a Parquet map. */
const LABEL = /^(?:attribute|field|header|key|label|name|option|param|parameter|property|variable)$/i
const LABELLED = /^(?:content|data|text|val|value|values)$/i

/** Elements of a list; of a pair such as `["Authorization", "…"]` the second is told by the first. */
function cleanedElements(
  list: readonly unknown[],
  path: string,
  onRemoved: OnRemoved,
  levels_left: number,
  is_container: boolean,
): unknown {
  const element_path = `${path}[]`
  const is_headers = /headers?$/i.test(path) && list.every((element) => typeof element === 'string')
  return list.map((element: unknown, at) => {
    const before: unknown = list[at - 1]
    const is_second = at === 1 && list.length === 2 && path.endsWith('[]')
    const is_told = is_second || (is_headers && at % 2 === 1)
    if (is_told && typeof before === 'string' && isSecretName(before) && !isNothing(element)) {
      onRemoved(element_path)
      return REMOVED_ELEMENT
    }
    return cleaned(element, element_path, onRemoved, levels_left - 1, is_container)
  })
}

/** Other elements of a list keep their places. */
const REMOVED_ELEMENT = '[removed]'

/** A text without the secrets in it: also JSON in a text, which stays a text. */
function cleanedText(value: unknown, path: string, onRemoved: OnRemoved, levels_left = LEVELS_MAX): unknown {
  if (typeof value !== 'string') return value
  if (nestedIn(value) !== undefined) {
    const rest = withParsed(value, onRemoved, (parsed, report) => cleaned(parsed, path, report, levels_left - 1))
    return typeof rest === 'string' ? rest : JSON.stringify(plain(rest, () => {}))
  }
  const text = withoutSecretShapes(value)
  if (text !== value) onRemoved(path)
  return text
}

/**
 * A list or object with what is done to it, also where it is JSON in a text. A text without secrets stays, so that its
 * numbers are read where all are. A text that is not JSON stays too, and is refused: its column holds lists and objects.
 */
function withParsed(
  value: unknown,
  onRemoved: OnRemoved,
  clean: (parsed: unknown, onRemoved: OnRemoved) => unknown,
): unknown {
  const parsed = typeof value === 'string' ? nestedIn(value) : value
  if (parsed === undefined) return value
  let has_secrets = false
  const rest = clean(parsed, (path) => {
    has_secrets = true
    onRemoved(path)
  })
  return has_secrets || typeof value !== 'string' ? rest : value
}

/** The object or list that is written as text. */
function nestedIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  return parseJson(text)?.parsed
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false
  const is_number = value instanceof ExactDecimal || value instanceof RoundedFloat
  return !is_number && !(value instanceof Date) && !ArrayBuffer.isView(value)
}
