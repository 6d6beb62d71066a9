/** Crypto keys with their versions: states, rotation, and encryption by the rules of Cloud KMS. */
import { DAY_MS } from '#shared/base/durations.ts'
import { createCipheriv, createDecipheriv } from 'node:crypto'
import path from 'node:path'
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import { readKeys, writeKeys, type StoredKey, type StoredVersion, type VersionState } from './key-file.ts'
import { illegalState, notEnabled, notFound, undecipherable } from './refusals.ts'

/** The service's default between asking for destruction and destroying. */
const DESTROY_DELAY_MS = 30 * DAY_MS
const CIPHER = 'aes-256-gcm'
const HANDLE_BYTES = 8
const NONCE_BYTES = 12
const TAG_BYTES = 16

export class Keys {
  readonly #file: string
  readonly #clock: Clock
  readonly #random: Random
  #keys: StoredKey[]

  /** @param folder where `keys.json` lies */
  constructor(folder: string, clock: Clock, random: Random) {
    this.#file = path.join(folder, 'keys.json')
    this.#clock = clock
    this.#random = random
    this.#keys = readKeys(this.#file)
  }

  /** The key of that name, with a first version, if there is none yet. */
  ensure(name: string): void {
    if (this.#keys.some((key) => key.name === name)) return
    const key = { name, created_ms: this.#clock.nowMs(), primary: '1', versions: [this.#newVersion('1')] }
    this.#save([...this.#keys, key])
  }

  hasRing(ring_name: string): boolean {
    return this.#keys.some(({ name }) => name.startsWith(`${ring_name}/cryptoKeys/`))
  }

  /** @throws Refusal 404 */
  key(name: string): StoredKey {
    this.#destroyDue()
    const key = this.#keys.find((key) => key.name === name)
    if (key === undefined) throw notFound(`CryptoKey ${name} not found.`)
    return key
  }

  /** @throws Refusal 404 */
  version(key_name: string, id: string): StoredVersion {
    const version = this.key(key_name).versions.find((version) => version.id === id)
    if (version === undefined) throw notFound(`CryptoKeyVersion ${nameOf(key_name, id)} not found.`)
    return version
  }

  /** A further version, which encrypts only once it is made primary. */
  addVersion(key_name: string): StoredVersion {
    const key = this.key(key_name)
    const version = this.#newVersion(String(key.versions.length + 1))
    this.#replace({ ...key, versions: [...key.versions, version] })
    return version
  }

  /** A further version that encrypts from now on; gives its id. */
  rotate(key_name: string): string {
    const { id } = this.addVersion(key_name)
    this.setPrimary(key_name, id)
    return id
  }

  /** @throws Refusal 400 when the version is not enabled */
  setPrimary(key_name: string, id: string): void {
    const { state } = this.version(key_name, id)
    if (state !== 'ENABLED') throw notEnabled(nameOf(key_name, id), state)
    this.#replace({ ...this.key(key_name), primary: id })
  }

  /**
   * To any state from any but DESTROYED, which is final.
   * @throws Refusal 400
   */
  setState(key_name: string, id: string, state: VersionState): StoredVersion {
    const version = this.version(key_name, id)
    if (version.state === 'DESTROYED') throw illegalState(`${nameOf(key_name, id)} is DESTROYED for ever.`)
    const now_ms = this.#clock.nowMs()
    const destroy_ms = state === 'DESTROYED' ? now_ms : state === 'DESTROY_SCHEDULED' ? now_ms + DESTROY_DELAY_MS : null
    const material = state === 'DESTROYED' ? null : version.material
    return this.#replaceVersion(key_name, { ...version, state, destroy_ms, material })
  }

  /** @throws Refusal 400 when the version is not enabled */
  encrypt(key_name: string, id: string, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    const { handle, material } = this.#enabled(key_name, this.version(key_name, id))
    const nonce = this.#random.bytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, material, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.concat([handle, aad]))
    return Buffer.concat([handle, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws Refusal 400 */
  decrypt(key_name: string, ciphertext: Uint8Array, aad: Uint8Array): { plaintext: Uint8Array; version_id: string } {
    const key = this.key(key_name)
    const bytes = Buffer.from(ciphertext)
    const named = bytes.subarray(0, HANDLE_BYTES)
    const version = key.versions.find(({ handle }) => handle === named.toString('base64'))
    if (version === undefined || bytes.length < HANDLE_BYTES + NONCE_BYTES + TAG_BYTES) throw undecipherable()
    const { handle, material } = this.#enabled(key_name, version)
    const nonce = bytes.subarray(HANDLE_BYTES, HANDLE_BYTES + NONCE_BYTES)
    const decipher = createDecipheriv(CIPHER, material, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.concat([handle, aad])).setAuthTag(bytes.subarray(-TAG_BYTES))
    const opened = decipher.update(bytes.subarray(HANDLE_BYTES + NONCE_BYTES, -TAG_BYTES))
    try {
      decipher.final()
    } catch (error) {
      throw Object.assign(undecipherable(), { cause: error })
    }
    return { plaintext: opened, version_id: version.id }
  }

  #enabled(key_name: string, { id, state, handle, material }: StoredVersion): { handle: Buffer; material: Buffer } {
    if (state !== 'ENABLED' || material === null) throw notEnabled(nameOf(key_name, id), state)
    return { handle: Buffer.from(handle, 'base64'), material: Buffer.from(material, 'base64') }
  }

  #newVersion(id: string): StoredVersion {
    const handle = Buffer.from(this.#random.bytes(HANDLE_BYTES)).toString('base64')
    const material = Buffer.from(this.#random.bytes(32)).toString('base64')
    return { id, state: 'ENABLED', created_ms: this.#clock.nowMs(), handle, material, destroy_ms: null }
  }

  /** Versions whose time has come: their material goes, from the file too. */
  #destroyDue(): void {
    const now_ms = this.#clock.nowMs()
    const isDue = ({ state, destroy_ms }: StoredVersion) =>
      state === 'DESTROY_SCHEDULED' && destroy_ms !== null && destroy_ms <= now_ms
    if (!this.#keys.some(({ versions }) => versions.some(isDue))) return
    const destroyed = (version: StoredVersion): StoredVersion =>
      isDue(version) ? { ...version, state: 'DESTROYED', material: null } : version
    this.#save(this.#keys.map((key) => ({ ...key, versions: key.versions.map(destroyed) })))
  }

  #replaceVersion(key_name: string, version: StoredVersion): StoredVersion {
    const key = this.key(key_name)
    this.#replace({ ...key, versions: key.versions.map((old) => (old.id === version.id ? version : old)) })
    return version
  }

  #replace(key: StoredKey): void {
    this.#save(this.#keys.map((old) => (old.name === key.name ? key : old)))
  }

  /** On disk first: what was answered is never forgotten. */
  #save(keys: StoredKey[]): void {
    writeKeys(this.#file, keys)
    this.#keys = keys
  }
}

export function nameOf(key_name: string, version_id: string): string {
  return `${key_name}/cryptoKeyVersions/${version_id}`
}
