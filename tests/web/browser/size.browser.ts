import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

import { APP_DIR } from '#infra/app-sources.ts'
import { startWebSite } from './web-site.ts'

const INITIAL_BYTES_MAX = 180_000

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

test('the scripts that every page waits for are at most 180 kB, compressed', async () => {
  // It builds the app.
  await (await startWebSite()).end()
  const manifest = JSON.parse(await readFile(join(APP_DIR, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const files = new Set<string>()
  const add = (name: string): void => {
    const { file, imports = [] } = manifest[name]!
    if (files.has(file)) return
    files.add(file)
    imports.forEach(add)
  }
  add('index.html')
  const sizes = await Promise.all([...files].map(async (file) => gzipSync(await readFile(join(APP_DIR, file))).length))
  const initial_bytes = sizes.reduce((sum, size) => sum + size, 0)
  expect(initial_bytes).toBeGreaterThan(50_000)
  expect(initial_bytes).toBeLessThanOrEqual(INITIAL_BYTES_MAX)
})
