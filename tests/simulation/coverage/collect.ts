import { readFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { editedSource, type Edit } from '../build.ts'
import { branchesOf } from './branches.ts'
import { countsOf } from './counts.ts'

/** What a thread that collects is told. */
export interface Collection {
  /** Module and name of what runs the history of a seed. */
  readonly module: string
  readonly name: string
  readonly edits: readonly Edit[]
  readonly seeds: readonly number[]
  /** Files of which branches are counted, from the project's root. */
  readonly files: readonly string[]
}

/** How often each branch of a file was taken, in the order of `branchesOf`. */
export type Taken = Readonly<Record<string, readonly number[]>>

const { module, name, edits, seeds, files } = workerData as Collection
const by_file = Map.groupBy(edits, ({ file }) => file)
const edited = new Map<string, string>()
for (const [file, own] of by_file) {
  const path = join(PROJECT_ROOT, file)
  edited.set(pathToFileURL(path).href, await editedSource(path, own))
}
registerHooks({
  load: (url, context, nextLoad) => {
    const source = edited.get(url)
    return source === undefined ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true }
  },
})
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
const runner = ((await import(module)) as Record<string, (seed: number) => Promise<unknown>>)[name]!
for (const seed of seeds) await runner(seed)
const { result } = await session.post('Profiler.takePreciseCoverage')
const taken: Record<string, readonly number[]> = {}
for (const { url, functions } of result) {
  const file = url.startsWith('file:') ? fileURLToPath(url).slice(PROJECT_ROOT.length + 1) : ''
  if (!files.includes(file)) continue
  const source = edited.get(url) ?? (await readFile(fileURLToPath(url), 'utf8'))
  const countAt = countsOf(functions)
  taken[file] = branchesOf(source, file).map((branch) => branch.taken(countAt))
}
parentPort!.postMessage(taken satisfies Taken)
