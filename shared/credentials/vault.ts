import { isObject } from '../base/is-object.ts'
import { createCipheriv, createDecipheriv } from 'node:crypto'

import type { Random } from '../base/random.ts'
import { KeyError, type KeyVersion, type KeyWrapper, WRAPPED_BYTES_MAX } from './key-wrapper.ts'

/**
 * Credentials of a platform, sealed so that they open only where they belong: bound as additional authenticated data to
 * bucket, user, platform and platform type. Ciphertext that is copied to another record, user or environment stays shut.
 *
 * The key management service itself encrypts credentials that fit its limit. Larger credentials are sealed here, by
 * AES-256-GCM under a data key made for this one write, and the service seals the data key; both under the same
 * binding. Either way one call to the service seals, and one opens.
 *
 * Buffers that held a secret or a data key are overwritten after use. That shortens their life and is no guarantee:
 * strings (the JSON of the credentials, base64 inside the service's client) cannot be overwritten in JavaScript.
 */
export interface CredentialVault {
  /** @throws KeyError `unavailable`, `key_unusable`, `denied`; RangeError beyond CREDENTIAL_BYTES_MAX */
  seal(credentials: Credentials, binding: CredentialBinding): Promise<SealedCredentials>
  /** @throws KeyError; `refused` when they were sealed for another binding, or damaged */
  open(sealed: SealedCredentials, binding: CredentialBinding): Promise<Credentials>
  /** The same credentials under the key's primary version; one call to open, one to seal. @throws KeyError */
  reseal(sealed: SealedCredentials, binding: CredentialBinding): Promise<SealedCredentials>
  /** The version that `seal` uses now; one call. @throws KeyError */
  primaryVersion(): Promise<KeyVersion>
}

/** A JSON object. */
export type Credentials = Readonly<Record<string, unknown>>

/** The owner of credentials. No member may ever change: if one did, the credentials would have to be entered again. */
export interface CredentialBinding {
  bucket: string
  user_id: string
  platform_id: string
  /** In canonical spelling. */
  platform_type: string
}

/** The stored form: plain JSON. Only its length says anything about the secret. */
export interface SealedCredentials {
  format: 'am1'
  /** Seals `ciphertext`, or the data key in `envelope`. Only informs: the service finds the version by itself. */
  key_version: KeyVersion
  /** Base64. With `envelope`: nonce (12 bytes), AES-256-GCM ciphertext, tag (16). Without: the service's own format. */
  ciphertext: string
  envelope?: { wrapped_key: string }
}

/** Far more than any platform's credentials; keeps a mistake from filling the table. */
export const CREDENTIAL_BYTES_MAX = 1024 * 1024

const FORMAT = 'am1'
const CIPHER = 'aes-256-gcm'
const DATA_KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/**
 * First byte of a wrapped data key. Data key and credentials have the same binding, so without this byte a writer
 * of the bucket could pass one off as the other: no JSON text starts with it.
 */
const DATA_KEY_MARK = 0x01

export interface VaultOptions {
  keys: KeyWrapper
  /** Makes data keys and nonces: cryptographic outside of simulations. */
  random: Random
}

export function credentialVault({ keys, random }: VaultOptions): CredentialVault {
  const seal = (plaintext: Uint8Array, aad: Uint8Array) =>
    plaintext.length > WRAPPED_BYTES_MAX
      ? sealInEnvelope(plaintext, aad, keys, random)
      : sealDirectly(plaintext, aad, keys)

  return {
    async seal(credentials, binding) {
      const plaintext = Buffer.from(JSON.stringify(credentials), 'utf8')
      try {
        if (plaintext.length > CREDENTIAL_BYTES_MAX) {
          throw new RangeError(`credentials have ${plaintext.length} bytes, more than ${CREDENTIAL_BYTES_MAX}`)
        }
        return await seal(plaintext, aadOf(binding))
      } finally {
        plaintext.fill(0)
      }
    },
    async open(sealed, binding) {
      const plaintext = await unseal(sealed, aadOf(binding), keys)
      try {
        return parseCredentials(plaintext)
      } finally {
        plaintext.fill(0)
      }
    },
    async reseal(sealed, binding) {
      const aad = aadOf(binding)
      const plaintext = await unseal(sealed, aad, keys)
      try {
        return await seal(plaintext, aad)
      } finally {
        plaintext.fill(0)
      }
    },
    primaryVersion: () => keys.primaryVersion(),
  }
}

/** Whether `maintenance/reencrypt` has to move these to the primary version. */
export function needsReencryption(sealed: SealedCredentials, primary_version: KeyVersion): boolean {
  return sealed.key_version !== primary_version
}

/**
 * Parses the content of a column as sealed credentials.
 * @throws KeyError `refused` when it is anything else
 */
export function sealedCredentials(stored: unknown): SealedCredentials {
  const { format, key_version, ciphertext, envelope } = isObject(stored) ? stored : {}
  const wrapped_key = isObject(envelope) ? envelope['wrapped_key'] : undefined
  const is_known = format === FORMAT && typeof key_version === 'string' && typeof ciphertext === 'string'
  if (!is_known || (envelope !== undefined && typeof wrapped_key !== 'string')) {
    throw new KeyError('refused', 'the stored credentials have an unknown format')
  }
  return { format, key_version, ciphertext, ...(typeof wrapped_key === 'string' && { envelope: { wrapped_key } }) }
}

/** A JSON array, so that no choice of ids makes two bindings the same bytes. */
function aadOf({ bucket, user_id, platform_id, platform_type }: CredentialBinding): Uint8Array {
  return Buffer.from(JSON.stringify([FORMAT, bucket, user_id, platform_id, platform_type]), 'utf8')
}

async function sealDirectly(plaintext: Uint8Array, aad: Uint8Array, keys: KeyWrapper): Promise<SealedCredentials> {
  const { ciphertext, key_version } = await keys.encrypt(plaintext, aad)
  return { format: FORMAT, key_version, ciphertext: toBase64(ciphertext) }
}

async function sealInEnvelope(
  plaintext: Uint8Array,
  aad: Uint8Array,
  keys: KeyWrapper,
  random: Random,
): Promise<SealedCredentials> {
  const data_key = random.bytes(DATA_KEY_BYTES)
  const marked_key = Buffer.from([DATA_KEY_MARK, ...data_key])
  try {
    const nonce = random.bytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, data_key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad)
    const ciphertext = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    const wrapped = await keys.encrypt(marked_key, aad)
    const envelope = { wrapped_key: toBase64(wrapped.ciphertext) }
    return { format: FORMAT, key_version: wrapped.key_version, ciphertext: toBase64(ciphertext), envelope }
  } finally {
    data_key.fill(0)
    marked_key.fill(0)
  }
}

async function unseal(stored: SealedCredentials, aad: Uint8Array, keys: KeyWrapper): Promise<Uint8Array> {
  const { ciphertext, envelope } = sealedCredentials(stored)
  const sealed = Buffer.from(ciphertext, 'base64')
  if (envelope === undefined) return keys.decrypt(sealed, aad)
  const marked_key = await keys.decrypt(Buffer.from(envelope.wrapped_key, 'base64'), aad)
  try {
    if (marked_key.length !== DATA_KEY_BYTES + 1 || marked_key[0] !== DATA_KEY_MARK) {
      throw new KeyError('refused', 'the envelope of the credentials holds no data key')
    }
    return decrypt(sealed, marked_key.subarray(1), aad)
  } finally {
    marked_key.fill(0)
  }
}

function decrypt(sealed: Uint8Array, data_key: Uint8Array, aad: Uint8Array): Uint8Array {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new KeyError('refused', 'the sealed credentials are truncated')
  const tag_at = sealed.length - TAG_BYTES
  const decipher = createDecipheriv(CIPHER, data_key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(aad).setAuthTag(sealed.subarray(tag_at))
  // Until the tag is checked these bytes must not be believed, and they may be the secret all the same.
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, tag_at))
  try {
    decipher.final()
    return plaintext
  } catch {
    plaintext.fill(0)
    throw new KeyError('refused', 'the sealed credentials are damaged, or bound to other data')
  }
}

/** JSON.parse quotes the text in its error. */
function parseCredentials(plaintext: Uint8Array): Credentials {
  let credentials: unknown
  try {
    credentials = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext))
  } catch {
    throw new KeyError('refused', 'the decrypted credentials are not a JSON object')
  }
  if (!isObject(credentials)) throw new KeyError('refused', 'the decrypted credentials are not a JSON object')
  return credentials
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
