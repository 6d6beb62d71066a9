import { changesOf, type Change } from '../change.ts'

/** Of the adapter of the object store. */
export const OBJECTS_CHANGES: readonly Change[] = [
  ...changesOf('shared/objects/gcs-requests.ts', 'tests/objects/cloud-storage.test.ts', [
    ["if (status === 429) return new StoreError('throttled'", "if (status === 430) return new StoreError('throttled'"],
  ]),
  ...changesOf('shared/objects/gcs-requests.ts', 'tests/objects/gcs-answers.test.ts', [
    ['REQUEST_MS_MAX = 10_000', 'REQUEST_MS_MAX = 20_000'],
    ['autoRetry: false', 'autoRetry: true'],
  ]),
  ...changesOf('shared/objects/gcs-object-store.ts', 'tests/objects/gcs-answers.test.ts', [
    ['this.#timeout_ms + bytes.length * TIMEOUT_PER_BYTE_MS', 'this.#timeout_ms'],
    ['const TIMEOUT_PER_BYTE_MS = 1 / 1000', 'const TIMEOUT_PER_BYTE_MS = 1'],
    ['contentType: options.content_type, ', ''],
    ['return found.slice(0, limit)', 'return found'],
  ]),
  ...changesOf('shared/objects/gcs-object-store.ts', 'tests/objects/gcs-object-store.test.ts', [
    ['hash !== crc32cToBase64(crc32c(bytes))', 'false'],
  ]),
  ...changesOf('shared/objects/gcs-object-store.ts', 'tests/objects/cloud-storage.test.ts', [
    [', crc32c: crc32cToBase64(options.crc32c) }', ' }'],
  ]),
  ...changesOf('shared/objects/object-store.ts', 'tests/table/commit.test.ts', [[" && error.kind !== 'rejected'", '']]),
  ...changesOf('shared/objects/json-object.ts', 'tests/objects/json-object.test.ts', [
    [
      "const is_ours = found.kind === 'found' && Buffer.from(json).equals(found.bytes)",
      "const is_ours = found.kind === 'found'",
    ],
    ['await repeated(() => store.read(name))', 'await store.read(name)'],
  ]),
  ...changesOf('shared/objects/gcs-requests.ts', 'tests/objects/gcs-answers.test.ts', [
    ['status < 500', 'status <= 500'],
    ['status >= 400', 'status >= 300'],
    [' && status !== 408', ''],
    ["status === 429) return new StoreError('throttled'", "status === 428) return new StoreError('throttled'"],
  ]),
  ...changesOf('shared/objects/gcs-object-store.ts', 'tests/objects/gcs-answers.test.ts', [
    ['[200, 412])', '[200, 412, 409])'],
    ['[200, 304, 404])\n    if (answer.status === 304)', '[200, 304, 404, 410])\n    if (answer.status === 304)'],
    ['[200, 206, 404])', '[200, 206, 404, 403])'],
    ['bytes.length !== bytesOf(range, object_bytes)', 'bytes.length > bytesOf(range, object_bytes)'],
    ['is_last = nextPageToken === undefined', 'is_last = items.length === 0'],
    ['&ifGenerationMatch=${options.if_generation}', ''],
  ]),
  ...changesOf('shared/objects/gcs-object-store.ts', 'tests/objects/cloud-storage.test.ts', [
    ['`-${range.suffix_bytes}`', '`${range.suffix_bytes}-`'],
    ['`${range.start}-${range.end - 1}`', '`${range.start}-${range.end}`'],
  ]),
  ...changesOf('shared/objects/gcs-api.ts', 'tests/objects/gcs-api.test.ts', [
    ["...(method === 'POST' && { 'Content-Length': length })", ''],
  ]),
]
