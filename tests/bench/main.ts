import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { UsageError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { BENCH_COMMAND, BENCHMARKS, LOAD_PARTS } from './command.ts'

await runCommand(BENCH_COMMAND, async ({ name, argument }) => {
  checkArguments(name, argument)
  let exit_code = 0
  for (const benchmark of name === undefined ? BENCHMARKS : [name]) {
    console.log(`\n== ${benchmark}`)
    const file = join(import.meta.dirname, `${benchmark}.ts`)
    const child = spawn(process.execPath, [file, ...argument], { stdio: 'inherit' })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) exit_code = 1
  }
  return exit_code
})

/** @throws UsageError */
function checkArguments(name: string | undefined, given: readonly string[]): void {
  const [first] = given
  if (first === undefined) return
  if (name === 'load') {
    const unknown = given.find((part) => !LOAD_PARTS.some((known) => known === part))
    if (unknown !== undefined) throw new UsageError(`load has no part ${unknown}. Its parts: ${LOAD_PARTS.join(', ')}.`)
  } else if (name === 'cold-start') {
    if (!/^[1-9]\d*$/.test(first)) throw new UsageError(`The number of runs cannot be ${first}.`)
  } else {
    throw new UsageError(`Unexpected argument ${first}.`)
  }
}
