/**
 * From path to method, for the JSON API's paths. `/storage/v1` may be missing: clients leave it away when they are
 * pointed to an emulator by STORAGE_EMULATOR_HOST.
 * Source: https://cloud.google.com/storage/docs/json_api/v1
 */
import type { Answer } from '../../kit/answers.ts'
import type { Refusal } from '../../kit/refusal.ts'
import { refusal } from '../refusals.ts'
import * as buckets from './buckets.ts'
import * as copies from './copies.ts'
import * as objects from './objects.ts'
import type { GcsCall, Route, Service } from './route.ts'
import { uploadRoute } from './uploads.ts'

/** @throws Refusal when there is no such method or the request is malformed */
export function findRoute(service: Service, call: GcsCall): Route {
  const { path } = call
  const is_upload = path[0] === 'upload'
  const is_download = path[0] === 'download'
  const after_door = is_upload || is_download ? path.slice(1) : path
  const resource_path = after_door[0] === 'storage' && after_door[1] === 'v1' ? after_door.slice(2) : after_door
  const [b, bucket, o, name, ...action] = resource_path
  if (b !== 'b') throw noSuchMethod(call)
  if (bucket === undefined) return bucketsRoute(service, call)
  if (o === undefined) return bucketRoute(service, call, bucket)
  if (o !== 'o') throw noSuchMethod(call)
  if (name === undefined) return is_upload ? uploadRoute(service, call, bucket) : listRoute(service, call, bucket)
  if (action.length > 0) return actionRoute(service, call, { bucket, name }, action)
  return objectRoute(service, call, { bucket, name }, is_download || call.query.get('alt') === 'media')
}

function bucketsRoute(service: Service, call: GcsCall): Route {
  const place = { bucket: '', name: '' }
  if (call.method === 'GET') {
    return { method: 'buckets.list', kind: 'list', ...place, run: () => buckets.listBuckets(service, call) }
  }
  if (call.method === 'POST') {
    return { method: 'buckets.insert', kind: 'write', ...place, run: () => buckets.insertBucket(service, call) }
  }
  throw noSuchMethod(call)
}

function bucketRoute(service: Service, call: GcsCall, bucket: string): Route {
  const place = { bucket, name: '' }
  switch (call.method) {
    case 'GET':
      return { method: 'buckets.get', kind: 'read', ...place, run: () => buckets.getBucket(service, call, bucket) }
    case 'PATCH':
      return { method: 'buckets.patch', kind: 'write', ...place, run: () => buckets.patchBucket(service, call, bucket) }
    case 'DELETE':
      return {
        method: 'buckets.delete',
        kind: 'delete',
        ...place,
        run: () => buckets.removeBucket(service, call, bucket),
      }
    default:
      throw noSuchMethod(call)
  }
}

function listRoute(service: Service, call: GcsCall, bucket: string): Route {
  if (call.method !== 'GET') throw noSuchMethod(call)
  const name = call.query.get('prefix') ?? ''
  return { method: 'objects.list', kind: 'list', bucket, name, run: () => objects.list(service, call, bucket) }
}

interface Place {
  bucket: string
  name: string
}

function objectRoute(service: Service, call: GcsCall, place: Place, is_media: boolean): Route {
  const bound = (run: (service: Service, call: GcsCall, bucket: string, name: string) => Promise<Answer>) => ({
    ...place,
    run: () => run(service, call, place.bucket, place.name),
  })
  switch (call.method) {
    case 'GET':
      return is_media
        ? { method: 'objects.get_media', kind: 'read', ...bound(objects.getMedia) }
        : { method: 'objects.get', kind: 'read', ...bound(objects.getMetadata) }
    case 'PATCH':
      return { method: 'objects.patch', kind: 'write', ...bound(objects.patch) }
    case 'PUT':
      return { method: 'objects.update', kind: 'write', ...bound(objects.patch) }
    case 'DELETE':
      return { method: 'objects.delete', kind: 'delete', ...bound(objects.remove) }
    default:
      throw noSuchMethod(call)
  }
}

function actionRoute(service: Service, call: GcsCall, place: Place, action: string[]): Route {
  if (call.method !== 'POST') throw noSuchMethod(call)
  const [verb, b, bucket, o, name] = action
  if (verb === 'compose' && action.length === 1) {
    const run = () => copies.compose(service, call, place.bucket, place.name)
    return { method: 'objects.compose', kind: 'write', ...place, run }
  }
  if (b !== 'b' || bucket === undefined || o !== 'o' || name === undefined) throw noSuchMethod(call)
  const target = { bucket, name }
  if (verb === 'copyTo') {
    return { method: 'objects.copy', kind: 'write', ...target, run: () => copies.copy(service, call, place, target) }
  }
  if (verb === 'rewriteTo') {
    const run = () => copies.rewrite(service, call, place, target)
    return { method: 'objects.rewrite', kind: 'write', ...target, run }
  }
  throw noSuchMethod(call)
}

function noSuchMethod(call: GcsCall): Refusal {
  return refusal(404, 'notFound', `This stand-in has no method ${call.method} /${call.path.join('/')}`)
}
