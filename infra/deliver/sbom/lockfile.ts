import * as z from 'zod'

/** What npm's lockfile says of the packages that are installed, by folder; `''` is the project itself. */
export type Lockfile = Readonly<Record<string, InstalledPackage>>

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly license: string | undefined
  /** Subresource integrity of the package as the registry has it. */
  readonly integrity: string | undefined
  /** Only for work on the project. */
  readonly dev: boolean
  /** Names of what it needs to run; what is only optional need not be there. */
  readonly dependencies: readonly string[]
}

const names = z.record(z.string(), z.string()).default({})
const lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().default(false),
      dependencies: names,
      optionalDependencies: names,
      peerDependencies: names,
    }),
  ),
})

/** Reads the text of package-lock.json. Source: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
export function parseLockfile(text: string): Lockfile {
  const { packages } = lockfile.parse(JSON.parse(text))
  return Object.fromEntries(
    Object.entries(packages).map(([folder, { dependencies, optionalDependencies, peerDependencies, ...entry }]) => {
      const needed = [dependencies, optionalDependencies, peerDependencies].flatMap((one) => Object.keys(one))
      const { name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length), license } = entry
      return [folder, { ...entry, name, license, integrity: entry.integrity, dependencies: needed }]
    }),
  )
}

/** The folder of the package that a file belongs to; `undefined` for a file of the project. */
export function packageFolderOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]
}

/** Where Node finds `name` (or a file of it) from within the package in `folder`. */
export function resolvedFrom(packages: Lockfile, folder: string, name: string): string | undefined {
  const [package_name] = /^(?:@[^/]+\/)?[^/]+/.exec(name) ?? ['']
  for (let place: string | undefined = folder; place !== undefined; place = outside(place)) {
    const found = `${place === '' ? '' : `${place}/`}node_modules/${package_name}`
    if (packages[found] !== undefined) return found
  }
  return undefined
}

/** The package around the one in `folder`; `undefined` outside of the project. */
function outside(folder: string): string | undefined {
  if (folder === '') return undefined
  return folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
}

/** Folders of what the package in `folder` needs, as far as it is installed. */
export function dependenciesOf(packages: Lockfile, folder: string): string[] {
  return packages[folder]!.dependencies.flatMap((name) => resolvedFrom(packages, folder, name) ?? [])
}
