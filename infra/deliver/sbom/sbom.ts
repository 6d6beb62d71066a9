import type { Metafile } from 'esbuild'
import { createHash } from 'node:crypto'
import { isBuiltin } from 'node:module'

import { type InstalledPackage, type Lockfile, dependenciesOf, packageFolderOf, resolvedFrom } from './lockfile.ts'

/**
 * What one function is made of when it is deployed, as CycloneDX 1.6: the packages that esbuild took code from, and
 * those that its bundle asks for at run time, with all that they need. The same bundle gives the same text.
 * Source: https://cyclonedx.org/docs/1.6/json/
 */
export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly serialNumber: string
  readonly version: 1
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Component {
  readonly type: 'application' | 'library'
  readonly 'bom-ref': string
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly purl?: string
  readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[]
  readonly licenses?: readonly License[]
  readonly properties?: readonly { readonly name: string; readonly value: Delivery }[]
}

type License = { readonly license: { readonly id: string } } | { readonly expression: string }

/** In the bundle itself, or in the `node_modules` beside it. */
type Delivery = 'bundled' | 'installed'

export interface SbomOptions {
  /** Of the function. */
  readonly name: string
  /** Of the project. */
  readonly version: string
  /** esbuild's, of the bundle. */
  readonly metafile: Metafile
  readonly lockfile: Lockfile
}

/** @throws when a package of the bundle is not in the lockfile, or one that is external is not there at all */
export function billOfMaterials({ name, version, metafile, lockfile }: SbomOptions): BillOfMaterials {
  const delivered = deliveredPackages(metafile, lockfile)
  const folders = [...delivered.keys()]
  const purlOf = (folder: string) => purl(lockfile[folder]!)
  const root = `pkg:generic/${name}@${version}`
  const components = folders.map((folder) => component(lockfile[folder]!, delivered.get(folder)!))
  const asked = folders.map((folder) => ({
    ref: purlOf(folder),
    dependsOn: sorted(
      dependenciesOf(lockfile, folder)
        .filter((one) => delivered.has(one))
        .map(purlOf),
    ),
  }))
  const direct = sorted(
    dependenciesOf(lockfile, '')
      .filter((one) => delivered.has(one))
      .map(purlOf),
  )
  const content = {
    metadata: { component: { type: 'application', 'bom-ref': root, name, version } },
    components: byKey(components, (one) => one['bom-ref']),
    dependencies: [{ ref: root, dependsOn: direct }, ...byKey(asked, ({ ref }) => ref)],
  } as const
  return { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: serialNumber(content), version: 1, ...content }
}

/** Folders of the packages, and how each is delivered. */
function deliveredPackages(metafile: Metafile, lockfile: Lockfile): Map<string, Delivery> {
  const delivered = new Map<string, Delivery>()
  const bundle = Object.entries(metafile.outputs).find(([path]) => path.endsWith('.cjs'))?.[1]
  if (bundle === undefined) throw new Error('the metafile has no bundle')
  for (const [path, { bytesInOutput }] of Object.entries(bundle.inputs)) {
    const folder = packageFolderOf(path)
    // Code that nobody uses was read and left out.
    if (folder === undefined || bytesInOutput === 0) continue
    if (lockfile[folder] === undefined) throw new Error(`${folder} is not in the lockfile`)
    delivered.set(folder, 'bundled')
  }
  const installed = bundle.imports.flatMap(({ path, external }) => (external === true && !isBuiltin(path) ? path : []))
  const asked = installed.map((path) => resolvedFrom(lockfile, '', path) ?? missing(path))
  // What only tools of the project bring is not there when deployed: whoever asks for it does without.
  const waiting = asked.filter((folder) => !lockfile[folder]!.dev)
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (delivered.get(folder) === 'installed') continue
    delivered.set(folder, 'installed')
    waiting.push(...dependenciesOf(lockfile, folder))
  }
  return delivered
}

function missing(path: string): never {
  throw new Error(`The bundle asks for ${path} at run time, which the lockfile does not have`)
}

function component(entry: InstalledPackage, delivery: Delivery): Component {
  const [group, name] = scopeAndName(entry.name)
  return {
    type: 'library',
    'bom-ref': purl(entry),
    ...(group !== undefined && { group }),
    name,
    version: entry.version,
    purl: purl(entry),
    ...(entry.integrity !== undefined && { hashes: hashes(entry.integrity) }),
    ...(entry.license !== undefined && { licenses: [license(entry.license)] }),
    properties: [{ name: 'activation:delivery', value: delivery }],
  }
}

function scopeAndName(full_name: string): [string | undefined, string] {
  const slash = full_name.indexOf('/')
  return slash === -1 ? [undefined, full_name] : [full_name.slice(0, slash), full_name.slice(slash + 1)]
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
function purl({ name, version }: InstalledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function hashes(integrity: string): NonNullable<Component['hashes']> {
  return integrity
    .split(' ')
    .filter((text) => text.startsWith('sha512-'))
    .map((text) => ({ alg: 'SHA-512', content: Buffer.from(text.slice('sha512-'.length), 'base64').toString('hex') }))
}

const license = (spdx: string): License => (/[( ]/.test(spdx) ? { expression: spdx } : { license: { id: spdx } })

/** A UUID that follows from the content (version 8 of RFC 9562). */
function serialNumber(content: object): string {
  const bytes = createHash('sha256').update(JSON.stringify(content)).digest().subarray(0, 16)
  bytes[6] = 0x80 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return `urn:uuid:${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`
}

const sorted = (texts: readonly string[]) => [...new Set(texts)].toSorted()

/** In the order of their keys; of several with one key (the same package in two places) the first. */
function byKey<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  const by_key = new Map(values.toReversed().map((value) => [keyOf(value), value]))
  return [...by_key].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}
