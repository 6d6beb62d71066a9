/** The methods of Cloud KMS's REST API that the stand-in knows. Source: https://cloud.google.com/kms/docs/reference/rest */
import { crc32c } from '#shared/base/crc32c.ts'
import { isoTime } from '#shared/base/clock.ts'
import type { Fault, Operation } from './faults.ts'
import { checkedBytes, parseBody, type Body } from './fields.ts'
import type { StoredKey, StoredVersion } from './key-file.ts'
import { nameOf, type Keys } from './keys.ts'
import { illegalState, invalid, notFound } from './refusals.ts'

/** A request to the stand-in. */
export interface KmsCall {
  method: string
  path: string
  query: URLSearchParams
  body: string
}

export interface Method {
  operation: Operation
  /** As in the API's reference, e.g. `cryptoKeys.encrypt`. */
  name: string
  /** What it takes. Source: https://cloud.google.com/kms/docs/reference/permissions-and-roles */
  permission: string
  /** The key asked about. */
  key_name: string
  /** @throws Refusal */
  run(fault: Fault | undefined): object
}

interface MethodTarget {
  ring_name: string
  key_name: string
  version_id: string | undefined
  /** @throws Refusal 400 when there are other fields than these */
  body: (...fields: string[]) => Body
  /** Enums as numbers, as the client asks, or as names. */
  is_numeric: boolean
  update_mask: string | null
  fault: Fault | undefined
}

type Run = (keys: Keys, target: MethodTarget) => object

const PATH =
  /^\/v1\/(projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/:]+)(?:(\/cryptoKeys\/[^/:]+)(?:(\/cryptoKeyVersions)(?:\/([^/:]+))?)?)?(?::(\w+))?$/

/** By the resource that the path names, the verb and the custom method. */
const METHODS: Readonly<Record<string, readonly [name: string, Operation, permission: string, Run]>> = {
  'GET ring': ['keyRings.get', 'get', 'keyRings.get', getRing],
  'GET key': ['cryptoKeys.get', 'get', 'cryptoKeys.get', getKey],
  'POST key:encrypt': ['cryptoKeys.encrypt', 'encrypt', 'cryptoKeyVersions.useToEncrypt', encrypt],
  'POST version:encrypt': ['cryptoKeys.encrypt', 'encrypt', 'cryptoKeyVersions.useToEncrypt', encrypt],
  'POST key:decrypt': ['cryptoKeys.decrypt', 'decrypt', 'cryptoKeyVersions.useToDecrypt', decrypt],
  'POST key:updatePrimaryVersion': [
    'cryptoKeys.updatePrimaryVersion',
    'manage',
    'cryptoKeys.update',
    updatePrimaryVersion,
  ],
  'GET versions': ['cryptoKeyVersions.list', 'get', 'cryptoKeyVersions.list', listVersions],
  'POST versions': ['cryptoKeyVersions.create', 'manage', 'cryptoKeyVersions.create', createVersion],
  'GET version': ['cryptoKeyVersions.get', 'get', 'cryptoKeyVersions.get', getVersion],
  'PATCH version': ['cryptoKeyVersions.patch', 'manage', 'cryptoKeyVersions.update', patchVersion],
  'POST version:destroy': ['cryptoKeyVersions.destroy', 'manage', 'cryptoKeyVersions.destroy', destroyVersion],
  'POST version:restore': ['cryptoKeyVersions.restore', 'manage', 'cryptoKeyVersions.restore', restoreVersion],
}

/** @throws Refusal 404 */
export function findMethod(keys: Keys, call: KmsCall): Method {
  const [, ring_name = '', key = '', versions, version_id, custom] = PATH.exec(call.path) ?? []
  const resource =
    version_id !== undefined ? 'version' : versions !== undefined ? 'versions' : key === '' ? 'ring' : 'key'
  const found = METHODS[`${call.method} ${resource}${custom === undefined ? '' : `:${custom}`}`]
  if (ring_name === '' || found === undefined) throw notFound(`There is no ${call.method} ${call.path}.`)
  const [name, operation, permission, run] = found
  const key_name = `${ring_name}${key}`
  const target = {
    ring_name,
    key_name,
    version_id,
    body: (...fields: string[]) => parseBody(call.body, fields),
    is_numeric: (call.query.get('$alt') ?? '').endsWith('enum-encoding=int'),
    update_mask: call.query.get('updateMask'),
  }
  return {
    name,
    operation,
    permission: `cloudkms.${permission}`,
    key_name,
    run: (fault) => run(keys, { ...target, fault }),
  }
}

function getRing(keys: Keys, { ring_name }: MethodTarget): object {
  if (!keys.hasRing(ring_name)) throw notFound(`KeyRing ${ring_name} not found.`)
  return { name: ring_name }
}

function getKey(keys: Keys, { key_name, is_numeric }: MethodTarget): object {
  return keyResource(keys.key(key_name), is_numeric)
}

function encrypt(keys: Keys, { key_name, version_id, body, fault, is_numeric }: MethodTarget): object {
  const aad_field = 'additionalAuthenticatedData'
  const fields = body('name', 'plaintext', 'plaintextCrc32c', aad_field, `${aad_field}Crc32c`)
  const { plaintext, aad } = arrived(fields, 'plaintext', fault)
  const id = version_id ?? keys.key(key_name).primary
  const ciphertext = keys.encrypt(key_name, id, plaintext.bytes, aad.bytes)
  return {
    name: nameOf(key_name, id),
    ciphertext: onTheWayBack(ciphertext, fault),
    ciphertextCrc32c: String(crc32c(ciphertext)),
    ...(plaintext.is_verified && { verifiedPlaintextCrc32c: true }),
    ...(aad.is_verified && { verifiedAdditionalAuthenticatedDataCrc32c: true }),
    protectionLevel: is_numeric ? 1 : 'SOFTWARE',
  }
}

function decrypt(keys: Keys, { key_name, body, fault, is_numeric }: MethodTarget): object {
  const aad_field = 'additionalAuthenticatedData'
  const fields = body('name', 'ciphertext', 'ciphertextCrc32c', aad_field, `${aad_field}Crc32c`)
  if ((fields['ciphertext'] ?? '') === '') throw invalid('The request has no ciphertext.')
  const { plaintext: ciphertext, aad } = arrived(fields, 'ciphertext', fault)
  const { plaintext, version_id } = keys.decrypt(key_name, ciphertext.bytes, aad.bytes)
  return {
    plaintext: onTheWayBack(plaintext, fault),
    plaintextCrc32c: String(crc32c(plaintext)),
    ...(keys.key(key_name).primary === version_id && { usedPrimary: true }),
    protectionLevel: is_numeric ? 1 : 'SOFTWARE',
  }
}

function updatePrimaryVersion(keys: Keys, { key_name, body, is_numeric }: MethodTarget): object {
  const id = body('name', 'cryptoKeyVersionId')['cryptoKeyVersionId']
  if (typeof id !== 'string') throw invalid("Invalid value at 'crypto_key_version_id' (TYPE_STRING).")
  keys.setPrimary(key_name, id)
  return keyResource(keys.key(key_name), is_numeric)
}

function listVersions(keys: Keys, { key_name, is_numeric }: MethodTarget): object {
  const { versions } = keys.key(key_name)
  const cryptoKeyVersions = versions.map((version) => versionResource(key_name, version, is_numeric))
  return { cryptoKeyVersions, totalSize: versions.length }
}

function createVersion(keys: Keys, { key_name, body, is_numeric }: MethodTarget): object {
  body('name', 'state')
  return versionResource(key_name, keys.addVersion(key_name), is_numeric)
}

function getVersion(keys: Keys, { key_name, version_id = '', is_numeric }: MethodTarget): object {
  return versionResource(key_name, keys.version(key_name, version_id), is_numeric)
}

/** Only between ENABLED and DISABLED; destruction has methods of its own. */
function patchVersion(keys: Keys, { key_name, version_id = '', body, update_mask, is_numeric }: MethodTarget): object {
  if (update_mask !== 'state') throw invalid('The update_mask must name the field state.')
  const asked = body('name', 'state')['state']
  const state =
    asked === 'ENABLED' || asked === 1 ? 'ENABLED' : asked === 'DISABLED' || asked === 2 ? 'DISABLED' : undefined
  if (state === undefined) throw invalid('The state can be set to ENABLED or DISABLED only.')
  requireState(keys, key_name, version_id, ['ENABLED', 'DISABLED'])
  return versionResource(key_name, keys.setState(key_name, version_id, state), is_numeric)
}

function destroyVersion(keys: Keys, { key_name, version_id = '', body, is_numeric }: MethodTarget): object {
  body('name')
  requireState(keys, key_name, version_id, ['ENABLED', 'DISABLED'])
  return versionResource(key_name, keys.setState(key_name, version_id, 'DESTROY_SCHEDULED'), is_numeric)
}

function restoreVersion(keys: Keys, { key_name, version_id = '', body, is_numeric }: MethodTarget): object {
  body('name')
  requireState(keys, key_name, version_id, ['DESTROY_SCHEDULED'])
  return versionResource(key_name, keys.setState(key_name, version_id, 'DISABLED'), is_numeric)
}

function requireState(keys: Keys, key_name: string, version_id: string, allowed: readonly string[]): void {
  const { state } = keys.version(key_name, version_id)
  if (allowed.includes(state)) return
  throw illegalState(`${nameOf(key_name, version_id)} has state ${state}; this needs ${allowed.join(' or ')}.`)
}

/** The bytes to work on and the AAD, as they arrived. */
function arrived(fields: Body, field: 'plaintext' | 'ciphertext', fault: Fault | undefined) {
  const received = fault === 'checksums_lost' ? withoutChecksums(fields) : fields
  return {
    plaintext: checkedBytes(received, field, fault === 'damaged_request' ? flipped : (bytes) => bytes),
    aad: checkedBytes(received, 'additionalAuthenticatedData', (bytes) => bytes),
  }
}

function withoutChecksums(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !name.endsWith('Crc32c')))
}

function onTheWayBack(bytes: Uint8Array, fault: Fault | undefined): string {
  return (fault === 'damaged_answer' ? flipped(bytes) : Buffer.from(bytes)).toString('base64')
}

function flipped(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) copy[copy.length >> 1]! ^= 1
  return copy
}

function keyResource({ name, created_ms, primary, versions }: StoredKey, is_numeric: boolean): object {
  const version = versions.find(({ id }) => id === primary)
  return {
    name,
    ...(version !== undefined && { primary: versionResource(name, version, is_numeric) }),
    purpose: is_numeric ? 1 : 'ENCRYPT_DECRYPT',
    createTime: isoTime(created_ms),
    versionTemplate: algorithm(is_numeric),
  }
}

const STATE_NUMBERS = { ENABLED: 1, DISABLED: 2, DESTROYED: 3, DESTROY_SCHEDULED: 4 } as const

function versionResource(
  key_name: string,
  { id, state, created_ms, destroy_ms }: StoredVersion,
  is_numeric: boolean,
): object {
  return {
    name: nameOf(key_name, id),
    state: is_numeric ? STATE_NUMBERS[state] : state,
    createTime: isoTime(created_ms),
    generateTime: isoTime(created_ms),
    ...(state === 'DESTROY_SCHEDULED' && destroy_ms !== null && { destroyTime: isoTime(destroy_ms) }),
    ...(state === 'DESTROYED' && destroy_ms !== null && { destroyEventTime: isoTime(destroy_ms) }),
    ...algorithm(is_numeric),
  }
}

function algorithm(is_numeric: boolean): object {
  return is_numeric
    ? { protectionLevel: 1, algorithm: 1 }
    : { protectionLevel: 'SOFTWARE', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' }
}
