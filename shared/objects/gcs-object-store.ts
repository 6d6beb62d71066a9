import type { Bucket, File, GetFilesOptions } from '@google-cloud/storage'
import { EventEmitter } from 'node:events'

import type { Clock } from '../base/clock.ts'
import { crc32c, crc32cToBase64 } from '../base/crc32c.ts'
import { currentTrace } from '../base/trace.ts'
import { answeredStatus, limited, openBucket, REQUEST_MS_MAX, type GcsOptions } from './gcs-requests.ts'
import {
  StoreError,
  type ByteRange,
  type Generation,
  type ObjectListing,
  type ObjectStore,
  type RangeResult,
  type ReadResult,
  type WriteResult,
} from './object-store.ts'

// The client itself hangs eleven listeners on the stream of a large download; the default of ten makes Node warn.
EventEmitter.defaultMaxListeners = Math.max(EventEmitter.defaultMaxListeners, 20)

/** Allows for a transfer rate of one megabyte per second. */
const TIMEOUT_PER_BYTE_MS = 1 / 1000

/**
 * The object store on Google Cloud Storage, through the official client. Its checks are off as its retries are, because
 * they break the protocol: a checksum mismatch makes it delete without a generation. Instead the checksum travels with the
 * write, so that the service refuses damaged bytes.
 */
export function gcsObjectStore(options: GcsOptions): ObjectStore {
  return new GcsObjectStore(openBucket(options), options.clock, options.timeout_ms ?? REQUEST_MS_MAX)
}

class GcsObjectStore implements ObjectStore {
  readonly #bucket: Bucket
  readonly #clock: Clock
  readonly #timeout_ms: number

  constructor(bucket: Bucket, clock: Clock, timeout_ms: number) {
    this.#bucket = bucket
    this.#clock = clock
    this.#timeout_ms = timeout_ms
  }

  async read(name: string, { unless }: { unless?: Generation } = {}): Promise<ReadResult> {
    currentTrace().store_reads++
    const file = this.#bucket.file(name)
    // The client has no option for this precondition on a download.
    if (unless !== undefined) addQuery(file, { ifGenerationNotMatch: unless })
    const result = await this.#download(file, {})
    if (result.kind !== 'found') return result
    const { bytes, generation, hash } = result
    if (hash !== undefined && hash !== crc32cToBase64(crc32c(bytes))) {
      throw new StoreError('unavailable', `${name} arrived damaged`)
    }
    return { kind: 'found', bytes, generation }
  }

  async readRange(
    name: string,
    range: ByteRange,
    { generation }: { generation?: Generation } = {},
  ): Promise<RangeResult> {
    currentTrace().store_reads++
    const file = this.#bucket.file(name, generation === undefined ? {} : { generation })
    const window = 'suffix_bytes' in range ? { end: -range.suffix_bytes } : { start: range.start, end: range.end - 1 }
    const result = await this.#download(file, window)
    if (result.kind !== 'found') return { kind: 'absent' }
    if (result.bytes.length !== bytesOf(range, result.object_bytes)) {
      throw new StoreError('unavailable', `another part of ${name} arrived than was asked for`)
    }
    return result
  }

  async write(
    name: string,
    bytes: Uint8Array,
    options: { if_generation: Generation; crc32c: number; content_type: string },
  ): Promise<WriteResult> {
    currentTrace().store_writes++
    const file = this.#bucket.file(name)
    const limit_ms = this.#timeout_ms + bytes.length * TIMEOUT_PER_BYTE_MS
    try {
      return await limited(this.#clock, limit_ms, `writing ${name}`, async () => {
        await file.save(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
          resumable: false,
          validation: false,
          preconditionOpts: { ifGenerationMatch: options.if_generation },
          metadata: { contentType: options.content_type, crc32c: crc32cToBase64(options.crc32c) },
        })
        return { kind: 'written', generation: namedGeneration(file.metadata.generation) }
      })
    } catch (error) {
      if (answeredStatus(error) === 412) return { kind: 'conflict' }
      throw error
    }
  }

  async list(prefix: string, { from, limit }: { from?: string; limit?: number } = {}): Promise<ObjectListing[]> {
    currentTrace().store_lists++
    const items = await limited(this.#clock, this.#timeout_ms, `listing ${prefix}`, async () => {
      const query: GetFilesOptions = {
        prefix,
        fields: 'items(name,generation,size),nextPageToken',
        // By itself the client takes a limit for that of one page, and a page may be a short one.
        autoPaginate: false,
        ...(from === undefined ? {} : { startOffset: from }),
        ...(limit === undefined ? {} : { maxResults: limit }),
      }
      const found: { name: string; generation: string; size: string }[] = []
      for (let page: GetFilesOptions | null = query; page !== null && found.length < (limit ?? Infinity);) {
        // With `fields` the client returns the answer's items as they are, not the File objects its types promise.
        const answer: readonly unknown[] = await this.#bucket.getFiles(page)
        const [listed, next] = answer as [typeof found, GetFilesOptions | null]
        found.push(...listed)
        page = next && { ...query, pageToken: next.pageToken! }
      }
      return found.slice(0, limit)
    })
    return items.map(({ name, generation, size }) => ({
      name,
      generation,
      size_bytes: Number(size),
    }))
  }

  async #download(
    file: File,
    window: { start?: number; end?: number },
  ): Promise<
    | { kind: 'found'; bytes: Uint8Array; generation: Generation; object_bytes: number; hash: string | undefined }
    | { kind: 'unmodified' }
    | { kind: 'absent' }
  > {
    try {
      return await limited(this.#clock, this.#timeout_ms, `reading ${file.name}`, (signal) =>
        this.#stream(file, window, signal),
      )
    } catch (error) {
      const status = answeredStatus(error)
      if (status === 304) return { kind: 'unmodified' }
      if (status === 404) return { kind: 'absent' }
      throw error
    }
  }

  /** One GET gives the bytes and, in its headers, generation and checksum. */
  #stream(file: File, window: { start?: number; end?: number }, signal: AbortSignal) {
    type Found = {
      kind: 'found'
      bytes: Uint8Array
      generation: string
      object_bytes: number
      hash: string | undefined
    }
    return new Promise<Found>((resolve, reject) => {
      const stream = file.createReadStream({ ...window, validation: false, decompress: false })
      const chunks: Buffer[] = []
      let headers: Record<string, string | undefined> | undefined
      let is_given_up = false
      const giveUp = (): void => {
        is_given_up = true
        // An answer that arrives later must drain: the client fails if it finds the stream destroyed.
        if (headers) stream.destroy()
        reject(new Error('the request was aborted'))
      }
      signal.addEventListener('abort', giveUp, { once: true })
      stream
        .on('response', (response: { headers: Record<string, string | undefined> }) => {
          headers = response.headers
        })
        .on('data', (chunk: Buffer) => void (is_given_up || chunks.push(chunk)))
        .on('error', reject)
        .on('end', () => {
          headers ??= {}
          const bytes = Buffer.concat(chunks)
          const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
          const is_cut = headers['content-length'] !== undefined && Number(headers['content-length']) !== bytes.length
          if (is_cut) return reject(new Error('the answer ended early'))
          const generation = headers['x-goog-generation']
          if (generation === undefined) return reject(namesNoGeneration())
          resolve({
            kind: 'found',
            bytes,
            generation,
            object_bytes: total === undefined ? bytes.length : Number(total),
            hash: /crc32c=([^,]+)/.exec(headers['x-goog-hash'] ?? '')?.[1],
          })
        })
    })
  }
}

/** How many bytes a range of an object of that size has. */
function bytesOf(range: ByteRange, object_bytes: number): number {
  if ('suffix_bytes' in range) return Math.min(range.suffix_bytes, object_bytes)
  return Math.min(range.end, object_bytes) - range.start
}

/** @throws Error when the answer to a write is not that of the store: then nothing is known of the write. */
function namedGeneration(generation: string | number | undefined): Generation {
  if (generation === undefined) throw namesNoGeneration()
  return String(generation)
}

function namesNoGeneration(): Error {
  return new Error('the answer names no generation')
}

function addQuery(file: File, query: Record<string, string>): void {
  file.interceptors.push({
    request: (options) => {
      const request = options as { uri: string; qs?: object }
      return { ...request, qs: { ...request.qs, ...query } }
    },
  })
}
