import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { PROJECT_ROOT } from './project-root.ts'

/** The built app: what the image and the local runtime serve. */
export const APP_DIR = join(PROJECT_ROOT, 'dist/web/app')

/** In the folder of a build: the hash of the sources that it was made from. */
export const SOURCES_FILE = '.sources'

/** Everything that a build depends on. The app imports no other folder of `shared`. */
const SOURCES = [
  'functions/web/app',
  ...['base', 'client', 'contract', 'records'].map((folder) => `shared/${folder}`),
  'infra/deliver/build/app/build-app.ts',
  'package-lock.json',
  'vite.config.ts',
]

export function hashAppSources(): string {
  const files = SOURCES.flatMap((source) => filesOf(source)).toSorted()
  return hash(
    'sha256',
    files.map((file) => `${file} ${hash('sha256', readFileSync(join(PROJECT_ROOT, file)))}`).join('\n'),
  )
}

/** Whether the folder has a build of the sources as they are now. */
export function isAppBuilt(app_dir: string): boolean {
  try {
    return readFileSync(join(app_dir, SOURCES_FILE), 'utf8') === hashAppSources()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function filesOf(source: string): string[] {
  const path = join(PROJECT_ROOT, source)
  if (statSync(path).isFile()) return [source]
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => file.slice(PROJECT_ROOT.length + 1))
}
