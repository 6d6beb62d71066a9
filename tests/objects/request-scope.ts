/** What a request to the JSON API touches, read from its address alone. */
import type { IncomingMessage } from 'node:http'

export interface RequestScope {
  bucket: string
  /** The objects named, or of a list its prefix. A compose reads others of the same bucket besides. */
  names: readonly string[]
  /** The object that it may change. */
  changes: string | undefined
}

/**
 * Undefined for what is not about objects of one bucket, or does not say which: bucket methods, and uploads that name
 * their object in the body only.
 * @param sessions object names by upload id
 */
export function scopeOf(
  { method = 'GET', url = '/' }: Pick<IncomingMessage, 'method' | 'url'>,
  sessions: ReadonlyMap<string, string>,
): RequestScope | undefined {
  const [raw_path = '', raw_query = ''] = url.split('?')
  const path = raw_path.slice(1).split('/').map(decodeURIComponent)
  const query = new URLSearchParams(raw_query)
  const is_upload = path[0] === 'upload'
  const [storage, v1, b, bucket, o, name, verb, ...target] = is_upload || path[0] === 'download' ? path.slice(1) : path
  if (storage !== 'storage' || v1 !== 'v1' || b !== 'b' || bucket === undefined || o !== 'o') return undefined
  if (is_upload) return scopeOfUpload(bucket, query.get('upload_id'), query.get('name'), sessions)
  if (name === undefined) {
    const prefix = query.get('prefix')
    return method === 'GET' && prefix !== null ? { bucket, names: [prefix], changes: undefined } : undefined
  }
  if (verb === 'copyTo' || verb === 'rewriteTo') {
    const [, target_bucket, , target_name] = target
    if (target_bucket !== bucket || target_name === undefined) return undefined
    return { bucket, names: [name, target_name], changes: target_name }
  }
  return { bucket, names: [name], changes: method === 'GET' ? undefined : name }
}

function scopeOfUpload(
  bucket: string,
  upload_id: string | null,
  named: string | null,
  sessions: ReadonlyMap<string, string>,
): RequestScope | undefined {
  const name = upload_id === null ? named : sessions.get(upload_id)
  return name === undefined || name === null ? undefined : { bucket, names: [name], changes: name }
}
