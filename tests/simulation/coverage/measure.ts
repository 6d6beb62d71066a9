import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { NEXT_RELEASE_ALONE, OLDER_RELEASE, WITH_OLDER_RELEASE } from '../releases.ts'
import { RARE_LIMITS } from '../rare/rare-limits.ts'
import { SMALL_LIMITS } from '../small-limits.ts'
import { SMALL_SYNC_LIMITS } from '../sync/sync-limits.ts'
import { seedsFrom } from '../thread.ts'
import { branchesOf, type Branch } from './branches.ts'
import type { Collection, Taken } from './collect.ts'

/** Groups without statistics in a feed, and a row that is gone between its place and its reading. */
const RARE_SEEDS = [65, 88]
/** Copies of devices, epochs that were put back, and answers that were lost meanwhile. */
const SYNC_SEEDS = [34, 56, 81, 88, 100]

export interface FileCoverage {
  readonly file: string
  readonly branches: number
  readonly missed: readonly Pick<Branch, 'line' | 'what'>[]
}

/** Always the same histories: what they reach is a property of the code. */
const RUNS: readonly Omit<Collection, 'files'>[] = [
  { module: '../run-history.ts', name: 'runHistory', edits: SMALL_LIMITS, seeds: seedsFrom(1, 25) },
  { module: '../run-restore-history.ts', name: 'runRestoreHistory', edits: SMALL_LIMITS, seeds: seedsFrom(1, 20) },
  {
    module: '../rare/run-rare-history.ts',
    name: 'runRareHistory',
    edits: RARE_LIMITS,
    seeds: [...seedsFrom(1, 60), ...RARE_SEEDS],
  },
  {
    module: '../rare/run-accident-history.ts',
    name: 'runAccidentHistory',
    edits: RARE_LIMITS,
    seeds: seedsFrom(1, 40),
  },
  // This release beside a newer one that reserves what it writes, in its place, and beside an older one.
  {
    module: './two-releases.ts',
    name: 'runReleasesHistory',
    edits: SMALL_LIMITS,
    other_release: NEXT_RELEASE_ALONE,
    seeds: seedsFrom(1, 10),
  },
  {
    module: './two-releases.ts',
    name: 'runRareReleasesHistory',
    edits: RARE_LIMITS,
    other_release: NEXT_RELEASE_ALONE,
    seeds: seedsFrom(1, 10),
  },
  {
    module: './two-releases.ts',
    name: 'runAsNextRelease',
    edits: SMALL_LIMITS,
    other_release: [],
    seeds: seedsFrom(1, 5),
  },
  {
    module: './two-releases.ts',
    name: 'runReleasesHistory',
    edits: [...SMALL_LIMITS, ...WITH_OLDER_RELEASE],
    other_release: OLDER_RELEASE,
    seeds: seedsFrom(1, 10),
  },
  {
    module: '../sync/run-sync-history.ts',
    name: 'runSyncHistory',
    edits: SMALL_SYNC_LIMITS,
    seeds: [...seedsFrom(1, 8), ...SYNC_SEEDS],
  },
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
