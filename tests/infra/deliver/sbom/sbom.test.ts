import type { Metafile } from 'esbuild'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { type Lockfile, packageFolderOf, parseLockfile } from '#infra/deliver/sbom/lockfile.ts'
import { type BillOfMaterials, billOfMaterials } from '#infra/deliver/sbom/sbom.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'

let out_dir: string
let lockfile: Lockfile
const metafiles = new Map<string, Metafile>()

beforeAll(async () => {
  out_dir = await mkdtemp(join(tmpdir(), 'sbom-'))
  lockfile = parseLockfile(await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8'))
  const names = ['audiences', 'platforms']
  for (const { name, path } of await bundleFunctions({ project_root: PROJECT_ROOT, out_dir, names })) {
    metafiles.set(name, JSON.parse(await readFile(join(dirname(path), 'meta.json'), 'utf8')) as Metafile)
  }
})
afterAll(() => rm(out_dir, { recursive: true }))

const billOf = (name: string, metafile = metafiles.get(name)!): BillOfMaterials =>
  billOfMaterials({ name, version: '1.2.3', metafile, lockfile })

const fullName = ({ group, name }: { group?: string; name: string }) =>
  group === undefined ? name : `${group}/${name}`
const deliveredBy = (bill: BillOfMaterials, delivery: string) =>
  bill.components.filter(({ properties }) => properties![0]!.value === delivery).map(fullName)

describe('the bill of materials of a bundle', () => {
  test('names every package that the bundle took code from, and nothing that it would need beside it', () => {
    const bill = billOf('audiences')
    const [bundle] = Object.entries(metafiles.get('audiences')!.outputs).flatMap(([path, one]) =>
      path.endsWith('.cjs') ? one : [],
    )
    const used = Object.entries(bundle!.inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? (packageFolderOf(path) ?? []) : [],
    )
    const names = new Set(bill.components.map(fullName))
    for (const folder of used) expect(names).toContain(lockfile[folder]!.name)
    expect(deliveredBy(bill, 'bundled')).toEqual(
      expect.arrayContaining(['@google-cloud/storage', '@google-cloud/functions-framework', 'zod', 'jose']),
    )
    expect(deliveredBy(bill, 'installed')).toEqual([])
  })

  test('is that of the function: only who opens credentials carries the client of Cloud KMS', () => {
    expect(deliveredBy(billOf('platforms'), 'bundled')).toContain('@google-cloud/kms')
    expect(billOf('audiences').components.map(fullName)).not.toContain('@google-cloud/kms')
  })

  // `npm sbom --omit dev` is no judge: it leaves out whatever the work on the project needs as well, such as zod.
  test('has no package that is there only for the work on the project', () => {
    const needed = new Set(
      Object.values(lockfile).flatMap(({ name, version, dev }) => (dev ? [] : `${name}@${version}`)),
    )
    const installed = Object.values(lockfile).map(({ name, version }) => `${name}@${version}`)
    const dev = installed.filter((one) => !needed.has(one))
    expect(dev).toEqual(expect.arrayContaining([expect.stringMatching('^vitest@'), expect.stringMatching('^esbuild@')]))
    for (const name of ['audiences', 'platforms']) {
      const { components } = billOf(name)
      expect(components.length).toBeGreaterThan(20)
      expect(components.filter((one) => dev.includes(`${fullName(one)}@${one.version}`)).map(fullName)).toEqual([])
    }
  })

  test('gives each package a version, a license and the hash that the lockfile pins', () => {
    for (const { purl, version, hashes, licenses } of billOf('platforms').components) {
      expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+/)
      expect(purl!.endsWith(`@${version}`)).toBe(true)
      expect([purl, hashes?.[0]?.content.length]).toEqual([purl, 128])
      expect([purl, licenses?.length]).toEqual([purl, 1])
    }
  })

  test('says who needs whom, among what is there', () => {
    const { components, dependencies, metadata } = billOf('audiences')
    const refs = [metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])]
    expect(dependencies.map(({ ref }) => ref)).toEqual(refs)
    expect(new Set(refs).size).toBe(refs.length)
    for (const { dependsOn } of dependencies) for (const ref of dependsOn) expect(refs).toContain(ref)
    expect(dependencies[0]!.dependsOn).toEqual(expect.arrayContaining([expect.stringMatching('pkg:npm/zod@')]))
  })

  test('is the same text for the same bundle, in whatever order esbuild tells of it, and another for another', () => {
    const metafile = metafiles.get('audiences')!
    const turned = {
      ...metafile,
      outputs: Object.fromEntries(
        Object.entries(metafile.outputs).map(([path, output]) => [
          path,
          { ...output, inputs: Object.fromEntries(Object.entries(output.inputs).toReversed()) },
        ]),
      ),
    }
    const text = JSON.stringify(billOf('audiences'))
    expect(JSON.stringify(billOf('audiences', turned))).toBe(text)
    expect(billOf('platforms').serialNumber).not.toBe(billOf('audiences').serialNumber)
    expect(text).toMatch(
      /"serialNumber":"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/,
    )
  })

  test('is refused when the lockfile lacks what is in the bundle', () => {
    const without = Object.fromEntries(Object.entries(lockfile).filter(([folder]) => folder !== 'node_modules/zod'))
    const metafile = metafiles.get('audiences')!
    expect(() => billOfMaterials({ name: 'audiences', version: '1', metafile, lockfile: without })).toThrow(
      'node_modules/zod is not in the lockfile',
    )
  })
})
