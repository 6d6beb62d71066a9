import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** @returns what a command printed */
export async function runCommandIn(
  folder: string,
  command: string,
  parameters: readonly string[],
  as: { readonly uid?: number; readonly gid?: number } = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, parameters, { cwd: folder, ...as })
  return stdout.trim()
}

/** What a benchmark alone compares with is installed by its own lockfile, when it is asked for. */
export async function installPeers(folder: string): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return
  console.log('Installing the others…')
  await runCommandIn(folder, 'npm', ['ci', '--ignore-scripts', '--no-audit'])
}
