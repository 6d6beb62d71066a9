import { build } from 'esbuild'
import type { Metafile } from 'esbuild'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { functionPackage, NODE_MAJOR } from './function-package.ts'

export interface Bundle {
  name: string
  /** `<out_dir>/<name>/index.cjs`; beside it lie its source map, esbuild's metafile (`meta.json`) and a package.json. */
  path: string
  size_bytes: number
  /** Every source file inside, as paths from the project's root. */
  inputs: string[]
  warnings: string[]
}

export interface BundleOptions {
  /** The folder with package.json, `functions` and `shared`. */
  project_root: string
  /** Each function gets a fresh folder of its name in here. */
  out_dir: string
  /** Which of `functions/<name>/index.ts` to bundle. */
  names: readonly string[]
}

/** Bundles functions for deployment. Throws when one does not build, or holds code that must never be deployed. */
export async function bundleFunctions(options: BundleOptions): Promise<Bundle[]> {
  if (options.names.length === 0) throw new Error('There is no function to bundle')
  return Promise.all(options.names.map((name) => bundleFunction(name, options)))
}

async function bundleFunction(name: string, { project_root, out_dir }: BundleOptions): Promise<Bundle> {
  const folder = join(out_dir, name)
  const path = join(folder, 'index.cjs')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const { metafile, warnings } = await build({
    absWorkingDir: project_root,
    entryPoints: [`functions/${name}/index.ts`],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: `node${NODE_MAJOR}`,
    // The Google SDKs are CommonJS and load parts of themselves with `require`: an ESM bundle of them does not start.
    format: 'cjs',
    sourcemap: true,
    metafile: true,
    // `debug` uses colours where their package is installed, and tools of the project install it: they are no part of a function.
    external: ['supports-color'],
    // Its UMD build, which `main` names, calls a `require` that esbuild cannot follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: {
      'import.meta.url': 'bundle_url',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
    banner: { js: "const bundle_url = require('node:url').pathToFileURL(__filename).href" },
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs)
  refuseForeignInputs(name, inputs)
  await writeFile(join(folder, 'meta.json'), JSON.stringify(metafile))
  const package_json = await functionPackage(project_root, name)
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(package_json, null, 2)}\n`)
  return { name, path, size_bytes: sizeOfCode(metafile), inputs, warnings: warnings.map(({ text }) => text) }
}

/** The local runtime has keys and tokens for everybody; neither it nor any other tooling may reach the cloud. */
function refuseForeignInputs(name: string, inputs: readonly string[]): void {
  const foreign = inputs.filter((path) => /^(infra|tests)\//.test(path))
  if (foreign.length > 0) throw new Error(`The bundle of ${name} must not contain ${foreign.join(', ')}`)
}

function sizeOfCode(metafile: Metafile): number {
  const code = Object.entries(metafile.outputs).find(([path]) => path.endsWith('.cjs'))
  if (code === undefined) throw new Error('esbuild reported no bundle')
  return code[1].bytes
}
