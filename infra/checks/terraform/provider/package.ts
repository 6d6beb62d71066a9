import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { schemaOfClass, type BlockSchema } from './schema.ts'

/** A provider, and the npm package that holds all of its schema. */
export interface ProviderPackage {
  /** What the names of its types begin with. */
  readonly provider: string
  readonly name: string
  readonly version: string
  /** Of the archive, as the lockfile would have it. */
  readonly sha512: string
  /** Provider version whose schema the package has. */
  readonly schema_of_version: string
}

/**
 * Packages that are fetched with npm when they are needed. They are no dependencies of the project, because that of google
 * unpacks to 307 MB of which a few hundred kilobytes are used.
 */
export const PROVIDER_PACKAGES: readonly ProviderPackage[] = [
  {
    provider: 'google',
    name: '@cdktf/provider-google',
    version: '16.12.1',
    sha512: 'KqNA/5RiFT07r0PSZ6/07cJ2zESUgbj1JchVj21iBFBZVUbD+578xA/k8eq/r0cbyEgLmg9eYWeVslaYah4DCQ==',
    schema_of_version: '6.50.0',
  },
  {
    provider: 'time',
    name: '@cdktf/provider-time',
    version: '11.0.1',
    sha512: 'FI0xFIcfF7U0t+pk7NNNJujiCxIOw6wL0I61/LEgPC59WWcGVrRPdj5F7YvEEpgcWkse6YrYc9soumsTQa5WYg==',
    schema_of_version: '0.13.1',
  },
]

export interface ProviderSchema {
  readonly provider: BlockSchema
  readonly resources: Readonly<Record<string, BlockSchema>>
  readonly data_sources: Readonly<Record<string, BlockSchema>>
}

export interface UsedTypes {
  readonly resources: readonly string[]
  readonly data_sources: readonly string[]
}

const run = promisify(execFile)

/** The types of a provider that the `.tf` files of a folder use, its modules included. */
export async function usedTypes(folder: string, { provider }: ProviderPackage): Promise<UsedTypes> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.tf'))
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))
  const named = (keyword: string) => {
    const declaration = new RegExp(`^${keyword} "(${provider}_\\w+)"`, 'gm')
    return [...new Set(texts.flatMap((text) => [...text.matchAll(declaration)].map(([, name]) => name!)))].toSorted()
  }
  return { resources: named('resource'), data_sources: named('data') }
}

/**
 * The schema of the types that are used, made once for each set of types.
 * @param cache_dir keeps the archive (32 MB) and the extracts (some 200 kB each)
 * @throws Error when the package cannot be fetched, is not the pinned one, or lacks a type
 */
export async function providerSchema(
  cache_dir: string,
  source: ProviderPackage,
  types: UsedTypes,
): Promise<ProviderSchema> {
  const own_source = await readFile(join(import.meta.dirname, 'schema.ts'))
  const key = createHash('sha256').update(source.sha512).update(own_source).update(JSON.stringify(types)).digest('hex')
  const path = join(cache_dir, `schema-${key.slice(0, 16)}.json`)
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  if (kept !== undefined) return JSON.parse(kept) as ProviderSchema

  const files = new Map<string, string>([['provider', 'provider']])
  for (const type of types.resources) files.set(type, folderOf(type, source))
  for (const type of types.data_sources) files.set(`data ${type}`, `data-${source.provider}-${folderOf(type, source)}`)
  const texts = await sourcesOf([...new Set(files.values())], source, cache_dir)
  const schemaOf = (name: string): BlockSchema => schemaOfClass(texts.get(files.get(name)!)!)
  const schema: ProviderSchema = {
    provider: schemaOf('provider'),
    resources: Object.fromEntries(types.resources.map((type) => [type, schemaOf(type)])),
    data_sources: Object.fromEntries(types.data_sources.map((type) => [type, schemaOf(`data ${type}`)])),
  }
  await writeWhole(path, JSON.stringify(schema))
  return schema
}

/** `google_storage_bucket` lies in the folder `storage-bucket`. */
function folderOf(type: string, { provider }: ProviderPackage): string {
  return type.slice(`${provider}_`.length).replaceAll('_', '-')
}

/**
 * `index.js` of each of `folders` of the package, by folder. Others may be doing the same: each works in a folder of its
 * own, and moves the archive to its place when it is whole.
 */
async function sourcesOf(
  folders: readonly string[],
  source: ProviderPackage,
  cache_dir: string,
): Promise<ReadonlyMap<string, string>> {
  await mkdir(cache_dir, { recursive: true })
  const work_dir = await mkdtemp(join(cache_dir, 'work-'))
  try {
    const members = folders.map((folder) => `package/lib/${folder}/index.js`)
    const archive = await fetchedArchive(source, cache_dir, work_dir)
    await run('tar', ['-xzf', archive, '-C', work_dir, ...members]).catch((cause: unknown) => {
      throw new Error(`${source.name}@${source.version} does not have all of ${folders.join(', ')}`, { cause })
    })
    const texts = await Promise.all(members.map((member) => readFile(join(work_dir, member), 'utf8')))
    return new Map(folders.map((folder, at) => [folder, texts[at]!]))
  } finally {
    await rm(work_dir, { recursive: true, force: true })
  }
}

async function fetchedArchive(source: ProviderPackage, cache_dir: string, work_dir: string): Promise<string> {
  const id = `${source.name}@${source.version}`
  const name = `cdktf-provider-${source.provider}-${source.version}.tgz`
  const path = join(cache_dir, name)
  const cached = await readFile(path).catch(() => undefined)
  if (cached && sha512(cached) === source.sha512) return path
  await run('npm', ['pack', id, '--pack-destination', work_dir, '--silent'])
  const actual = sha512(await readFile(join(work_dir, name)))
  if (actual !== source.sha512) throw new Error(`${id} is not the pinned one: sha512 ${actual}`)
  await rename(join(work_dir, name), path)
  return path
}

function sha512(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('base64')
}

/** A concurrent reader sees the whole file or none. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`
  await writeFile(unfinished, text)
  await rename(unfinished, path)
}
