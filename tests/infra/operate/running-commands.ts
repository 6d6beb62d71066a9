import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CHILD_ENVIRONMENT } from '#tests/support/child-environment.ts'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/**
 * A command as `npm run <name>` starts it, in an environment without settings but these.
 * @param is_read false: nobody reads what it prints, as behind `| true`
 */
export async function runCommand(
  name: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { is_read = true } = {},
): Promise<Ended> {
  const main = join(import.meta.dirname, '../../../infra/operate', name, 'main.ts')
  const { PATH = '' } = process.env
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  const child = spawn(process.execPath, [main, ...parameters], {
    env: { PATH, ...CHILD_ENVIRONMENT, ...environment },
    stdio,
  })
  if (!is_read) child.stdout.destroy()
  const [out, err] = await Promise.all([is_read ? text(child.stdout) : '', text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, out, err }
}
