import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { ALL_CHANGES } from './all-changes.ts'
import type { Change } from './change.ts'
import { MUTATION_COMMAND } from './command.ts'

const VITEST = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs')

/** @returns whether the test file fails with the change */
async function isNoticed({ noticed_by, ...edit }: Change): Promise<boolean> {
  const child = spawn(process.execPath, [VITEST, 'run', '--bail=1', '--maxWorkers=1', noticed_by], {
    cwd: PROJECT_ROOT,
    stdio: 'ignore',
    env: { ...process.env, CHANGED_SOURCE: JSON.stringify(edit) },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code !== 0
}

await runCommand(MUTATION_COMMAND, async ({ folder }) => {
  const chosen = ALL_CHANGES.filter(({ file }) => folder.length === 0 || folder.some((path) => file.startsWith(path)))
  const scores = new Map<string, { made: number; noticed: number }>()
  for (const change of chosen) {
    const score = scores.get(dirname(change.file)) ?? { made: 0, noticed: 0 }
    scores.set(dirname(change.file), score)
    score.made++
    if (await isNoticed(change)) score.noticed++
    else console.log(`UNNOTICED by ${change.noticed_by}: ${change.file}\n  - ${change.from}\n  + ${change.to}`)
  }
  for (const [path, { made, noticed }] of scores) console.log(`${path}: ${noticed} of ${made} noticed`)
  return [...scores.values()].every(({ made, noticed }) => made === noticed) ? 0 : 1
})
