import type { Clock } from '../base/clock.ts'
import { crc32c } from '../base/crc32c.ts'
import type { Random } from '../base/random.ts'
import { retry } from '../base/retry.ts'
import { withTimeLimit } from '../base/timeout.ts'
import { KeyError, type KeyVersion, type KeyWrapper, type Wrapped } from './key-wrapper.ts'
import { type CallLimit, type KmsClient, openKmsClient } from './kms-client.ts'
import { asKeyError, DamagedOnTheWay, isTransient } from './kms-failures.ts'

/**
 * The key wrapper on Google Cloud KMS, through the official client.
 *
 * Checksums go both ways: each request carries the CRC-32C of its parts and the service says that it checked them; each
 * answer carries one that is checked here. Without that, a bit that flips before encryption is found when the secret is
 * needed, and nothing can bring it back. Source: https://cloud.google.com/kms/docs/data-integrity-guidelines
 */
export interface CloudKmsOptions {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`, a symmetric one. */
  key_name: string
  clock: Clock
  random: Random
  /** Base URL of a stand-in with this API, called without credentials; for the local runtime. */
  api_endpoint?: string | undefined
  /** Limit of one call with all its attempts; loading the client counts too. */
  timeout_ms?: number
}

const DEFAULT_TIMEOUT_MS = 10_000
/** The client's own retries, up to ten minutes and by its own clock, are off. */
const ATTEMPTS_MAX = 3
const BACKOFF = { base_ms: 100, cap_ms: 1_000 }

/** Makes no request and loads no client before the first call. */
export function cloudKms(options: CloudKmsOptions): KeyWrapper {
  return new CloudKms(options)
}

type Attempt<T> = (client: KmsClient, limit: CallLimit) => Promise<T>

class CloudKms implements KeyWrapper {
  readonly #key_name: string
  readonly #clock: Clock
  readonly #random: Random
  readonly #api_endpoint: string | undefined
  readonly #timeout_ms: number
  #client: Promise<KmsClient> | undefined

  constructor({ key_name, clock, random, api_endpoint, timeout_ms = DEFAULT_TIMEOUT_MS }: CloudKmsOptions) {
    this.#key_name = key_name
    this.#clock = clock
    this.#random = random
    this.#api_endpoint = api_endpoint
    this.#timeout_ms = timeout_ms
  }

  encrypt(plaintext: Uint8Array, aad: Uint8Array): Promise<Wrapped> {
    const request = {
      name: this.#key_name,
      plaintext,
      plaintextCrc32c: { value: crc32c(plaintext) },
      additionalAuthenticatedData: aad,
      additionalAuthenticatedDataCrc32c: { value: crc32c(aad) },
    }
    return this.#limited(`encrypting with ${this.#key_name}`, async (client, limit) => {
      const answer = await client.encrypt(request, limit)
      if (!answer.verifiedPlaintextCrc32c || !answer.verifiedAdditionalAuthenticatedDataCrc32c) {
        throw new DamagedOnTheWay('the service did not verify the checksums of the request')
      }
      const ciphertext = verified(answer.ciphertext, answer.ciphertextCrc32c)
      const key_version = answer.name ?? ''
      if (!this.#isVersionOfKey(key_version)) throw new DamagedOnTheWay('the answer names no version of the key')
      return { ciphertext, key_version }
    })
  }

  decrypt(ciphertext: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    const request = {
      name: this.#key_name,
      ciphertext,
      ciphertextCrc32c: { value: crc32c(ciphertext) },
      additionalAuthenticatedData: aad,
      additionalAuthenticatedDataCrc32c: { value: crc32c(aad) },
    }
    return this.#limited(`decrypting with ${this.#key_name}`, async (client, limit) => {
      const answer = await client.decrypt(request, limit)
      return verified(answer.plaintext, answer.plaintextCrc32c)
    })
  }

  primaryVersion(): Promise<KeyVersion> {
    const doing = `asking for the primary version of ${this.#key_name}`
    return this.#limited(doing, async (client, limit) => {
      const { primary } = await client.getCryptoKey({ name: this.#key_name }, limit)
      const key_version = primary?.name ?? ''
      if (!this.#isVersionOfKey(key_version))
        throw new KeyError('key_unusable', `${doing}: the key has no primary version`)
      return key_version
    })
  }

  #isVersionOfKey(name: string): boolean {
    return name.startsWith(`${this.#key_name}/cryptoKeyVersions/`)
  }

  /** Runs one call with a time limit. After the limit the request is aborted and its outcome is unknown. */
  async #limited<T>(doing: string, attempt: Attempt<T>): Promise<T> {
    const late = () => new KeyError('unavailable', `${doing} took longer than ${this.#timeout_ms} ms`)
    try {
      return await withTimeLimit(this.#clock, this.#timeout_ms, (signal) => this.#withRetries(attempt, signal), late)
    } catch (error) {
      throw asKeyError(error, doing)
    }
  }

  /** No operation changes anything, so an attempt whose answer was lost can be repeated. */
  #withRetries<T>(attempt: Attempt<T>, signal: AbortSignal): Promise<T> {
    const timing = { clock: this.#clock, random: this.#random }
    const options = { attempts_max: ATTEMPTS_MAX, backoff: BACKOFF, isTransient, signal }
    return retry(timing, options, async () => attempt(await this.#opened(), { timeout_ms: this.#timeout_ms, signal }))
  }

  /** The client, loaded once; a failure to open it (for example, no credentials available now) is not remembered. */
  async #opened(): Promise<KmsClient> {
    const opening = (this.#client ??= openKmsClient(this.#api_endpoint))
    try {
      return await opening
    } catch (error) {
      if (this.#client === opening) this.#client = undefined
      throw error
    }
  }
}

/**
 * The bytes of an answer, after a check against its checksum.
 * @throws DamagedOnTheWay
 */
function verified(
  bytes: Uint8Array | string | null | undefined,
  sent: { value?: unknown } | null | undefined,
): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new DamagedOnTheWay('the answer has no bytes')
  // An int64, which the client gives as text.
  if (Number(sent?.value ?? Number.NaN) !== crc32c(bytes)) {
    throw new DamagedOnTheWay('the answer arrived damaged')
  }
  return bytes
}
