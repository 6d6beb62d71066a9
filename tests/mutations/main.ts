import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { OperatorError, UsageError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import type { Edit } from '#tests/simulation/build.ts'
import { ALL_CHANGES } from './all-changes.ts'
import { type Change, scoresOf } from './change.ts'
import { MUTATION_COMMAND } from './command.ts'

const VITEST = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs')

/** What the tests of two changes leave of the smallest machine that runs them is nothing. */
const SIDE_BY_SIDE = 2

/** @returns whether the test files pass */
async function pass(files: readonly string[], change?: Edit): Promise<boolean> {
  const child = spawn(process.execPath, [VITEST, 'run', '--bail=1', '--maxWorkers=1', ...files], {
    cwd: PROJECT_ROOT,
    stdio: 'ignore',
    env: { ...process.env, ...(change && { CHANGED_SOURCE: JSON.stringify(change) }) },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

async function isNoticed({ noticed_by, ...edit }: Change): Promise<boolean> {
  return !(await pass([noticed_by], edit))
}

await runCommand(MUTATION_COMMAND, async ({ folder, every }) => {
  const chosen = ALL_CHANGES.filter(
    ({ file }, at) => at % every === 0 && (folder.length === 0 || folder.some((path) => file.startsWith(path))),
  )
  if (chosen.length === 0) throw new UsageError(`There are no changes in ${folder.join(', ')}.`)
  // A test that always fails would notice everything.
  if (!(await pass([...new Set(chosen.map(({ noticed_by }) => noticed_by))])))
    throw new OperatorError('Some of the tests that have to notice the changes fail without any change.')
  const unnoticed = new Set<Change>()
  const left = [...chosen]
  const work = async () => {
    for (let change = left.shift(); change !== undefined; change = left.shift()) {
      if (await isNoticed(change)) continue
      unnoticed.add(change)
      console.log(`UNNOTICED by ${change.noticed_by}: ${change.file}\n  - ${change.from}\n  + ${change.to}`)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  for (const [path, { made, noticed }] of scoresOf(chosen, unnoticed))
    console.log(`${path}: ${noticed} of ${made} noticed (${Math.floor((100 * noticed) / made)} %)`)
  return unnoticed.size === 0 ? 0 : 1
})
