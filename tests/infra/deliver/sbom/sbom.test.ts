import type { Metafile } from 'esbuild'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { addAppToBundle } from '#infra/deliver/build/app-in-bundle.ts'
import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { type BillOfMaterials, billOfMaterials } from '#infra/deliver/sbom/sbom.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'

// Over 5 s on a busy machine: every bill is a run of the generator, which starts Node and validates the document.
type Component = BillOfMaterials['components'][number]

interface Lockfile {
  readonly packages: Readonly<Record<string, { name?: string; version: string; integrity?: string; dev?: boolean }>>
}

let out_dir: string
let lockfile_text: string
let lockfile: Lockfile
const metafiles = new Map<string, { path: string; metafile: Metafile }>()
const bills = new Map<string, BillOfMaterials>()

beforeAll(async () => {
  out_dir = await mkdtemp(join(tmpdir(), 'sbom-'))
  lockfile_text = await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')
  lockfile = JSON.parse(lockfile_text) as Lockfile
  const names = ['audiences', 'platforms']
  for (const bundle of await bundleFunctions({ project_root: PROJECT_ROOT, out_dir, names })) {
    const path = join(dirname(bundle.path), 'meta.json')
    metafiles.set(bundle.name, { path, metafile: JSON.parse(await readFile(path, 'utf8')) as Metafile })
    bills.set(bundle.name, await billOfMaterials(bundle.name, path, lockfile_text))
  }
})
afterAll(() => rm(out_dir, { recursive: true }))

/** The bill of the audiences bundle whose metafile was changed. */
async function billOf(metafile: object, text = lockfile_text): Promise<BillOfMaterials> {
  const path = join(out_dir, 'changed.json')
  await writeFile(path, JSON.stringify(metafile))
  return await billOfMaterials('audiences', path, text)
}

const fullName = ({ group, name }: Component) => (group === undefined ? name : `${group}/${name}`)
const packageFolderOf = (path: string) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]
const nameOf = (folder: string) =>
  lockfile.packages[folder]!.name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)

describe('the bill of materials of a bundle', () => {
  test.each(['audiences', 'platforms'])('of %s lists exactly the packages that it took code from', (name) => {
    const outputs = Object.values(metafiles.get(name)!.metafile.outputs)
    const folders = outputs.flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
        bytesInOutput > 0 ? (packageFolderOf(path) ?? []) : [],
      ),
    )
    const used = new Set(folders.map((folder) => `${nameOf(folder)}@${lockfile.packages[folder]!.version}`))
    const listed = new Set(bills.get(name)!.components.map((one) => `${fullName(one)}@${one.version}`))
    expect([...listed].toSorted()).toEqual([...used].toSorted())
    expect(bills.get(name)!.components.map(fullName)).toEqual(
      expect.arrayContaining(['@google-cloud/storage', 'zod', 'jose']),
    )
  })

  test('of web has the packages inside the app, too, and which of them imports which', async () => {
    const [bundle] = await bundleFunctions({ project_root: PROJECT_ROOT, out_dir, names: ['web'] })
    const app_dir = await mkdtemp(join(out_dir, 'app-'))
    const react = { path: 'node_modules/react/index.js', kind: 'import-statement' } as const
    const modules = {
      'functions/web/app/main.tsx': { bytes: 1, imports: [react] },
      [react.path]: { bytes: 1, imports: [] },
      'node_modules/react-dom/client.js': { bytes: 1, imports: [react] },
    }
    await writeFile(join(app_dir, '.modules.json'), JSON.stringify(modules))
    await addAppToBundle(bundle!, app_dir)
    const { components, dependencies } = await billOfMaterials(
      'web',
      join(dirname(bundle!.path), 'meta.json'),
      lockfile_text,
    )
    expect(components.map(fullName)).toEqual(expect.arrayContaining(['@google-cloud/storage', 'react', 'react-dom']))
    expect(dependencies.find(({ ref }) => ref.startsWith('react-dom@'))?.dependsOn).toEqual([
      expect.stringMatching('^react@'),
    ])
  })

  test('is that of the function: only one that opens credentials contains the client of Cloud KMS', () => {
    expect(bills.get('platforms')!.components.map(fullName)).toContain('@google-cloud/kms')
    expect(bills.get('audiences')!.components.map(fullName)).not.toContain('@google-cloud/kms')
    expect(bills.get('platforms')!.metadata.component.name).toBe('platforms')
  })

  test('has no package that only development needs', () => {
    const packages = Object.entries(lockfile.packages)
    const needed = new Set(packages.flatMap(([at, { version, dev }]) => (dev ? [] : [`${nameOf(at)}@${version}`])))
    const dev = packages.map(([at, { version }]) => `${nameOf(at)}@${version}`).filter((one) => !needed.has(one))
    expect(dev).toEqual(expect.arrayContaining([expect.stringMatching('^vitest@'), expect.stringMatching('^esbuild@')]))
    for (const { components } of bills.values()) {
      expect(components.length).toBeGreaterThan(20)
      expect(components.filter((one) => dev.includes(`${fullName(one)}@${one.version}`)).map(fullName)).toEqual([])
    }
  })

  test('gives each package a version, a license and the hash that the lockfile pins', () => {
    const pinned = new Set(Object.values(lockfile.packages).map(({ integrity }) => integrity))
    for (const { purl, version, hashes, licenses } of bills.get('platforms')!.components) {
      expect(purl).toMatch(new RegExp(`^pkg:npm/(%40[\\w.-]+/)?[\\w.-]+@${version.replaceAll('.', '\\.')}(\\?|$)`))
      expect([purl, licenses]).toEqual([purl, [expect.anything()]])
      const [{ alg, content }] = hashes as [{ alg: string; content: string }]
      expect([purl, alg, content.length]).toEqual([purl, 'SHA-512', 128])
      expect(pinned).toContain(`sha512-${Buffer.from(content, 'hex').toString('base64')}`)
    }
  })

  test('states which package imports which, among those it lists', () => {
    const { components, dependencies, metadata } = bills.get('audiences')!
    const root = metadata.component['bom-ref']
    const refs = [root, ...components.map((one) => one['bom-ref'])]
    expect(dependencies.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted())
    expect(new Set(refs).size).toBe(refs.length)
    for (const { dependsOn = [] } of dependencies) for (const ref of dependsOn) expect(refs).toContain(ref)
    const direct = dependencies.find(({ ref }) => ref === root)?.dependsOn
    expect(direct).toEqual(expect.arrayContaining([expect.stringMatching('^zod@')]))
  })

  test('is the same text for the same bundle, in whatever order esbuild lists its files', async () => {
    const { metafile } = metafiles.get('audiences')!
    const outputs = Object.entries(metafile.outputs).map(([path, output]) => [
      path,
      { ...output, inputs: Object.fromEntries(Object.entries(output.inputs).toReversed()) },
    ])
    const reversed = { ...metafile, outputs: Object.fromEntries(outputs) as Metafile['outputs'] }
    expect(JSON.stringify(await billOf(reversed))).toBe(JSON.stringify(bills.get('audiences')))
  })

  test('is refused when the lockfile lacks a package of the bundle', async () => {
    const packages = Object.entries(lockfile.packages).filter(([folder]) => !/(^|\/)node_modules\/zod$/.test(folder))
    const without = JSON.stringify({ ...lockfile, packages: Object.fromEntries(packages) })
    await expect(billOf(metafiles.get('audiences')!.metafile, without)).rejects.toThrow(
      /^zod@[\d.]+ is not in the lockfile$/,
    )
  })

  test('is refused when the bundle imports a package at run time', async () => {
    const { metafile } = metafiles.get('audiences')!
    const import_of_undici = { path: 'undici', kind: 'require-call', external: true }
    const outputs = Object.entries(metafile.outputs).map(([path, output]) => [
      path,
      { ...output, imports: [...output.imports, import_of_undici] },
    ])
    await expect(billOf({ ...metafile, outputs: Object.fromEntries(outputs) as Metafile['outputs'] })).rejects.toThrow(
      'imports undici at run time',
    )
  })
})
