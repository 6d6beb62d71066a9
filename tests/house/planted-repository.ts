import { execFile } from 'node:child_process'
import { cp, glob, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const PROJECT_ROOT = join(import.meta.dirname, '../..')

/** The files that define the house's rules: copied unchanged, so that a test judges the real rules. */
const RULES = [
  '.gitignore',
  '.oxfmtrc.json',
  'dependency-cruiser.config.ts',
  'functions/web/app/tsconfig.json',
  'infra/checks/lint',
  'knip.ts',
  'oxlint.config.ts',
  'package.json',
  'shared/client/browser/tsconfig.json',
  'tsconfig.json',
  'vitest.browser.config.ts',
  'vitest.config.ts',
]

export interface PlantedRepository {
  root: string
  remove(): Promise<void>
}

/** A temporary folder with the project's rules and packages, and `files` (path → text) as its only code. */
export async function plantRepository(files: Readonly<Record<string, string>>): Promise<PlantedRepository> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'planted-')))
  for (const rule of RULES) await cp(join(PROJECT_ROOT, rule), join(root, rule), { recursive: true })
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) }
}

export interface ToolRun {
  exit_code: number
  output: string
}

/** Runs a tool of node_modules as the npm scripts do, in `cwd`. */
export function runTool(script: string, args: readonly string[], cwd: string): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(PROJECT_ROOT, 'node_modules', script), ...args],
      { cwd, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ exit_code: 0, output: stdout + stderr })
        else if (typeof error.code === 'number') resolve({ exit_code: error.code, output: stdout + stderr })
        else reject(new Error(`${script} did not run`, { cause: error }))
      },
    )
  })
}

/** Every TypeScript file of the project itself, as paths from its root. */
export async function sourceFiles(): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob('{functions,shared,infra,tests}/**/*.{ts,tsx}', { cwd: PROJECT_ROOT })) paths.push(path)
  return paths.toSorted()
}
