/** The JSON API by raw requests, on objects below a target's prefix, and what its answers have in common. */
import * as z from 'zod'
import type { Target } from '#tests/objects/target.ts'
import { TARGET_VARIABLES } from '#tests/objects/test-prefix.ts'

export interface Answer {
  status: number
  /** Empty when there is none. */
  text: string
  headers: Headers
}

export interface StoredObject {
  name: string
  generation: string
  metageneration: string
  size: string
  crc32c: string
  md5Hash?: string
  timeDeleted?: string
  [field: string]: unknown
}

type Query = Record<string, string>
type Body = string | Uint8Array<ArrayBuffer>

export class Api {
  readonly target: Target
  readonly #prefix: string

  /** @param folder below the target's prefix: what one case calls `name` is nobody else's object */
  constructor(target: Target, folder: string) {
    this.target = target
    this.#prefix = `${target.prefix}${folder}/`
  }

  /** The whole name. */
  name(name: string): string {
    return this.#prefix + name
  }

  /** Without the prefix, as the cases write it. */
  relative(name: string): string {
    return name.slice(this.#prefix.length)
  }

  get list_path(): string {
    return `/storage/v1/b/${this.target.bucket}/o`
  }

  get upload_path(): string {
    return `/upload${this.list_path}`
  }

  /** @param action e.g. `/compose` */
  objectPath(name: string, action = ''): string {
    return `${this.list_path}/${encodeURIComponent(this.name(name))}${action}`
  }

  async send(path: string, query: Query = {}, request: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.target.url}${path}?${new URLSearchParams(query).toString()}`, request)
    const { status, headers } = response
    return { status, text: await response.text(), headers }
  }

  sendJson(path: string, query: Query, resource: unknown, method = 'POST'): Promise<Answer> {
    const headers = { 'content-type': 'application/json' }
    return this.send(path, query, { method, headers, body: JSON.stringify(resource) })
  }

  simple(name: string, body: Body, query: Query = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const upload = { uploadType: 'media', name: this.name(name), ...query }
    return this.send(this.upload_path, upload, { method: 'POST', body, headers })
  }

  multipart(name: string, body: string, query: Query = {}, resource: object = {}): Promise<Answer> {
    const upload = { uploadType: 'multipart', name: this.name(name), ...query }
    const parts = `--cut\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(resource)}\r\n--cut\r\ncontent-type: text/plain\r\n\r\n${body}\r\n--cut--\r\n`
    const headers = { 'content-type': 'multipart/related; boundary=cut' }
    return this.send(this.upload_path, upload, { method: 'POST', body: parts, headers })
  }

  /** The answer to the start when it refuses, else the one to the only piece. */
  async resumable(
    name: string,
    body: string,
    query: Query = {},
    resource: object = {},
    hash?: string,
  ): Promise<Answer> {
    const upload = { uploadType: 'resumable', name: this.name(name), ...query }
    const started = await this.sendJson(this.upload_path, upload, resource)
    if (started.status !== 200) return started
    const headers = hash === undefined ? {} : { 'x-goog-hash': hash }
    const response = await fetch(started.headers.get('location') ?? '', { method: 'PUT', body, headers })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  media(name: string, query: Query = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(this.objectPath(name), { alt: 'media', ...query }, { headers })
  }

  metadata(name: string, query: Query = {}): Promise<Answer> {
    return this.send(this.objectPath(name), query)
  }

  delete(name: string, query: Query = {}): Promise<Answer> {
    return this.send(this.objectPath(name), query, { method: 'DELETE' })
  }

  list(query: Query = {}): Promise<Answer> {
    return this.send(this.list_path, { ...query, prefix: this.name(query['prefix'] ?? '') })
  }

  async mustPut(name: string, body: Body): Promise<StoredObject> {
    return mustBeObject(await this.simple(name, body))
  }
}

export function mustBeObject(answer: Answer): StoredObject {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return JSON.parse(answer.text) as StoredObject
}

/** Google's short reasons by status. A 400 has several, all of which say that a value is wrong. */
const REASONS: Readonly<Record<number, RegExp>> = {
  400: /^(invalid|required|parseError|badRequest)/,
  404: /^notFound$/,
  409: /^conflict$/,
  412: /^conditionNotMet$/,
  416: /^requestedRangeNotSatisfiable$/,
}

/**
 * The status, if the rest of the answer is as it should be: a 304 has no body, and a refusal has Google's shape and the
 * reason that goes with its status. Otherwise what is wrong with it.
 *
 * A download may be refused in plain words, which the documentation does not describe; they are not looked at. Nor is
 * the shape where the endpoint is known to have another: one test of its own judges it there (`refusals.test.ts`).
 */
export function statusOf(answer: Answer): number | string {
  const { status, text } = answer
  if (status === 304 && text !== '') return `304 with the body ${text}`
  return process.env[TARGET_VARIABLES.tolerate] ? status : shapedStatusOf(answer)
}

/** The same, and the shape of a refusal is looked at wherever it comes from. */
export function shapedStatusOf({ status, text, headers }: Answer): number | string {
  if (status < 400 || !headers.get('content-type')?.includes('json')) return status
  const detail = z.object({ domain: z.string(), message: z.string(), reason: z.string().regex(REASONS[status] ?? /./) })
  const error = z.object({ code: z.literal(status), message: z.string(), errors: z.tuple([detail]) })
  return z.object({ error }).safeParse(JSON.parse(text)).success ? status : `${status} with the body ${text}`
}
