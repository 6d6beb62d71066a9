/** Buckets: get, list, insert, patch, delete. */
import { json, noContent, type Answer } from '../../kit/answers.ts'
import type { BucketRecord } from '../catalog.ts'
import { parseJson } from '../multipart.ts'
import { checkEntityTags, checkPreconditions, parsePreconditions } from '../preconditions.ts'
import { invalid } from '../refusals.ts'
import { asRecord, bucketResource } from '../resources.ts'
import { compareNames } from '../sorted-names.ts'
import type { GcsCall, Service } from './route.ts'

export async function getBucket(service: Service, call: GcsCall, name: string): Promise<Answer> {
  const { record } = service.storage.bucket(name)
  checkBucket(call, record)
  checkEntityTags(call.headers, asVersion(record))
  return json(bucketResource(service.url, record))
}

export async function listBuckets(service: Service, call: GcsCall): Promise<Answer> {
  const prefix = call.query.get('prefix') ?? ''
  const names = [...service.storage.catalog.buckets.keys()].filter((name) => name.startsWith(prefix))
  const items = names
    .toSorted(compareNames)
    .map((name) => bucketResource(service.url, service.storage.bucket(name).record))
  return json({ kind: 'storage#buckets', ...(items.length > 0 && { items }) })
}

export async function insertBucket(service: Service, call: GcsCall): Promise<Answer> {
  const resource = asRecord(parseJson(call.body))
  const name = resource['name']
  if (typeof name !== 'string') throw invalid('A bucket needs a name.')
  const now_ms = service.clock.nowMs()
  const record: BucketRecord = {
    name,
    metageneration: 1,
    versioning: service.versioning,
    labels: {},
    created_ms: now_ms,
    updated_ms: now_ms,
    ...settableFields(resource),
  }
  await service.storage.createBucket(record)
  return json(bucketResource(service.url, record))
}

export async function patchBucket(service: Service, call: GcsCall, name: string): Promise<Answer> {
  const resource = asRecord(parseJson(call.body))
  const record = await service.storage.patchBucket(
    name,
    (current) => checkBucket(call, current),
    () => settableFields(resource),
  )
  return json(bucketResource(service.url, record))
}

export async function removeBucket(service: Service, call: GcsCall, name: string): Promise<Answer> {
  await service.storage.removeBucket(name, (record) => checkBucket(call, record))
  return noContent()
}

function checkBucket(call: GcsCall, record: BucketRecord): void {
  checkPreconditions(parsePreconditions(call.query), asVersion(record))
}

/** Buckets have metagenerations only. */
function asVersion(record: BucketRecord): { generation: number; metageneration: number } {
  return { generation: 0, metageneration: record.metageneration }
}

function settableFields(resource: Record<string, unknown>): Partial<BucketRecord> {
  const fields: Partial<BucketRecord> = {}
  if (resource['versioning']) fields.versioning = asRecord(resource['versioning'])['enabled'] === true
  if (resource['labels']) {
    const labels = Object.entries(asRecord(resource['labels'])).filter(([, value]) => value !== null)
    fields.labels = Object.fromEntries(labels.map(([key, value]) => [key, String(value)]))
  }
  return fields
}
