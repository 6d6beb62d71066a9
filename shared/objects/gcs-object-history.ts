import type { Bucket } from '@google-cloud/storage'
import { EventEmitter } from 'node:events'

import type { Clock } from '../base/clock.ts'
import { crc32c, crc32cToBase64 } from '../base/crc32c.ts'
import { answeredStatus, limited, openStorage, REQUEST_MS_MAX, type GcsOptions } from './gcs-requests.ts'
import type { ObjectHistory, StoredGeneration } from './object-history.ts'
import { StoreError, type Generation } from './object-store.ts'

// The client itself hangs eleven listeners on the stream of a large download; the default of ten makes Node warn.
EventEmitter.defaultMaxListeners = Math.max(EventEmitter.defaultMaxListeners, 20)

/** The generations that a bucket of Google Cloud Storage with Object Versioning keeps, through the official client. */
export function gcsObjectHistory(options: GcsOptions): ObjectHistory {
  return new GcsObjectHistory(
    openStorage(options).bucket(options.bucket),
    options.clock,
    options.timeout_ms ?? HISTORY_MS_MAX,
  )
}

/** An object of the greatest size, or many pages of a listing. */
const HISTORY_MS_MAX = 10 * REQUEST_MS_MAX

/** The fields that a listing requests. */
interface Item {
  readonly name: string
  readonly generation: string
  readonly size: string
  readonly timeCreated: string
  readonly timeDeleted?: string
}

class GcsObjectHistory implements ObjectHistory {
  readonly #bucket: Bucket
  readonly #clock: Clock
  readonly #timeout_ms: number

  constructor(bucket: Bucket, clock: Clock, timeout_ms: number) {
    this.#bucket = bucket
    this.#clock = clock
    this.#timeout_ms = timeout_ms
  }

  async generations(prefix: string): Promise<StoredGeneration[]> {
    const fields = 'items(name,generation,size,timeCreated,timeDeleted),nextPageToken'
    // With `fields` the client returns the answer's items as they are, not the File objects its types promise.
    const items = await limited(this.#clock, this.#timeout_ms, `listing generations of ${prefix}`, async () => {
      const answer: readonly unknown[] = await this.#bucket.getFiles({ prefix, versions: true, fields })
      return answer[0] as readonly Item[]
    })
    return items.map(({ name, generation, size, timeCreated, timeDeleted }) => ({
      name,
      generation,
      size_bytes: Number(size),
      created_at_ms: Date.parse(timeCreated),
      replaced_at_ms: timeDeleted === undefined ? undefined : Date.parse(timeDeleted),
    }))
  }

  async read(name: string, generation: Generation): Promise<Uint8Array | undefined> {
    const doing = `reading generation ${generation} of ${name}`
    const file = this.#bucket.file(name, { generation })
    try {
      return await limited(this.#clock, this.#timeout_ms, doing, async () => {
        const [[bytes], [metadata]] = await Promise.all([
          file.download({ validation: false, decompress: false }),
          file.getMetadata(),
        ])
        if (metadata.crc32c !== crc32cToBase64(crc32c(bytes))) {
          throw new StoreError('unavailable', `generation ${generation} of ${name} arrived damaged`)
        }
        return bytes
      })
    } catch (error) {
      if (answeredStatus(error) === 404) return undefined
      throw error
    }
  }
}
