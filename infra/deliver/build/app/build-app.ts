import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type Plugin } from 'vite'

import { hashAppSources, SOURCES_FILE } from '#infra/app-sources.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/** In the folder of a build: what is inside it, as AppModules. */
export const MODULES_FILE = '.modules.json'

/** Every file that a build took something of, by its path from the project's root; shaped as in esbuild's metafile. */
export type AppModules = Record<string, { bytes: number; imports: { path: string; kind: 'import-statement' }[] }>

const APP_SOURCE_DIR = join(PROJECT_ROOT, 'functions/web/app')

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
  const modules: AppModules = {}
  const { NODE_ENV } = process.env
  try {
    // Where it says anything else, as in tests, Vite makes a build for development.
    process.env['NODE_ENV'] = 'production'
    await build({
      configFile: join(PROJECT_ROOT, 'vite.config.ts'),
      logLevel: 'warn',
      plugins: [modulesInto(modules)],
      build: { outDir: new_dir },
    })
    await compressFolder(new_dir)
    await writeFile(join(new_dir, MODULES_FILE), JSON.stringify(modules))
    await writeFile(join(new_dir, SOURCES_FILE), sources)
    await replaceFolder(app_dir, new_dir)
  } finally {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = NODE_ENV
    await rm(new_dir, { recursive: true, force: true })
  }
}

/** Collects the modules of every script, and the files that became assets as they are. */
function modulesInto(modules: AppModules): Plugin {
  return {
    name: 'modules-of-build',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        const contents =
          file.type === 'chunk'
            ? Object.entries(file.modules).map(([id, { renderedLength: bytes }]) => ({ id, bytes }))
            : file.originalFileNames.map((name) => ({ id: resolve(APP_SOURCE_DIR, name), bytes: file.source.length }))
        for (const { id, bytes } of contents) {
          const path = projectPathOf(id)
          if (path === undefined) continue
          const imported = this.getModuleInfo(id)?.importedIds.flatMap((id) => projectPathOf(id) ?? []) ?? []
          modules[path] = { bytes, imports: imported.map((path) => ({ path, kind: 'import-statement' })) }
        }
      }
    },
  }
}

/** `undefined` for what the build tool itself adds. */
function projectPathOf(id: string): string | undefined {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '')
  return path.startsWith(`${PROJECT_ROOT}/`) ? relative(PROJECT_ROOT, path) : undefined
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
