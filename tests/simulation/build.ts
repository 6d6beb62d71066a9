import { build, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/**
 * The simulation built from changed sources: with a bug planted, with smaller limits, or with the table twice, as two
 * releases that run side by side. What runs is the code itself but for the edits.
 */
export interface Edit {
  /** From the project's root. */
  readonly file: string
  /** Stands there exactly once; an edit that no longer fits its source fails the build. */
  readonly from: string
  readonly to: string
}

export interface SimulationOptions {
  /** What is simulated: the table by itself, what seldom happens to it, accidents to its objects, devices that push to it and pull from it, or the client as it is. */
  readonly of?: 'table' | 'rare' | 'accidents' | 'sync' | 'client'
  /** Made in every copy of the source. */
  readonly edits?: readonly Edit[]
  /** Gives some instances the table of another release, made of these edits. */
  readonly other_release?: readonly Edit[]
}

/** What a release has of its own; the rest of the process is shared. */
export const RELEASED = /^shared\/(table|parquet)\//

/** @returns the code of a thread for `runSeeds`. @throws Error when an edit fits nothing */
export async function buildSimulation({ of = 'table', edits = [], other_release }: SimulationOptions): Promise<string> {
  return await bundleOf(ENTRIES[of][other_release ? 'two_releases' : 'one_release'], edits, other_release)
}

/** A module of this project's code with edits, as one text. @throws Error when an edit fits nothing */
export async function bundleOf(
  contents: string,
  edits: readonly Edit[],
  other_release: readonly Edit[] = [],
): Promise<string> {
  const unused = new Set([...edits, ...other_release])
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'silent',
    plugins: [editing(edits, other_release, unused)],
  })
  if (unused.size > 0) throw new Error(`no source was loaded for ${[...unused].map(({ file }) => file).join(', ')}`)
  return outputFiles[0]!.text
}

const TABLES = `
  import { Table } from '#shared/table/table.ts'
  import { Table as OtherTable } from 'other-release:shared/table/table.ts'
`
/** Of a program that runs the history of a seed: the same beside another release. */
const entriesOf = (run: string, module: string) => ({
  one_release: `
      import { ${run} } from '${module}'
      import { runInThread } from './in-thread.ts'
      await runInThread(${run})
    `,
  two_releases: `
      import { ${run} } from '${module}'
      import { runInThread } from './in-thread.ts'
      ${TABLES}
      const releases = [{ Table, is_other: false }, { Table: OtherTable, is_other: true }]
      await runInThread((seed) => ${run}(seed, releases))
    `,
})

const ENTRIES = {
  table: entriesOf('runHistory', './run-history.ts'),
  rare: entriesOf('runRareHistory', './rare/run-rare-history.ts'),
  // An operator who repairs objects runs one release.
  accidents: { ...entriesOf('runAccidentHistory', './rare/run-accident-history.ts'), two_releases: '' },
  sync: {
    ...entriesOf('runSyncHistory', './sync/run-sync-history.ts'),
    two_releases: `
      import { runSyncHistory } from './sync/run-sync-history.ts'
      import { runInThread } from './in-thread.ts'
      ${TABLES}
      await runInThread((seed) => runSyncHistory(seed, OtherTable))
    `,
  },
  // The older release has no part in what a client is promised.
  client: { ...entriesOf('runClientHistory', './client/run-client-history.ts'), two_releases: '' },
} as const

/** The source with these edits of it, in order. @throws Error when one fits nothing, or fits twice */
export async function editedSource(path: string, edits: readonly Edit[]): Promise<string> {
  let source = await readFile(path, 'utf8')
  for (const { file, from, to } of edits) {
    if (source.split(from).length !== 2) throw new Error(`${file} must have this text once: ${from}`)
    source = source.replace(from, () => to)
  }
  return source
}

function editing(edits: readonly Edit[], other_release: readonly Edit[], unused: Set<Edit>): Plugin {
  const edited = async (path: string, wanted: readonly Edit[]): Promise<string> => {
    const own = wanted.filter(({ file }) => join(PROJECT_ROOT, file) === path)
    for (const edit of own) unused.delete(edit)
    return await editedSource(path, own)
  }
  return {
    name: 'edits',
    setup: ({ onLoad, onResolve }) => {
      onResolve({ filter: /^other-release:/ }, ({ path }) => ({
        path: join(PROJECT_ROOT, path.replace('other-release:', '')),
        namespace: 'other-release',
      }))
      onResolve({ filter: /^\./, namespace: 'other-release' }, ({ path, importer }) => {
        const file = join(dirname(importer), path)
        const is_released = RELEASED.test(relative(PROJECT_ROOT, file))
        return { path: file, namespace: is_released ? 'other-release' : 'file' }
      })
      onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => ({
        contents: await edited(path, edits),
        loader: 'ts',
      }))
      onLoad({ filter: /\.ts$/, namespace: 'other-release' }, async ({ path }) => ({
        contents: await edited(path, [...edits, ...other_release]),
        loader: 'ts',
        resolveDir: dirname(path),
      }))
    },
  }
}
