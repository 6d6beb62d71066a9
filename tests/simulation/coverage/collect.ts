import { readFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { registerHooks } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { editedSource, RELEASED, type Edit } from '../build.ts'
import { branchesOf } from './branches.ts'
import { countsOf } from './counts.ts'

/** What a thread that collects is told. */
export interface Collection {
  /** Module and name of what runs the history of a seed. */
  readonly module: string
  readonly name: string
  readonly edits: readonly Edit[]
  /** Of the release whose table the runner is given besides; what it takes of its own files is not counted. */
  readonly other_release?: readonly Edit[]
  readonly seeds: readonly number[]
  /** Files of which branches are counted, from the project's root. */
  readonly files: readonly string[]
}

/** How often each branch of a file was taken, in the order of `branchesOf`. */
export type Taken = Readonly<Record<string, readonly number[]>>

const { module, name, edits, other_release, seeds, files } = workerData as Collection
const OTHER = '?other-release'
const edited = new Map<string, string>()
await edit(edits, '')
if (other_release) await edit([...edits, ...other_release], OTHER)
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const resolved = nextResolve(specifier, context)
    const is_beside = context.parentURL?.endsWith(OTHER) && !resolved.url.endsWith(OTHER)
    return is_beside && isReleased(resolved.url) ? { ...resolved, url: resolved.url + OTHER } : resolved
  },
  load: (url, context, nextLoad) => {
    const source = edited.get(url)
    return source === undefined ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true }
  },
})
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
const runner = ((await import(module)) as Record<string, (seed: number, other?: unknown) => Promise<unknown>>)[name]!
const table = pathToFileURL(join(PROJECT_ROOT, 'shared/table/table.ts')).href
const other = other_release && ((await import(`${table}${OTHER}`)) as { Table: unknown }).Table
for (const seed of seeds) await runner(seed, other)
const { result } = await session.post('Profiler.takePreciseCoverage')
const taken: Record<string, readonly number[]> = {}
for (const { url, functions } of result) {
  const file = url.startsWith('file:') ? fileURLToPath(url).slice(PROJECT_ROOT.length + 1) : ''
  if (!files.includes(file) || url.endsWith(OTHER)) continue
  const source = edited.get(url) ?? (await readFile(fileURLToPath(url), 'utf8'))
  const countAt = countsOf(functions)
  taken[file] = branchesOf(source, file).map((branch) => branch.taken(countAt))
}
parentPort!.postMessage(taken satisfies Taken)

async function edit(all: readonly Edit[], suffix: string): Promise<void> {
  for (const [file, own] of Map.groupBy(all, (one) => one.file)) {
    const path = join(PROJECT_ROOT, file)
    edited.set(pathToFileURL(path).href + suffix, await editedSource(path, own))
  }
}

function isReleased(url: string): boolean {
  return url.startsWith('file:') && RELEASED.test(relative(PROJECT_ROOT, fileURLToPath(url)))
}
