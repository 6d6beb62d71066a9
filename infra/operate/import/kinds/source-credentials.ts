import { isObject } from '#shared/base/is-object.ts'
import { type Credentials, readCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import type { PlatformType } from '#shared/records/platform.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { isBrowserEncrypted, openBrowserEncrypted } from '../browser-encryption.ts'
import { parseJson } from '../json-text.ts'
import { idText } from '../values.ts'

/**
 * Credentials of a source, by what the import can do with them. Remarks name fields and quote no values.
 */
export type SourceCredentials =
  | { readonly kind: 'clear'; readonly credentials: Credentials }
  /** Present but unreadable in this run: credentials that an earlier run stored stay. */
  | { readonly kind: 'closed'; readonly remark: string }
  | { readonly kind: 'unfit'; readonly remark: string }

/** Fields with ciphertext of the old system. */
const CIPHERTEXT_FIELDS = ['encrypted', 'encrypted_credentials', 'ciphertext']
/** Name of the secret when only the secret was encrypted. */
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
  const errors = new FieldErrors()
  const fields = said.map(([name, field]) => [name, idText(field) ?? field] as const)
  const credentials = readCredentials(type, Object.fromEntries(fields), errors)
  if (credentials) return { kind: 'clear', credentials }
  // Only names: a quoted value could be a secret.
  const names = new Set(
    errors.shown.map(({ path }) => path.replace(/^credentials\.?/, '')).filter((name) => name !== ''),
  )
  return { kind: 'unfit', remark: unfit(type, [...names].slice(0, NAMES_SHOWN).join(', ')) }
}

const NAMES_SHOWN = 20

const NEEDS_KEY =
  'its credentials are encrypted by the browser: imported as pending and without them; --encryption-key opens them'
const WRONG_KEY =
  'its credentials are encrypted by the browser, and the encryption key does not open them: imported as pending and ' +
  'without them'
const SEALED_ELSEWHERE =
  'its credentials are sealed for another bucket: imported as pending and without them; enter them again'

function unfit(type: string, fault: string): string {
  return `its credentials do not fit ${type} (${fault}): imported as pending and without them`
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

/** The decrypted fields; other values unchanged; `undefined` when there are none. */
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
  // A map: an assignment to a member `__proto__` would lose it, and it is refused by name.
  const fields = new Map<string, unknown>()
  for (const [name, field] of Object.entries(value)) {
    if (!isBrowserEncrypted(field)) {
      fields.set(name, field)
      continue
    }
    const text = open(field)
    const inner = text === undefined ? undefined : parseJson(text)?.parsed
    if (CIPHERTEXT_FIELDS.includes(name) && isObject(inner)) {
      for (const [inner_name, inner_field] of Object.entries(inner)) fields.set(inner_name, inner_field)
    } else {
      fields.set(CIPHERTEXT_FIELDS.includes(name) ? OLD_SECRET : name, typeof inner === 'string' ? inner : text)
    }
  }
  return Object.fromEntries(fields)
}
