import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { SMALL_LIMITS } from '../small-limits.ts'
import { SMALL_SYNC_LIMITS } from '../sync/sync-limits.ts'
import { seedsFrom } from '../thread.ts'
import { branchesOf, type Branch } from './branches.ts'
import type { Collection, Taken } from './collect.ts'

export interface FileCoverage {
  readonly file: string
  readonly branches: number
  readonly missed: readonly Pick<Branch, 'line' | 'what'>[]
}

/** Always the same histories: what they reach is a property of the code. */
const RUNS: readonly Omit<Collection, 'files'>[] = [
  { module: '../run-history.ts', name: 'runHistory', edits: SMALL_LIMITS, seeds: seedsFrom(1, 100) },
  { module: '../run-restore-history.ts', name: 'runRestoreHistory', edits: SMALL_LIMITS, seeds: seedsFrom(1, 20) },
  { module: '../sync/run-sync-history.ts', name: 'runSyncHistory', edits: SMALL_SYNC_LIMITS, seeds: seedsFrom(1, 10) },
]

/** Which branches of the table the histories take, file by file. */
export async function measureCoverage(): Promise<readonly FileCoverage[]> {
  const files: string[] = []
  for await (const file of glob('shared/table/**/*.ts', { cwd: PROJECT_ROOT })) files.push(file)
  files.sort()
  const counts = new Map<string, number[]>()
  for (const run of RUNS) {
    for (const [file, taken] of Object.entries(await collected({ ...run, files }))) {
      const before = counts.get(file)
      counts.set(
        file,
        taken.map((count, at) => count + (before?.[at] ?? 0)),
      )
    }
  }
  return await Promise.all(
    files.map(async (file) => {
      const branches = branchesOf(await readFile(join(PROJECT_ROOT, file), 'utf8'), file)
      const missed = branches.filter((_, at) => !counts.get(file)?.[at])
      return { file, branches: branches.length, missed }
    }),
  )
}

/** In a thread of its own, in which the sources are edited. */
function collected(collection: Collection): Promise<Taken> {
  const worker = new Worker(new URL('./collect.ts', import.meta.url), { workerData: collection })
  return new Promise((resolve, reject) => {
    worker.on('message', resolve)
    worker.on('error', reject)
  })
}
