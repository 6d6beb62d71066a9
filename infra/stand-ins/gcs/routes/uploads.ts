/** Inserting objects: simple, multipart and resumable. */
import { json, noContent, type Answer } from '../../kit/answers.ts'
import type { ObjectSettings, Version } from '../catalog.ts'
import { parseGoogHash } from '../checksums.ts'
import { parseJson, parseRelated } from '../multipart.ts'
import { checkObjectName } from '../object-names.ts'
import { checkPreconditions, parsePreconditions } from '../preconditions.ts'
import { invalid, refusal } from '../refusals.ts'
import { objectResource, parseObjectResource, versionHeaders } from '../resources.ts'
import { parseContentRange, receive, type UploadSession } from '../resumable.ts'
import type { Content } from '../storage.ts'
import { header, type GcsCall, type Route, type Service } from './route.ts'

/** @throws Refusal 400 when the request is not a well-formed upload */
export function uploadRoute(service: Service, call: GcsCall, bucket: string): Route {
  const upload_id = call.query.get('upload_id')
  if (upload_id !== null) return sessionRoute(service, call, bucket, upload_id)
  if (call.method !== 'POST') throw invalid('An upload starts with POST.')
  const upload_type = call.query.get('uploadType')
  if (upload_type === 'resumable') return startRoute(service, call, bucket)
  if (upload_type !== 'multipart' && upload_type !== 'media') throw invalid('Invalid value for uploadType')
  const { name, content } = upload_type === 'multipart' ? parseMultipart(call) : parseMedia(call)
  checkObjectName(name)
  const run = () => insert(service, bucket, name, content, parsePreconditions(call.query))
  return { method: 'objects.insert', kind: 'write', bucket, name, run }
}

async function insert(
  service: Service,
  bucket: string,
  name: string,
  content: Content,
  preconditions: UploadSession['preconditions'],
): Promise<Answer> {
  const check = (current: Version | undefined) => checkPreconditions(preconditions, current)
  const version = await service.storage.write(bucket, name, check, content)
  return json(objectResource(service.url, bucket, version), versionHeaders(version))
}

function parseMedia(call: GcsCall): { name: string; content: Content } {
  const content_type = header(call.headers, 'content-type')
  const content_encoding = call.query.get('contentEncoding') ?? undefined
  const settings = {
    ...withType({}, content_type),
    ...(content_encoding !== undefined && { contentEncoding: content_encoding }),
  }
  const declared = parseGoogHash(header(call.headers, 'x-goog-hash'))
  return { name: call.query.get('name') ?? '', content: { bytes: call.body, settings, declared } }
}

function parseMultipart(call: GcsCall): { name: string; content: Content } {
  const parts = parseRelated(header(call.headers, 'content-type') ?? '', call.body)
  const resource = parseObjectResource(parts.resource)
  const content: Content = {
    bytes: parts.bytes,
    settings: withType(resource.settings, parts.content_type),
    declared: { ...parseGoogHash(header(call.headers, 'x-goog-hash')), ...resource.declared },
  }
  return { name: call.query.get('name') ?? resource.name ?? '', content }
}

function withType(settings: ObjectSettings, content_type: string | undefined): ObjectSettings {
  return { ...settings, contentType: settings.contentType ?? content_type ?? 'application/octet-stream' }
}

function startRoute(service: Service, call: GcsCall, bucket: string): Route {
  const resource = parseObjectResource(parseJson(call.body))
  const name = call.query.get('name') ?? resource.name ?? ''
  checkObjectName(name)
  const preconditions = parsePreconditions(call.query)
  const run = async (): Promise<Answer> => {
    service.storage.bucket(bucket)
    checkPreconditions(preconditions, service.storage.catalog.version(bucket, name))
    const id = Buffer.from(service.random.bytes(24)).toString('base64url')
    const settings = withType(resource.settings, header(call.headers, 'x-upload-content-type'))
    const { declared } = resource
    service.sessions.add({ id, bucket, name, preconditions, settings, declared, parts: [], received_bytes: 0 })
    const query = new URLSearchParams({ uploadType: 'resumable', name, upload_id: id })
    const location = `${service.url}/upload/storage/v1/b/${bucket}/o?${query.toString()}`
    return { status: 200, headers: { location, 'x-guploader-uploadid': id }, body: '' }
  }
  return { method: 'uploads.start', kind: 'write', bucket, name, run }
}

function sessionRoute(service: Service, call: GcsCall, bucket: string, id: string): Route {
  const session = service.sessions.get(id)
  const name = session?.name ?? call.query.get('name') ?? ''
  const run = () =>
    service.sessions.mutexes.alone(id, async () => {
      if (!session) throw refusal(404, 'notFound', 'No such upload session.')
      if (call.method === 'PUT' || call.method === 'POST') return send(service, call, session)
      if (call.method !== 'DELETE') throw refusal(405, 'methodNotAllowed', 'Method Not Allowed')
      service.sessions.remove(id)
      // What Cloud Storage answers to a cancelled upload.
      return { ...noContent(), status: 499 }
    })
  return { method: 'uploads.send', kind: 'write', bucket, name, run }
}

async function send(service: Service, call: GcsCall, session: UploadSession): Promise<Answer> {
  if (session.finished) return session.finished
  const range = parseContentRange(header(call.headers, 'content-range'), session.received_bytes)
  if (range.start !== undefined) receive(session, range.start, call.body)
  const is_whole = session.received_bytes === range.total || (range.is_last && range.total === undefined)
  if (!is_whole || !call.is_body_whole) return stillMissing(session)
  const content: Content = {
    bytes: Buffer.concat(session.parts),
    settings: session.settings,
    declared: { ...session.declared, ...parseGoogHash(header(call.headers, 'x-goog-hash')) },
  }
  session.finished = await insert(service, session.bucket, session.name, content, session.preconditions)
  session.parts = []
  return session.finished
}

/** 308 with the bytes the server has, if any. */
function stillMissing(session: UploadSession): Answer {
  const { received_bytes } = session
  const headers: Record<string, string> = { 'x-guploader-uploadid': session.id }
  if (received_bytes > 0) headers['range'] = `bytes=0-${received_bytes - 1}`
  return { status: 308, headers, body: '' }
}
