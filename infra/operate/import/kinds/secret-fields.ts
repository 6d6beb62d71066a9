import { isObject } from '#shared/base/is-object.ts'
import { isBrowserEncrypted } from '../browser-encryption.ts'
import type { SourceFields } from '../readers/reader.ts'
import { parseJson } from '../values.ts'

/**
 * Removes secrets outside the credentials, such as a column `api_key` or a token in the settings: kept in metadata, every
 * reader could see them. The report names them.
 */

const LOOKS_SECRET =
  /(?:^|_)(?:secret|password|passwd|passphrase|credentials?|api_?key|private_?key|access_?key|auth|bearer|jwt)(?:_|$)|token$|secret$/

export function isSecretName(name: string): boolean {
  const spelled = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
  return LOOKS_SECRET.test(spelled)
}

/** The source without secrets. @param removed gets the paths of the removed fields */
export function withoutSecrets(source: SourceFields, removed: string[]): SourceFields {
  const kept = Object.entries(source).flatMap(([name, value]): [string, unknown][] => {
    const nested = typeof value === 'string' ? nestedIn(value) : value
    return isSecret(name, nested) ? (removed.push(name), []) : [[name, cleaned(nested, name, removed, LEVELS_MAX)]]
  })
  return Object.fromEntries(kept)
}

const LEVELS_MAX = 64

/** Parses objects and lists that are written as text. */
function nestedIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text
  return parseJson(text)?.parsed ?? text
}

function cleaned(value: unknown, path: string, removed: string[], levels_left: number): unknown {
  if (levels_left === 0) return value
  if (Array.isArray(value)) return value.map((child, at) => cleaned(child, `${path}[${at}]`, removed, levels_left - 1))
  if (!isObject(value) || value instanceof Date || ArrayBuffer.isView(value)) return value
  const kept = Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
    const child_path = `${path}.${name}`
    if (!isSecret(name, child)) return [[name, cleaned(child, child_path, removed, levels_left - 1)]]
    removed.push(child_path)
    return []
  })
  return Object.fromEntries(kept)
}

/** A boolean or a null under such a name is not a secret. */
function isSecret(name: string, value: unknown): boolean {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return false
  return isBrowserEncrypted(value) || isSecretName(name)
}
