import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { systemClock } from '#shared/base/clock.ts'
import { CHECK_COMMAND, STATIC_CHECKS } from './command.ts'

interface Ended {
  readonly name: string
  readonly is_passed: boolean
  readonly seconds: string
  readonly output: string
}

/** The lint's types are a program in Go that ends soon: it collects its garbage less often, for a tenth of its processor time. */
const ENVIRONMENT = { ...process.env, GOGC: '400' }

/** The command of a script, without npm in between. npm has put node_modules/.bin on the PATH. */
async function run(name: string, command: string): Promise<Ended> {
  const began_ms = systemClock.monotonicMs()
  const child = spawn(command, { shell: true, cwd: PROJECT_ROOT, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  const seconds = ((systemClock.monotonicMs() - began_ms) / 1000).toFixed(1)
  return { name, is_passed: code === 0, seconds, output: output + errors }
}

await runCommand(CHECK_COMMAND, async () => {
  const manifest = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>
  }
  const all = await Promise.all(
    STATIC_CHECKS.map(async (name) => {
      const command = manifest.scripts[name]
      if (command === undefined) throw new Error(`package.json has no script ${name}`)
      const ended = await run(name, command)
      if (!ended.is_passed) process.stdout.write(ended.output)
      process.stdout.write(`${ended.is_passed ? 'ok' : 'FAILED'}: ${name} (${ended.seconds} s)\n`)
      return ended
    }),
  )
  return all.every(({ is_passed }) => is_passed) ? 0 : 1
})
