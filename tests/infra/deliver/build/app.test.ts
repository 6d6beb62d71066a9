import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { isAppBuilt, SOURCES_FILE } from '#infra/app-sources.ts'
import { buildApp } from '#infra/deliver/build/app/build-app.ts'
import { startWeb } from '#tests/functions/web/harness.ts'

let folder: string
let app_dir: string
let names: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-'))
  app_dir = join(folder, 'web/app')
  await buildApp(app_dir)
  names = (await readdir(app_dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(app_dir.length + 1))
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the built app', () => {
  test('has its page, its worker, and scripts whose names have their hash', () => {
    expect(names).toEqual(expect.arrayContaining(['index.html', 'sw.js']))
    const scripts = names.filter((name) => /^assets\/.*\.js$/.test(name))
    expect(scripts.length).toBeGreaterThan(0)
    for (const script of scripts) expect(script).toMatch(/-[\w-]{8}\.js$/)
  })

  test('has each text compressed in both ways', async () => {
    const texts = names.filter((name) => /\.(html|js|css|svg)$/.test(name))
    for (const name of texts) {
      const bytes = await readFile(join(app_dir, name))
      expect(brotliDecompressSync(await readFile(join(app_dir, `${name}.br`))).equals(bytes)).toBe(true)
      expect(gunzipSync(await readFile(join(app_dir, `${name}.gz`))).equals(bytes)).toBe(true)
    }
  })

  test('says which modules are inside, and how they import each other', async () => {
    const modules = JSON.parse(await readFile(join(app_dir, '.modules.json'), 'utf8')) as Record<
      string,
      { imports: { path: string }[] }
    >
    const paths = Object.keys(modules)
    expect(paths).toEqual(expect.arrayContaining(['functions/web/app/main.tsx', 'node_modules/react/index.js']))
    // Also where a test makes it.
    expect(paths).toContain('node_modules/react/cjs/react.production.js')
    expect(paths.some((path) => path.startsWith('node_modules/@fontsource-variable/figtree/'))).toBe(true)
    expect(modules['functions/web/app/main.tsx']?.imports.length).toBeGreaterThan(0)
  })

  test('is served whole: each file that the page and the worker name', async () => {
    const { load, navigate } = await startWeb({ APP_DIR: app_dir })
    const page = await (await navigate('/')).text()
    const worker = await (await load('/sw.js')).text()
    const named = [...`${page}${worker}`.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(2)
    for (const path of named) expect([path, (await load(path)).status]).toEqual([path, 200])
    // Nothing inline, which the policy of the page would stop.
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style| style=| on\w+=/)
  })

  test('is one of the sources as they are, until one of them changes', async () => {
    expect(isAppBuilt(app_dir)).toBe(true)
    await writeFile(join(app_dir, SOURCES_FILE), 'other')
    expect(isAppBuilt(app_dir)).toBe(false)
    expect(isAppBuilt(join(folder, 'none'))).toBe(false)
  })

  test('replaces the build before it, and leaves nothing else', async () => {
    await writeFile(join(app_dir, 'left.txt'), '')
    await buildApp(app_dir)
    expect(isAppBuilt(app_dir)).toBe(true)
    expect(await readdir(app_dir)).not.toContain('left.txt')
    expect(await readdir(join(folder, 'web'))).toEqual(['app'])
  })
})
