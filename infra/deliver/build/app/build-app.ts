import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type Plugin } from 'vite'

import { hashAppSources, SOURCES_FILE } from '#infra/app-sources.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/** In the folder of a build: the modules in it, as paths from the project's root. A JSON array. */
const MODULES_FILE = '.modules.json'

/** Files that a browser gets compressed; the others are compressed by their format. */
const COMPRESSED = /\.(css|html|js|json|svg|txt|webmanifest)$/

/**
 * Builds the app with Vite, and beside each text `<file>.br` and `<file>.gz`. The folder is replaced when the build is
 * whole: who reads it meanwhile finds the build before it.
 * @throws when the app does not build
 */
export async function buildApp(app_dir: string): Promise<void> {
  const sources = hashAppSources()
  const new_dir = `${app_dir}.${process.pid}.new`
  const modules = new Set<string>()
  try {
    await build({
      configFile: join(PROJECT_ROOT, 'vite.config.ts'),
      logLevel: 'warn',
      plugins: [modulesInto(modules)],
      build: { outDir: new_dir },
    })
    await compressFolder(new_dir)
    await writeFile(join(new_dir, MODULES_FILE), JSON.stringify([...modules].toSorted()))
    await writeFile(join(new_dir, SOURCES_FILE), sources)
    await replaceFolder(app_dir, new_dir)
  } finally {
    await rm(new_dir, { recursive: true, force: true })
  }
}

/** Collects every module of which a part is in a file of the build. */
function modulesInto(modules: Set<string>): Plugin {
  return {
    name: 'modules-of-build',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      for (const id of chunks.flatMap((chunk) => Object.keys(chunk.modules))) {
        const path = id.replace(/^\0/, '').replace(/\?.*$/, '')
        if (path.startsWith(`${PROJECT_ROOT}/`)) modules.add(relative(PROJECT_ROOT, path))
      }
    },
  }
}

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

async function compressFolder(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = paths.filter((path) => COMPRESSED.test(path) && !relative(dir, path).startsWith('.'))
  await Promise.all(
    texts.map(async (path) => {
      const bytes = await readFile(path)
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
      await writeFile(`${path}.br`, await compressBrotli(bytes, { params }))
      await writeFile(`${path}.gz`, await compressGzip(bytes, { level: 9 }))
    }),
  )
}

/** A process that builds the same simultaneously may be the one whose folder stays. */
async function replaceFolder(dir: string, new_dir: string): Promise<void> {
  const old_dir = `${dir}.${process.pid}.old`
  await mkdir(join(dir, '..'), { recursive: true })
  await rename(dir, old_dir).catch(unless('ENOENT'))
  await rename(new_dir, dir).catch(unless('ENOTEMPTY', 'EEXIST'))
  await rm(old_dir, { recursive: true, force: true })
}

function unless(...codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}
