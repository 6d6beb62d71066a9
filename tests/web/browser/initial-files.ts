import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { APP_DIR } from '#infra/app-sources.ts'

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

/** The scripts that every page of the built app waits for, as paths in its folder. */
export async function initialFiles(): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile(join(APP_DIR, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const files = new Set<string>()
  const add = (name: string): void => {
    const { file, imports = [] } = manifest[name]!
    if (files.has(file)) return
    files.add(file)
    imports.forEach(add)
  }
  add('index.html')
  return [...files]
}

/** What they weigh together, compressed. */
export async function initialBytes(): Promise<number> {
  const sizes = (await initialFiles()).map(async (file) => gzipSync(await readFile(join(APP_DIR, file))).length)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
