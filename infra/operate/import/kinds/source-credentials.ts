import type { FieldError } from '#shared/base/problem.ts'
import { type Credentials, readCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import type { PlatformType } from '#shared/records/platform.ts'
import { isBrowserEncrypted, openBrowserEncrypted } from '../browser-encryption.ts'
import { isObject, parseJson } from '../values.ts'

/**
 * Credentials as a source has them. They are told apart by what can be done with them; whatever is said of them names
 * fields only.
 */
export type SourceCredentials =
  | { readonly kind: 'clear'; readonly credentials: Credentials }
  /** They are there, and this run cannot read them: what an earlier one stored is not taken away. */
  | { readonly kind: 'closed'; readonly remark: string }
  | { readonly kind: 'unfit'; readonly remark: string }

/** Fields in which the old system kept what it had encrypted. */
const CIPHERTEXT_FIELDS = ['encrypted', 'encrypted_credentials', 'ciphertext']
/** What the one secret was called, where only it was encrypted. */
const OLD_SECRET = 'api_key'

/** @returns `undefined` when there are none */
export function credentialsOf(
  type: PlatformType,
  value: unknown,
  encryption_key: string | undefined,
): SourceCredentials | undefined {
  const opened = opener(encryption_key)
  const found = fieldsOf(value, opened.open)
  if (opened.failure !== undefined) return { kind: 'closed', remark: opened.failure }
  if (found === undefined) return undefined
  if (!isObject(found)) return { kind: 'unfit', remark: unfit(type, 'they are neither JSON nor fields') }
  if (found['encrypted'] === true) return { kind: 'closed', remark: SEALED_ELSEWHERE }
  const said = Object.entries(found).filter(([, field]) => field !== null && field !== undefined && field !== '')
  if (said.length === 0) return undefined
  const errors: FieldError[] = []
  const fields = said.map(([name, field]) => [name, typeof field === 'number' ? String(field) : field] as const)
  const credentials = readCredentials(type, Object.fromEntries(fields), errors)
  if (credentials) return { kind: 'clear', credentials }
  // Only names: a message of a schema never quotes a value, and yet this is the one place where it would matter.
  const names = new Set(errors.map(({ path }) => path.replace(/^credentials\.?/, '')).filter((name) => name !== ''))
  return { kind: 'unfit', remark: unfit(type, [...names].slice(0, NAMES_SHOWN).join(', ')) }
}

const NAMES_SHOWN = 20

const NEEDS_KEY =
  'its credentials are encrypted by the browser: it comes in without them and pending; --encryption-key opens them'
const WRONG_KEY =
  'its credentials are encrypted by the browser, and the encryption key does not open them: it comes in without them ' +
  'and pending'
const SEALED_ELSEWHERE =
  'its credentials are sealed for the bucket they come from: it comes in without them and pending; enter them again'

function unfit(type: string, what: string): string {
  return `its credentials do not fit ${type} (${what}): it comes in without them and pending`
}

interface Opener {
  open: (ciphertext: string) => string | undefined
  failure: string | undefined
}

function opener(encryption_key: string | undefined): Opener {
  const state: Opener = {
    failure: undefined,
    open: (ciphertext) => {
      const text = encryption_key === undefined ? undefined : openBrowserEncrypted(ciphertext, encryption_key)
      if (text === undefined) state.failure = encryption_key === undefined ? NEEDS_KEY : WRONG_KEY
      return text
    },
  }
  return state
}

/** The fields, with everything opened; anything else as it is; `undefined` when nothing is there. */
function fieldsOf(value: unknown, open: Opener['open']): unknown {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') {
    if (value.trim() === '') return undefined
    const text = isBrowserEncrypted(value) ? open(value) : value
    const parsed = text === undefined ? undefined : parseJson(text)?.parsed
    // A JSON text in a JSON text: encoded once by the client and once by the store.
    return typeof parsed === 'string' ? fieldsOf(parsed, open) : parsed === undefined ? value : (parsed ?? undefined)
  }
  if (!isObject(value)) return value
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    if (!isBrowserEncrypted(field)) {
      fields[name] = field
      continue
    }
    const text = open(field)
    const inner = text === undefined ? undefined : parseJson(text)?.parsed
    if (CIPHERTEXT_FIELDS.includes(name)) {
      if (isObject(inner)) Object.assign(fields, inner)
      else fields[OLD_SECRET] = typeof inner === 'string' ? inner : text
    } else {
      fields[name] = typeof inner === 'string' ? inner : text
    }
  }
  return fields
}
