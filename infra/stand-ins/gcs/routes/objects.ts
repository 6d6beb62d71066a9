/** Reading, listing, patching and deleting objects. */
import { json, noContent, type Answer } from '../../kit/answers.ts'
import type { Version } from '../catalog.ts'
import { md5Of } from '../checksums.ts'
import { parseRange } from '../byte-ranges.ts'
import { listObjects, parseListQuery } from '../listing.ts'
import { parseJson } from '../multipart.ts'
import { checkEntityTags, checkPreconditions, parseGeneration, parsePreconditions } from '../preconditions.ts'
import { invalid } from '../refusals.ts'
import { mediaHeaders, objectResource, parseObjectResource, patchSettings, versionHeaders } from '../resources.ts'
import { header, type GcsCall, type Service } from './route.ts'

export async function getMedia(service: Service, call: GcsCall, bucket: string, name: string): Promise<Answer> {
  const { storage } = service
  const version = versionToRead(service, call, bucket, name)
  const span = parseRange(header(call.headers, 'range'), version.size_bytes)
  const headers = mediaHeaders(version)
  if (!span) return { status: 200, headers, body: await storage.read(bucket, version) }
  headers['content-range'] = `bytes ${span.start}-${span.end - 1}/${version.size_bytes}`
  return { status: 206, headers, body: await storage.read(bucket, version, span.start, span.end) }
}

export async function getMetadata(service: Service, call: GcsCall, bucket: string, name: string): Promise<Answer> {
  const version = versionToRead(service, call, bucket, name)
  return json(
    objectResource(service.url, bucket, await service.storage.rememberMd5(bucket, version, md5Of)),
    versionHeaders(version),
  )
}

function versionToRead(service: Service, call: GcsCall, bucket: string, name: string): Version {
  if (call.query.get('softDeleted') === 'true') throw invalid('softDeleted is not supported by this stand-in')
  const preconditions = parsePreconditions(call.query)
  const version = service.storage.version(bucket, name, parseGeneration(call.query, 'generation'))
  checkPreconditions(preconditions, version)
  checkEntityTags(call.headers, version)
  return version
}

export async function list(service: Service, call: GcsCall, bucket: string): Promise<Answer> {
  const page = listObjects(service.storage.bucket(bucket), parseListQuery(call.query))
  return json({
    kind: 'storage#objects',
    ...(page.next_page_token !== undefined && { nextPageToken: page.next_page_token }),
    ...(page.prefixes.length > 0 && { prefixes: page.prefixes }),
    ...(page.versions.length > 0 && {
      items: page.versions.map((version) => objectResource(service.url, bucket, version)),
    }),
  })
}

/** PATCH merges, PUT replaces the settings. */
export async function patch(service: Service, call: GcsCall, bucket: string, name: string): Promise<Answer> {
  const body = parseJson(call.body)
  const preconditions = parsePreconditions(call.query)
  const version = await service.storage.patch(
    bucket,
    name,
    parseGeneration(call.query, 'generation'),
    (current) => checkPreconditions(preconditions, current),
    (settings) => (call.method === 'PUT' ? parseObjectResource(body).settings : patchSettings(settings, body)),
  )
  return json(objectResource(service.url, bucket, version), versionHeaders(version))
}

export async function remove(service: Service, call: GcsCall, bucket: string, name: string): Promise<Answer> {
  const preconditions = parsePreconditions(call.query)
  await service.storage.remove(bucket, name, parseGeneration(call.query, 'generation'), (current) =>
    checkPreconditions(preconditions, current),
  )
  return noContent()
}
