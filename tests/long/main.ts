import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { isoTime, systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { checkArguments, LONG_COMMAND } from './command.ts'
import { longFiles } from './files.ts'

const VITEST = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs')

/** One run of vitest. @returns whether all tests passed */
async function runTests(files: readonly string[], environment: Readonly<Record<string, string>>): Promise<boolean> {
  const child = spawn(process.execPath, [VITEST, 'run', ...files], {
    cwd: PROJECT_ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

async function underLoad<T>(work: () => Promise<T>): Promise<T> {
  const busy = new Worker('for (;;);', { eval: true })
  try {
    return await work()
  } finally {
    await busy.terminate()
  }
}

await runCommand(LONG_COMMAND, async (input) => {
  checkArguments(input)
  const { at, fixed, load, quick, repeat, seed } = input
  const files = input.file.length > 0 ? input.file : await longFiles({ quick })
  const first_seed = seed ?? (Buffer.from(systemRandom.bytes(4)).readUInt32LE() >>> 2) + 1
  const failures: string[] = []
  for (let run = 0; run < repeat; run++) {
    const is_loaded = load && (run % 2 === 1 || repeat === 1)
    const date = at ?? isoTime(systemClock.nowMs())
    const flags = [
      ...(fixed ? ['--fixed'] : [`--seed ${first_seed + run}`, `--at ${date}`]),
      ...(quick ? ['--quick'] : []),
      ...(is_loaded ? ['--load'] : []),
      ...input.file,
    ]
    const repetition = `npm run test:long -- ${flags.join(' ')}`
    console.log(`Run ${run + 1} of ${repeat}: ${repetition}`)
    const environment = {
      TEST_EFFORT: quick ? 'quick' : 'long',
      ...(fixed ? {} : { TEST_SEED: String(first_seed + run) }),
      ...(fixed && at === undefined ? {} : { TEST_DATE: date }),
    }
    const work = () => runTests(files, environment)
    const is_passed = await (is_loaded ? underLoad(work) : work())
    if (!is_passed) failures.push(repetition)
  }
  console.log(`${repeat - failures.length} of ${repeat} runs passed`)
  for (const repetition of failures) console.log(`FAILED: ${repetition}`)
  return failures.length === 0 ? 0 : 1
})
