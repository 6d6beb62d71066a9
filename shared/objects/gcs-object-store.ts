import type { Clock } from '../base/clock.ts'
import { crc32c, crc32cToBase64 } from '../base/crc32c.ts'
import { isObject } from '../base/is-object.ts'
import { parsedJson } from '../base/parsed-json.ts'
import { systemRandom } from '../base/random.ts'
import { currentTrace } from '../base/trace.ts'
import { type ApiAnswer, type ApiRequest, GcsApi } from './gcs-api.ts'
import { limited, openStorage, refusalOf, REQUEST_MS_MAX, type GcsOptions } from './gcs-requests.ts'
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

/** Allows for a transfer rate of one megabyte per second. */
const TIMEOUT_PER_BYTE_MS = 1 / 1000
/** Objects that one page of a list has at most. */
const PAGE_LENGTH_MAX = 1000
const BOUNDARY_BYTES = 18
/**
 * An object that is stored compressed is sent as it is stored, which is what its checksum is of; and no cache on the way
 * answers.
 */
const DOWNLOAD_HEADERS = { 'Accept-Encoding': 'gzip', 'Cache-Control': 'no-store' }

/**
 * The object store on Google Cloud Storage: one request of its JSON API per call. The checksum travels with a write, so
 * that the service refuses damaged bytes.
 */
export function gcsObjectStore(options: GcsOptions): ObjectStore {
  const api = new GcsApi(openStorage(options))
  // Whoever knew it could end an upload early by what is in it.
  const boundary = Buffer.from(systemRandom.bytes(BOUNDARY_BYTES)).toString('hex')
  return new GcsObjectStore(api, options, boundary)
}

class GcsObjectStore implements ObjectStore {
  readonly #api: GcsApi
  readonly #objects_path: string
  readonly #clock: Clock
  readonly #timeout_ms: number
  readonly #boundary: string

  constructor(api: GcsApi, { bucket, clock, timeout_ms = REQUEST_MS_MAX }: GcsOptions, boundary: string) {
    this.#api = api
    this.#objects_path = `/storage/v1/b/${encodeURIComponent(bucket)}/o`
    this.#clock = clock
    this.#timeout_ms = timeout_ms
    this.#boundary = boundary
  }

  async read(name: string, { unless }: { unless?: Generation } = {}): Promise<ReadResult> {
    currentTrace().store_reads++
    const precondition = unless === undefined ? '' : `&ifGenerationNotMatch=${unless}`
    const answer = await this.#download(name, precondition, {}, [200, 304, 404])
    if (answer.status === 304) return { kind: 'unmodified' }
    if (answer.status === 404) return { kind: 'absent' }
    const { body: bytes, headers } = answer
    const hash = /crc32c=([^,]+)/.exec(String(headers['x-goog-hash']))?.[1]
    if (hash !== undefined && hash !== crc32cToBase64(crc32c(bytes))) {
      throw new StoreError('unavailable', `${name} arrived damaged`)
    }
    return { kind: 'found', bytes, generation: generationIn(headers['x-goog-generation']) }
  }

  async readRange(
    name: string,
    range: ByteRange,
    { generation }: { generation?: Generation } = {},
  ): Promise<RangeResult> {
    currentTrace().store_reads++
    const of = generation === undefined ? '' : `&generation=${generation}`
    const window = 'suffix_bytes' in range ? `-${range.suffix_bytes}` : `${range.start}-${range.end - 1}`
    const answer = await this.#download(name, of, { Range: `bytes=${window}` }, [200, 206, 404])
    if (answer.status === 404) return { kind: 'absent' }
    const { body: bytes, headers } = answer
    const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
    const object_bytes = total === undefined ? bytes.length : Number(total)
    if (bytes.length !== bytesOf(range, object_bytes)) {
      throw new StoreError('unavailable', `another part of ${name} arrived than was asked for`)
    }
    return { kind: 'found', bytes, generation: generationIn(headers['x-goog-generation']), object_bytes }
  }

  async write(
    name: string,
    bytes: Uint8Array,
    options: { if_generation: Generation; crc32c: number; content_type: string },
  ): Promise<WriteResult> {
    currentTrace().store_writes++
    const query = `uploadType=multipart&name=${encodeURIComponent(name)}&ifGenerationMatch=${options.if_generation}`
    const metadata = { contentType: options.content_type, crc32c: crc32cToBase64(options.crc32c) }
    const request: ApiRequest = {
      method: 'POST',
      path: `/upload${this.#objects_path}?${query}&fields=generation`,
      headers: { 'Content-Type': `multipart/related; boundary=${this.#boundary}` },
      body: relatedParts(this.#boundary, metadata, bytes),
    }
    const limit_ms = this.#timeout_ms + bytes.length * TIMEOUT_PER_BYTE_MS
    const answer = await this.#ask(request, limit_ms, `writing ${name}`, [200, 412])
    if (answer.status === 412) return { kind: 'conflict' }
    return { kind: 'written', generation: generationIn(parsed(answer)['generation']) }
  }

  async list(prefix: string, { from, limit }: { from?: string; limit?: number } = {}): Promise<ObjectListing[]> {
    currentTrace().store_lists++
    const query = new URLSearchParams({
      prefix,
      fields: 'items(name,generation,size),nextPageToken',
      ...(from !== undefined && { startOffset: from }),
      // A page may be a short one, whatever was asked for.
      ...(limit !== undefined && { maxResults: String(Math.min(limit, PAGE_LENGTH_MAX)) }),
    })
    const found: ObjectListing[] = []
    for (let is_last = false; !is_last && found.length < (limit ?? Infinity);) {
      const { items = [], nextPageToken } = await this.#listPage(prefix, query)
      found.push(...items.map(({ name, generation, size }) => ({ name, generation, size_bytes: Number(size) })))
      is_last = nextPageToken === undefined
      if (!is_last) query.set('pageToken', nextPageToken!)
    }
    return found.slice(0, limit)
  }

  async #listPage(prefix: string, query: URLSearchParams): Promise<ListPage> {
    const request: ApiRequest = { method: 'GET', path: `${this.#objects_path}?${query.toString()}` }
    return parsed(await this.#ask(request, this.#timeout_ms, `listing ${prefix}`, [200]))
  }

  async #download(
    name: string,
    query: string,
    headers: Readonly<Record<string, string>>,
    expected: readonly number[],
  ): Promise<ApiAnswer> {
    const path = `${this.#objects_path}/${encodeURIComponent(name)}?alt=media${query}`
    const request: ApiRequest = { method: 'GET', path, headers: { ...DOWNLOAD_HEADERS, ...headers } }
    return await this.#ask(request, this.#timeout_ms, `reading ${name}`, expected)
  }

  /** @throws StoreError when the answer has none of the `expected` statuses, or there is none */
  async #ask(request: ApiRequest, limit_ms: number, doing: string, expected: readonly number[]): Promise<ApiAnswer> {
    const answer = await limited(this.#clock, limit_ms, doing, (signal) => this.#api.send(request, signal))
    if (expected.includes(answer.status)) return answer
    throw refusalOf(answer, doing)
  }
}

/** How many bytes a range of an object of that size has. */
function bytesOf(range: ByteRange, object_bytes: number): number {
  if ('suffix_bytes' in range) return Math.min(range.suffix_bytes, object_bytes)
  return Math.min(range.end, object_bytes) - range.start
}

/** The fields that a list requests. */
interface ListPage {
  readonly items?: readonly { readonly name: string; readonly generation: string; readonly size: string }[]
  readonly nextPageToken?: string
}

/** Source: https://cloud.google.com/storage/docs/uploading-objects#multipart-upload */
function relatedParts(boundary: string, metadata: { contentType: string }, bytes: Uint8Array): readonly Uint8Array[] {
  const head =
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(metadata)}\r\n` +
    `--${boundary}\r\nContent-Type: ${metadata.contentType}\r\n\r\n`
  return [Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--`)]
}

/** @throws StoreError: what was answered is nothing that the API answers, so nothing is known */
function parsed({ body }: ApiAnswer): Record<string, unknown> {
  const value = parsedJson(body.toString('utf8'))
  if (isObject(value)) return value
  throw new StoreError('unavailable', 'the answer is no JSON object')
}

/** @throws StoreError when an answer names none: it is not one of Cloud Storage */
function generationIn(value: unknown): Generation {
  if (typeof value === 'string') return value
  throw new StoreError('unavailable', 'the answer names no generation')
}
