import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { keptKey } from '#infra/stand-ins/issuer/kept-key.ts'

const CACHE = join(PROJECT_ROOT, 'node_modules/.cache/activation-manager')

let shared: Promise<string> | undefined

/** The file of a key that all tests on this machine share: to make one takes longer than most tests. */
async function sharedKey(): Promise<string> {
  const file = join(CACHE, 'issuer-key.json')
  if (existsSync(file)) return file
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, 'key-'))
  await keptKey(folder)
  // Whole or not at all: another worker may make one now, too.
  await rename(join(folder, 'key.json'), file)
  await rm(folder, { recursive: true })
  return file
}

/** Gives the issuer that will be made on this folder the shared key; not for tests of keys. */
export async function shareIssuerKey(data_dir: string): Promise<void> {
  await mkdir(join(data_dir, 'issuer'), { recursive: true })
  await copyFile(await (shared ??= sharedKey()), join(data_dir, 'issuer/key.json'))
}
