import * as z from 'zod/mini'

/** Building blocks of the credential schemas. Messages never repeat a value. */

const SECRET_CHARACTERS_MAX = 4096

/** What the old client's CryptoJS put before everything it encrypted: "Salted__" in base64. */
const BROWSER_CIPHERTEXT = /^U2FsdGVkX1/

export const BROWSER_ENCRYPTED =
  'must not be encrypted in the browser, with a key that this service does not have: send the fields of the platform ' +
  'as they are, over HTTPS; they are encrypted on arrival, with a key that never leaves Cloud KMS'

/** A token, key or secret: nothing that could end a header line or hide in a form. */
export function secret(length_max = SECRET_CHARACTERS_MAX) {
  return z.string().check(
    z.maxLength(length_max),
    z.refine((value) => value !== '', { error: 'must not be empty' }),
    z.refine((value) => /^[\x21-\x7e]*$/.test(value), { error: 'must have no spaces, line breaks or special letters' }),
    z.refine((value) => !BROWSER_CIPHERTEXT.test(value), { error: BROWSER_ENCRYPTED }),
  )
}

/** An id that becomes part of a path or a query. */
export function identifier(pattern: RegExp, form: string) {
  return z.string().check(z.regex(pattern, { error: `must be ${form}` }))
}

/** A number as text: ids are too long for a JSON number. */
export const digits = identifier(/^\d{1,20}$/, 'a string of 1 to 20 digits')
