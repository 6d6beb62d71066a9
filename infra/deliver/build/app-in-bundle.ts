import type { Metafile } from 'esbuild'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { type AppModules, MODULES_FILE } from './app/build-app.ts'
import type { Bundle } from './bundle.ts'

/**
 * Puts the built app beside the function that serves it, as the folder `app`, and what is inside the app into the
 * metafile of that function: its bill of materials has both.
 */
export async function addAppToBundle({ path }: Bundle, app_dir: string): Promise<void> {
  const folder = dirname(path)
  // What begins with a dot is for tools.
  await cp(app_dir, join(folder, 'app'), { recursive: true, filter: (from) => !basename(from).startsWith('.') })
  const metafile_path = join(folder, 'meta.json')
  const metafile = JSON.parse(await readFile(metafile_path, 'utf8')) as Metafile
  const modules = JSON.parse(await readFile(join(app_dir, MODULES_FILE), 'utf8')) as AppModules
  await writeFile(metafile_path, JSON.stringify(withModules(metafile, modules)))
}

/** The modules as inputs of the metafile's entry, in addition to its own. */
function withModules(metafile: Metafile, modules: AppModules): Metafile {
  const sizes = Object.fromEntries(Object.entries(modules).map(([name, { bytes }]) => [name, { bytesInOutput: bytes }]))
  const outputs = Object.entries(metafile.outputs).map(([name, output]) => [
    name,
    output.entryPoint === undefined ? output : { ...output, inputs: { ...sizes, ...output.inputs } },
  ])
  return {
    inputs: { ...modules, ...metafile.inputs },
    outputs: Object.fromEntries(outputs) as Metafile['outputs'],
  }
}
