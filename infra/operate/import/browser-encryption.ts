import { createDecipheriv, createHash } from 'node:crypto'

/**
 * Opens texts that the old client encrypted in the browser: `CryptoJS.AES.encrypt(text, passphrase).toString()`. That is
 * base64 of "Salted__", 8 bytes of salt and AES-256-CBC, with key and IV from the passphrase by OpenSSL's EVP_BytesToKey
 * (MD5, one round). It is not authenticated: only the padding shows a wrong passphrase.
 */

const MAGIC = Buffer.from('Salted__')
const SALT_BYTES = 8
const KEY_BYTES = 32
const IV_BYTES = 16

/** Such a text begins with the base64 of its magic bytes. */
export function isBrowserEncrypted(value: unknown): value is string {
  return typeof value === 'string' && value.trim().startsWith('U2FsdGVkX1')
}

/** @returns `undefined` when the passphrase does not decrypt it */
export function openBrowserEncrypted(text: string, passphrase: string): string | undefined {
  const bytes = Buffer.from(text.trim(), 'base64')
  const salt_end = MAGIC.length + SALT_BYTES
  if (bytes.length <= salt_end || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const { key, iv } = keyOf(passphrase, bytes.subarray(MAGIC.length, salt_end))
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, iv)
    const plaintext = Buffer.concat([decipher.update(bytes.subarray(salt_end)), decipher.final()])
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext)
  } catch {
    // Bad padding or not UTF-8: a wrong passphrase. The error is dropped, because it may quote the plaintext.
    return undefined
  }
}

function keyOf(passphrase: string, salt: Uint8Array): { key: Buffer; iv: Buffer } {
  let derived = Buffer.alloc(0)
  let block = Buffer.alloc(0)
  while (derived.length < KEY_BYTES + IV_BYTES) {
    block = createHash('md5').update(block).update(passphrase, 'utf8').update(salt).digest()
    derived = Buffer.concat([derived, block])
  }
  return { key: derived.subarray(0, KEY_BYTES), iv: derived.subarray(KEY_BYTES, KEY_BYTES + IV_BYTES) }
}
