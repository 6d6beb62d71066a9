/**
 * Buckets and objects as the JSON API shows them, and the settings it accepts.
 * Source: https://cloud.google.com/storage/docs/json_api/v1/objects#resource and …/buckets#resource
 */
import { isObject } from '#shared/base/is-object.ts'
import { isoTime } from '#shared/base/clock.ts'
import type { BucketRecord, ObjectSettings, Version } from './catalog.ts'
import type { Checksums } from './checksums.ts'
import { invalid } from './refusals.ts'

const CUSTOM_METADATA_BYTES_MAX = 8 * 1024

const TEXT_SETTINGS = [
  'contentType',
  'contentEncoding',
  'contentDisposition',
  'contentLanguage',
  'cacheControl',
  'customTime',
  'storageClass',
] as const

/** The object resource. int64 values are decimal strings, as everywhere in Google's JSON. */
export function objectResource(base_url: string, bucket: string, version: Version): Record<string, unknown> {
  const { name, settings } = version
  const generation = String(version.generation)
  const self = `${base_url}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: self,
    mediaLink: `${base_url}/download/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation,
    metageneration: String(version.metageneration),
    storageClass: 'STANDARD',
    ...settings,
    size: String(version.size_bytes),
    crc32c: version.crc32c,
    ...(version.md5 !== undefined && { md5Hash: version.md5 }),
    ...(version.component_count !== undefined && { componentCount: version.component_count }),
    etag: entityTag(version),
    timeCreated: isoTime(version.created_ms),
    updated: isoTime(version.updated_ms),
    timeStorageClassUpdated: isoTime(version.created_ms),
    timeFinalized: isoTime(version.created_ms),
    ...(version.deleted_ms !== undefined && { timeDeleted: isoTime(version.deleted_ms) }),
  }
}

/** The headers that come with the bytes of a version. */
export function mediaHeaders(version: Version): Record<string, string> {
  const { settings } = version
  const hash = version.md5 === undefined ? '' : `,md5=${version.md5}`
  const headers: Record<string, string> = {
    'content-type': headerValue(settings.contentType ?? 'application/octet-stream'),
    'cache-control': headerValue(settings.cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate'),
    'accept-ranges': 'bytes',
    ...versionHeaders(version),
    'x-goog-hash': `crc32c=${version.crc32c}${hash}`,
    'x-goog-stored-content-length': String(version.size_bytes),
    'x-goog-stored-content-encoding': headerValue(settings.contentEncoding ?? 'identity'),
    'x-goog-storage-class': headerValue(settings.storageClass ?? 'STANDARD'),
  }
  if (settings.contentEncoding !== undefined) headers['content-encoding'] = headerValue(settings.contentEncoding)
  if (settings.contentDisposition !== undefined) {
    headers['content-disposition'] = headerValue(settings.contentDisposition)
  }
  if (settings.contentLanguage !== undefined) headers['content-language'] = headerValue(settings.contentLanguage)
  return headers
}

/** Node takes header values as Latin-1 units; beyond ASCII the wire carries UTF-8. */
function headerValue(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function versionHeaders(version: Version): Record<string, string> {
  return {
    etag: entityTag(version),
    'x-goog-generation': String(version.generation),
    'x-goog-metageneration': String(version.metageneration),
  }
}

/** Like Google's: base64 of the protocol buffer {1: generation, 2: metageneration}. */
export function entityTag(version: Pick<Version, 'generation' | 'metageneration'>): string {
  return Buffer.from([8, ...varint(version.generation), 16, ...varint(version.metageneration)]).toString('base64')
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return [...bytes, left]
}

export function bucketResource(base_url: string, bucket: BucketRecord): Record<string, unknown> {
  return {
    kind: 'storage#bucket',
    id: bucket.name,
    name: bucket.name,
    selfLink: `${base_url}/storage/v1/b/${bucket.name}`,
    projectNumber: '0',
    metageneration: String(bucket.metageneration),
    etag: entityTag({ generation: 0, metageneration: bucket.metageneration }),
    location: 'LOCAL',
    locationType: 'region',
    storageClass: 'STANDARD',
    versioning: { enabled: bucket.versioning },
    labels: bucket.labels,
    timeCreated: isoTime(bucket.created_ms),
    updated: isoTime(bucket.updated_ms),
  }
}

/** The settings and checksums a sender put into an object resource. @throws Refusal 400 */
export function parseObjectResource(json: unknown): { settings: ObjectSettings; declared: Checksums; name?: string } {
  const resource = asRecord(json)
  const declared: Checksums = {}
  if (typeof resource['crc32c'] === 'string') declared.crc32c = resource['crc32c']
  if (typeof resource['md5Hash'] === 'string') declared.md5 = resource['md5Hash']
  const settings = patchSettings({}, resource)
  return { settings, declared, ...(typeof resource['name'] === 'string' && { name: resource['name'] }) }
}

/** Merge patch (RFC 7396) of the settings: null removes, custom metadata merges key by key. @throws Refusal 400 */
export function patchSettings(settings: ObjectSettings, json: unknown): ObjectSettings {
  const patch = asRecord(json)
  const patched = { ...settings }
  for (const field of TEXT_SETTINGS) {
    const value = patch[field]
    if (value === undefined) continue
    if (value === null) delete patched[field]
    else if (typeof value === 'string' && !CONTROL_CHARACTERS.test(value)) patched[field] = value
    else throw invalid(`Invalid value for ${field}`)
  }
  if (patch['metadata'] === null) delete patched.metadata
  else if (patch['metadata'] !== undefined) patched.metadata = patchCustomMetadata(settings.metadata, patch['metadata'])
  return patched
}

function patchCustomMetadata(metadata: Record<string, string> | undefined, json: unknown): Record<string, string> {
  const entries = new Map(Object.entries(metadata ?? {}))
  for (const [key, value] of Object.entries(asRecord(json))) {
    if (value === null) entries.delete(key)
    else entries.set(key, typeof value === 'string' ? value : JSON.stringify(value))
  }
  let size_bytes = 0
  for (const [key, value] of entries) size_bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  if (size_bytes > CUSTOM_METADATA_BYTES_MAX) throw invalid('The total size of custom metadata exceeds 8 KiB.')
  return Object.fromEntries(entries)
}

/** They would break out of the header that the setting becomes. */
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\x00-\x1f\x7f]/

export function asRecord(json: unknown): Record<string, unknown> {
  if (!isObject(json)) throw invalid('Expected a JSON object.')
  return json
}
