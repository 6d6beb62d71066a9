/** A stand-in on a folder of its own, the real client pointed at it, and raw requests for what the client cannot say. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Storage, type Bucket } from '@google-cloud/storage'
import { onTestFinished } from 'vitest'
import { startGcs, type Gcs, type GcsOptions } from '#infra/stand-ins/gcs/server.ts'

export const BUCKET = 'test-bucket'

export async function temporaryFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'gcs-'))
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }))
  return folder
}

export async function start(options: Partial<GcsOptions> = {}): Promise<Gcs> {
  const data_dir = options.data_dir ?? (await temporaryFolder())
  const gcs = await startGcs({ fsync: false, buckets: [BUCKET], ...options, data_dir })
  onTestFinished(() => gcs.close())
  return gcs
}

/** As the project's adapter makes it: no retries of its own. */
export function clientOf(gcs: { url: string }): Storage {
  return new Storage({
    apiEndpoint: gcs.url,
    projectId: 'local',
    useAuthWithCustomEndpoint: false,
    retryOptions: { autoRetry: false },
  })
}

export function bucketOf(gcs: { url: string }): Bucket {
  return clientOf(gcs).bucket(BUCKET)
}

export function objectUrl(gcs: { url: string }, name: string, query: Record<string, string> = {}): string {
  return `${gcs.url}/storage/v1/b/${BUCKET}/o/${encodeURIComponent(name)}?${new URLSearchParams(query).toString()}`
}

export interface RawObject {
  name: string
  generation: string
  metageneration: string
  size: string
  crc32c: string
  md5Hash?: string
  [field: string]: unknown
}

/** A simple upload. */
export async function put(
  gcs: { url: string },
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const parameters = new URLSearchParams({ uploadType: 'media', name, ...query })
  const url = `${gcs.url}/upload/storage/v1/b/${BUCKET}/o?${parameters.toString()}`
  return fetch(url, { method: 'POST', body, headers })
}

export async function mustPut(
  gcs: { url: string },
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<RawObject> {
  const response = await put(gcs, name, body)
  if (response.status !== 200) throw new Error(`put ${name}: ${response.status} ${await response.text()}`)
  return (await response.json()) as RawObject
}

export async function getText(
  gcs: { url: string },
  name: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(objectUrl(gcs, name, { alt: 'media', ...query }), { headers })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

export async function listNames(gcs: { url: string }, query: Record<string, string> = {}): Promise<string[]> {
  const response = await fetch(`${gcs.url}/storage/v1/b/${BUCKET}/o?${new URLSearchParams(query).toString()}`)
  const page = (await response.json()) as { items?: RawObject[] }
  return (page.items ?? []).map(({ name }) => name)
}

/** The error a call of the client fails with. */
export async function errorOf(work: Promise<unknown>): Promise<{ code?: number | string; message: string }> {
  return work.then(
    () => {
      throw new Error('expected a failure')
    },
    (error: { code?: number | string; message: string }) => error,
  )
}
