/**
 * Which permissions a request takes, and the refusal without them.
 * Source: https://cloud.google.com/storage/docs/access-control/iam-json
 */
import type { Access } from '../kit/access.ts'
import { forbidden } from './refusals.ts'
import type { GcsCall, Route } from './routes/route.ts'

const OF_BUCKETS: Readonly<Record<string, string>> = {
  'buckets.list': 'storage.buckets.list',
  'buckets.insert': 'storage.buckets.create',
  'buckets.get': 'storage.buckets.get',
  'buckets.patch': 'storage.buckets.update',
  'buckets.delete': 'storage.buckets.delete',
  'objects.list': 'storage.objects.list',
}

const OF_OBJECTS: Readonly<Record<string, string>> = {
  'objects.get': 'storage.objects.get',
  'objects.get_media': 'storage.objects.get',
  'objects.patch': 'storage.objects.update',
  'objects.update': 'storage.objects.update',
  'objects.delete': 'storage.objects.delete',
}

/** Whether the bucket has a live object of this name. */
type Exists = (bucket: string, name: string) => boolean

/** @throws Refusal 403, as Cloud Storage answers it */
export function checkAccess(access: Access, identity: string, call: GcsCall, route: Route, exists: Exists): void {
  const { method, bucket, name } = route
  const need = (permission: string, of: string, object?: string): void => {
    const of_bucket = `projects/_/buckets/${of}`
    const resource = object === undefined ? of_bucket : `${of_bucket}/objects/${object}`
    if (!access.permits(identity, permission, resource)) throw forbidden(identity, permission, object !== undefined)
  }
  const on_bucket = OF_BUCKETS[method]
  if (on_bucket !== undefined) return need(on_bucket, bucket)
  const on_object = OF_OBJECTS[method]
  if (on_object !== undefined) {
    need(on_object, bucket, name)
    // Whoever may not list is not told that an object is absent.
    if (!exists(bucket, name)) need('storage.objects.list', bucket)
    return
  }
  for (const source of sourcesOf(call, route)) need('storage.objects.get', source.bucket, source.name)
  need('storage.objects.create', bucket, name)
  // To replace an object is to delete the generation before it.
  if (exists(bucket, name)) need('storage.objects.delete', bucket, name)
}

/** The object that a copy is made of. Of a composition the sources are objects of the same bucket. */
function sourcesOf({ path, body }: GcsCall, { method, bucket }: Route): { bucket: string; name: string }[] {
  if (method === 'objects.compose') {
    const { sourceObjects = [] } = JSON.parse(body.toString('utf8')) as { sourceObjects?: { name: string }[] }
    return sourceObjects.map(({ name }) => ({ bucket, name }))
  }
  if (method !== 'objects.copy' && method !== 'objects.rewrite') return []
  const at = path.indexOf('b')
  return [{ bucket: path[at + 1] ?? '', name: path[at + 3] ?? '' }]
}
