/**
 * The port to the key management service: two operations on small secrets, each bound to additional authenticated data
 * (AAD) that must be repeated word for word to get the secret back. Key material never leaves the service.
 *
 * Each call ends within ten seconds, counted by the clock of the adapter. Failures throw, always as a `KeyError`.
 */

/** Which version of the key was used: its resource name, `projects/…/cryptoKeys/…/cryptoKeyVersions/3`. */
export type KeyVersion = string

/** The most bytes that one `encrypt` accepts. The same limit holds for the AAD. */
export const WRAPPED_BYTES_MAX = 64 * 1024

export interface Wrapped {
  ciphertext: Uint8Array
  key_version: KeyVersion
}

export interface KeyWrapper {
  /** Encrypts with the key's primary version. Takes no copy of `plaintext`: it is the caller's to erase. */
  encrypt(plaintext: Uint8Array, aad: Uint8Array): Promise<Wrapped>
  /** The service finds the version by the ciphertext. The answer is the caller's to erase. */
  decrypt(ciphertext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
  /** The version that `encrypt` uses now. Ciphertext of any other version waits for re-encryption. */
  primaryVersion(): Promise<KeyVersion>
}

/**
 * The kinds of failed calls, by what the caller should do.
 * - `unavailable`: the service does not answer, throttles or is too slow, or bytes were damaged in transit: try again.
 * - `key_unusable`: the version (or the whole key) is disabled, destroyed or about to be: until an operator enables it
 *   again, what it encrypted cannot be opened. Says nothing about other versions.
 * - `refused`: wrong AAD, another key's or a damaged ciphertext: this will never open. The secret must be entered again.
 * - `denied`: this process may not use the key: an operator must grant it.
 */
export type KeyErrorKind = 'unavailable' | 'key_unusable' | 'refused' | 'denied'

/** Says what failed, never with what: neither message nor cause holds a secret, a ciphertext or AAD. */
export class KeyError extends Error {
  override readonly name = 'KeyError'
  readonly kind: KeyErrorKind

  constructor(kind: KeyErrorKind, message: string) {
    super(message)
    this.kind = kind
  }
}
