import type { Metafile } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'

import { PROJECT_ROOT } from '../../project-root.ts'

/** CycloneDX 1.6, as far as it is read here. Source: https://cyclonedx.org/docs/1.6/json/ */
const billOfMaterialsSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string(), name: z.string() }) }),
  components: z.array(
    z.looseObject({
      'bom-ref': z.string(),
      group: z.optional(z.string()),
      name: z.string(),
      version: z.string(),
      scope: z.enum(['required', 'excluded']),
    }),
  ),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.optional(z.array(z.string())) })),
})

export type BillOfMaterials = z.infer<typeof billOfMaterialsSchema>

const lockfileSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ name: z.optional(z.string()), version: z.string(), integrity: z.optional(z.string()) }),
  ),
})

const GENERATOR = join(PROJECT_ROOT, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js')
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024
/** `debug` uses it when it is installed. Only development tools bring it, so a deployed function runs without it. */
const ABSENT_WHEN_DEPLOYED = 'supports-color'

/**
 * The packages that one function's bundle took code from, with the hash that the lockfile pins for each. The same
 * bundle gives the same document.
 * @param name of the function
 * @param metafile_path esbuild's metafile of the bundle
 * @param lockfile_text of package-lock.json
 * @throws when the bundle imports a package at run time, or holds one that the lockfile does not have
 */
export async function billOfMaterials(
  name: string,
  metafile_path: string,
  lockfile_text: string,
): Promise<BillOfMaterials> {
  const metafile = JSON.parse(await readFile(metafile_path, 'utf8')) as Metafile
  refuseRuntimeImports(metafile)
  const bill = withoutExcluded(await generate(withEveryInput(metafile)))
  const hashes = hashesIn(lockfile_text)
  const components = bill.components.map((component) => {
    const package_name = component.group === undefined ? component.name : `${component.group}/${component.name}`
    const content = hashes.get(`${package_name}@${component.version}`)
    if (content === undefined) throw new Error(`${package_name}@${component.version} is not in the lockfile`)
    return { ...component, hashes: [{ alg: 'SHA-512', content }] }
  })
  const component = { ...bill.metadata.component, name }
  return { ...bill, metadata: { ...bill.metadata, component }, components }
}

async function generate(metafile: Metafile): Promise<BillOfMaterials> {
  const work_dir = await mkdtemp(join(tmpdir(), 'sbom-'))
  try {
    const metafile_path = join(work_dir, 'meta.json')
    await writeFile(metafile_path, JSON.stringify(metafile))
    const options = ['--spec-version', '1.6', '--output-reproducible', '--validate', '--output-file', '-']
    const { stdout } = await promisify(execFile)(process.execPath, [GENERATOR, ...options, metafile_path], {
      cwd: PROJECT_ROOT,
      maxBuffer: OUTPUT_BYTES_MAX,
    })
    return billOfMaterialsSchema.parse(JSON.parse(stdout))
  } finally {
    await rm(work_dir, { recursive: true })
  }
}

/**
 * The metafile with all inputs among those of its outputs. esbuild leaves out a file that only re-exports, and the
 * generator then misses that one package imports another through it.
 */
function withEveryInput(metafile: Metafile): Metafile {
  const unused = Object.fromEntries(Object.keys(metafile.inputs).map((path) => [path, { bytesInOutput: 0 }]))
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => [
    path,
    output.entryPoint === undefined ? output : { ...output, inputs: { ...unused, ...output.inputs } },
  ])
  return { ...metafile, outputs: Object.fromEntries(outputs) as Metafile['outputs'] }
}

/** Without the packages that esbuild read and took no code from. */
function withoutExcluded(bill: BillOfMaterials): BillOfMaterials {
  const excluded = new Set(bill.components.flatMap((one) => (one.scope === 'excluded' ? [one['bom-ref']] : [])))
  return {
    ...bill,
    components: bill.components.filter((one) => !excluded.has(one['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => !excluded.has(ref))
      .map(({ dependsOn = [], ...one }) => ({ ...one, dependsOn: dependsOn.filter((ref) => !excluded.has(ref)) })),
  }
}

/** The generator lists only the packages inside the bundle, so the bundle must not need any others. */
function refuseRuntimeImports({ outputs }: Metafile): void {
  const imported = Object.values(outputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external === true ? [path] : [])),
  )
  const packages = new Set(imported.filter((path) => !isBuiltin(path) && path !== ABSENT_WHEN_DEPLOYED))
  if (packages.size === 0) return
  throw new Error(`The bundle imports ${[...packages].join(', ')} at run time, which its bill of materials cannot list`)
}

/** SHA-512 in hexadecimal of every package in the lockfile, by `name@version`. */
function hashesIn(lockfile_text: string): Map<string, string> {
  const { packages } = lockfileSchema.parse(JSON.parse(lockfile_text))
  const hashes = new Map<string, string>()
  for (const [folder, { name, version, integrity }] of Object.entries(packages)) {
    const package_name = name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const sha512 = integrity?.split(' ').find((text) => text.startsWith('sha512-'))
    if (sha512 === undefined) continue
    hashes.set(`${package_name}@${version}`, Buffer.from(sha512.slice('sha512-'.length), 'base64').toString('hex'))
  }
  return hashes
}
