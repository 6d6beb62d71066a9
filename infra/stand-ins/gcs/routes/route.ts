/** What a route gets and gives. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Random } from '#shared/base/random.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Access } from '../../kit/access.ts'
import type { Answer } from '../../kit/answers.ts'
import type { OperationKind } from '../faults.ts'
import type { UploadSessions } from '../resumable.ts'
import type { Storage } from '../storage.ts'

export interface Service {
  storage: Storage
  sessions: UploadSessions
  clock: Clock
  random: Random
  /** Whether new buckets keep noncurrent versions. */
  versioning: boolean
  /** `http://127.0.0.1:PORT` */
  url: string
  /** Without it every request is permitted. */
  access: Access | undefined
}

export interface GcsCall {
  method: string
  /** Decoded, e.g. `['storage', 'v1', 'b', 'bucket', 'o', 'some/object']`. */
  path: string[]
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** False when the client went away while it was sending. */
  is_body_whole: boolean
}

export interface Route {
  /** As in the API's reference, e.g. `objects.insert`. */
  method: string
  kind: OperationKind
  bucket: string
  /** The object's name; of a list, the prefix. */
  name: string
  run: () => Promise<Answer>
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
