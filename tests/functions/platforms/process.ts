import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'

import { createClient } from '#tests/functions/audiences/harness.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import type { CallPlatforms, RunningPlatforms } from './harness.ts'

/**
 * An instance in a process of its own, over the bucket and key of `running`; called as `demo_user`.
 * @param parameters of node: options, and the file that serves the function
 */
export async function startProcess(
  running: RunningPlatforms,
  parameters: readonly string[],
): Promise<{ child: ChildProcess; call: CallPlatforms }> {
  const env = { ...process.env, ...running.environment, PORT: '0', NODE_PATH: join(PROJECT_ROOT, 'node_modules') }
  const child = spawn(process.execPath, parameters, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const port = () => /(?:port|localhost:|0\.0\.0\.0:)\D{0,5}(\d{2,5})/.exec(output)?.[1]
  await expect.poll(port).toBeDefined()
  const { call }: { call: unknown } = createClient(`http://127.0.0.1:${port()}`, () => running.token('demo_user'))
  return { child, call: call as CallPlatforms }
}
