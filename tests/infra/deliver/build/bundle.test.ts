import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { PROJECT_ROOT, plantRepository } from '#tests/house/planted-repository.ts'
import { execFile } from 'node:child_process'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import type { Bundle } from '#infra/deliver/build/bundle.ts'
import type { PlantedRepository } from '#tests/house/planted-repository.ts'

const run = promisify(execFile)

/** The functions that seal or open credentials. */
const OPENS_CREDENTIALS: readonly string[] = ['platforms', 'maintenance']

const DEMO = `
import { http } from '@google-cloud/functions-framework'
import { greeting } from '#shared/base/greeting.ts'

http('demo', (_request, response) => response.send(greeting))
console.log(JSON.stringify({ greeting, url: import.meta.url, dirname: import.meta.dirname }))
`

describe('bundles', () => {
  let planted: PlantedRepository
  beforeAll(async () => {
    planted = await plantRepository({
      'shared/base/greeting.ts': "export const greeting = 'hello'\n",
      'functions/demo/index.ts': DEMO,
      'functions/leaky/index.ts': "import '#shared/base/leak.ts'\n",
      'shared/base/leak.ts': "import '#infra/stand-ins/issuer.ts'\n",
      'infra/stand-ins/issuer.ts': 'console.log(1)\n',
      'functions/broken/index.ts': "import './missing.ts'\n",
    })
  })
  afterAll(() => planted.remove())

  const bundle = async (...names: string[]): Promise<Bundle[]> =>
    bundleFunctions({ project_root: planted.root, out_dir: join(planted.root, 'dist'), names })

  it('start from one file, which knows where it lies', async () => {
    const [{ path }] = (await bundle('demo')) as [Bundle]
    const { stdout } = await run(process.execPath, [path])
    expect(JSON.parse(stdout)).toEqual({ greeting: 'hello', url: `file://${path}`, dirname: dirname(path) })
  })

  it('need no package beside them: the functions framework is inside too, once', async () => {
    const [{ inputs, path }] = (await bundle('demo')) as [Bundle]
    expect(inputs).toContain('shared/base/greeting.ts')
    const registries = inputs.filter((input) => input.endsWith('functions-framework/build/src/function_registry.js'))
    expect(registries).toHaveLength(1)
    // Packages that others look for at run time and do without are not packages of ours.
    expect(await readFile(path, 'utf8')).not.toContain('require("@google-cloud/')
  })

  it('are accompanied by a source map and a metafile', async () => {
    const [{ path, size_bytes }] = (await bundle('demo')) as [Bundle]
    const map = JSON.parse(await readFile(`${path}.map`, 'utf8')) as { sources: string[] }
    expect(map.sources).toContain('../../functions/demo/index.ts')
    const metafile = JSON.parse(await readFile(join(dirname(path), 'meta.json'), 'utf8')) as { inputs: object }
    expect(metafile.inputs).toHaveProperty(['functions/demo/index.ts'])
    expect(size_bytes).toBe((await readFile(path)).length)
  })

  it('are refused when the local runtime is inside, however it got there', async () => {
    await expect(bundle('leaky')).rejects.toThrow('leaky must not contain infra/stand-ins/issuer.ts')
  })

  it('are refused when an import is missing', async () => {
    await expect(bundle('broken')).rejects.toThrow('Could not resolve "./missing.ts"')
  })

  it('are refused when there is nothing to bundle', async () => {
    await expect(bundle()).rejects.toThrow('no function')
  })
})

describe('the deployed functions', () => {
  it('are exactly the folders of functions', async () => {
    const folders: string[] = []
    for await (const path of glob('*/index.ts', { cwd: join(PROJECT_ROOT, 'functions') })) folders.push(dirname(path))
    expect(folders.toSorted()).toEqual(FUNCTION_NAMES.toSorted())
  })

  it.each(FUNCTION_NAMES)('bundle without local or test code: %s', async (name) => {
    const planted = await plantRepository({})
    try {
      const out_dir = join(planted.root, 'dist')
      const [{ inputs, warnings }] = (await bundleFunctions({
        project_root: PROJECT_ROOT,
        out_dir,
        names: [name],
      })) as [Bundle]
      expect(warnings).toEqual([])
      expect(inputs).toContain(`functions/${name}/index.ts`)
      expect(inputs.filter((path) => /^(infra|tests)\//.test(path))).toEqual([])
      // A schema of either kind is silently no instance of the other's classes.
      expect(inputs).toContain('node_modules/zod/v4/mini/schemas.js')
      expect(inputs.filter((path) => path.includes('node_modules/zod/v4/classic/'))).toEqual([])
      // The client of Cloud KMS takes longer to load than everything else: only who opens credentials carries it.
      const has_kms = inputs.some((path) => /@google-cloud\/kms|shared\/credentials\//.test(path))
      expect(has_kms).toBe(OPENS_CREDENTIALS.includes(name))
    } finally {
      await planted.remove()
    }
  })
})
