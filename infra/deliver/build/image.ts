import { build } from 'esbuild'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Bundle } from './bundle.ts'
import { NODE_MAJOR } from './function-package.ts'

export interface ImageTree {
  readonly path: string
  readonly size_bytes: number
  /** Paths below `path`. */
  readonly files: readonly string[]
}

/**
 * Everything that the image adds to its base, laid out as it lies in there: the entry, one file per function, and the
 * app. No packages, since the bundles need none; no source maps, since the bundles are not minified.
 */
export async function assembleImage(project_root: string, bundles: readonly Bundle[]): Promise<ImageTree> {
  const path = join(project_root, 'dist/image')
  await rm(path, { recursive: true, force: true })
  for (const bundle of bundles) {
    const folder = join(path, 'functions', bundle.name)
    await mkdir(folder, { recursive: true })
    await cp(bundle.path, join(folder, 'index.cjs'))
    const app_dir = join(dirname(bundle.path), 'app')
    if (existsSync(app_dir)) await cp(app_dir, join(folder, 'app'), { recursive: true })
  }
  await build({
    absWorkingDir: project_root,
    entryPoints: [fileURLToPath(new URL('./start.ts', import.meta.url))],
    outfile: join(path, 'start.cjs'),
    bundle: true,
    platform: 'node',
    target: `node${NODE_MAJOR}`,
    format: 'cjs',
    define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '__filename' },
    logLevel: 'silent',
  })
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return {
    path,
    size_bytes: sizes.reduce((sum, size) => sum + size, 0),
    files: files.map((file) => file.slice(path.length + 1)).toSorted(),
  }
}
