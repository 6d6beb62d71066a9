/** A stand-in on a folder of its own, the real client pointed at it through the adapter, and raw requests. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

import { startKms, type Kms, type KmsOptions } from '#infra/stand-ins/kms/server.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import type { Random } from '#shared/base/random.ts'
import { cloudKms, type CloudKmsOptions } from '#shared/credentials/cloud-kms.ts'
import { KeyError, type KeyWrapper } from '#shared/credentials/key-wrapper.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'kms-'))
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }))
  return folder
}

export async function start(options: Partial<KmsOptions> = {}): Promise<Kms> {
  const kms = await startKms({ ...options, data_dir: options.data_dir ?? (await temporaryFolder()) })
  onTestFinished(() => kms.close())
  return kms
}

/** Further attempts come at once. */
const impatient: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uniform: () => 0,
}

export function adapterOf(kms: { url: string; key_name: string }, options: Partial<CloudKmsOptions> = {}): KeyWrapper {
  return cloudKms({ key_name: kms.key_name, api_endpoint: kms.url, clock: systemClock, random: impatient, ...options })
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const base64Of = (text: string): string => Buffer.from(text).toString('base64')

export interface RawAnswer {
  status: number
  body: Record<string, unknown> & { error?: { code: number; status: string; message: string } }
}

/** A request as another client would make it. `body`: text is sent as it is. */
export async function raw(kms: { url: string }, method: string, at: string, body?: unknown): Promise<RawAnswer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${kms.url}${at}`, { method, ...(text !== undefined && { body: text }) })
  return { status: response.status, body: (await response.json()) as RawAnswer['body'] }
}

export function encryptBody(plaintext: string, aad: string): Record<string, string> {
  return {
    plaintext: base64Of(plaintext),
    plaintextCrc32c: String(crc32c(bytesOf(plaintext))),
    additionalAuthenticatedData: base64Of(aad),
    additionalAuthenticatedDataCrc32c: String(crc32c(bytesOf(aad))),
  }
}

export async function keyErrorOf(work: Promise<unknown>): Promise<KeyError> {
  const error = await work.then(
    () => new Error('the call did not fail'),
    (error: unknown) => error,
  )
  if (error instanceof KeyError) return error
  throw error
}
