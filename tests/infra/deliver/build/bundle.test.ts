import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { PROJECT_ROOT, plantRepository } from '#tests/house/planted-repository.ts'
import { platformsInTest } from '#tests/functions/platforms/harness.ts'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import type { Bundle } from '#infra/deliver/build/bundle.ts'
import type { PlantedRepository } from '#tests/house/planted-repository.ts'

const run = promisify(execFile)

const FRAMEWORK = '@google-cloud/functions-framework'
const FRAMEWORK_COMMAND = join(PROJECT_ROOT, 'node_modules/.bin/functions-framework')

async function getJson(socket_path: string, path: string): Promise<unknown> {
  const [response] = (await once(get({ socketPath: socket_path, path }), 'response')) as [IncomingMessage]
  return JSON.parse(await text(response))
}

interface ProjectPackage {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

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

  describe('as they are built', () => {
    // Outside of the project, so that a bundle finds none of its packages.
    let out_dir: string
    let bundles: Bundle[]
    beforeAll(async () => {
      out_dir = await mkdtemp(join(tmpdir(), 'bundles-'))
      bundles = await bundleFunctions({ project_root: PROJECT_ROOT, out_dir, names: FUNCTION_NAMES })
    }, 60_000)
    afterAll(() => rm(out_dir, { recursive: true, force: true }))
    const bundleOf = (name: string) => bundles.find((bundle) => bundle.name === name)!

    it.each(FUNCTION_NAMES)('hold no local or test code: %s', (name) => {
      const { inputs, warnings } = bundleOf(name)
      expect(warnings).toEqual([])
      expect(inputs).toContain(`functions/${name}/index.ts`)
      expect(inputs.filter((path) => /^(infra|tests)\//.test(path))).toEqual([])
      // A schema of either kind is silently no instance of the other's classes.
      expect(inputs).toContain('node_modules/zod/v4/mini/schemas.js')
      expect(inputs.filter((path) => path.includes('node_modules/zod/v4/classic/'))).toEqual([])
      // The client of Cloud KMS takes longer to load than everything else: only functions that open credentials have it.
      const has_kms = inputs.some((path) => /@google-cloud\/kms|shared\/credentials\//.test(path))
      expect(has_kms).toBe(OPENS_CREDENTIALS.includes(name))
    })

    it.each(FUNCTION_NAMES)("have the package.json that Google's buildpack asks for: %s", async (name) => {
      const folder = dirname(bundleOf(name).path)
      const project = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as ProjectPackage
      expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toEqual({
        name: `activation-manager-${name}`,
        version: project.version,
        private: true,
        main: 'index.cjs',
        scripts: { start: 'node index.cjs' },
        engines: { node: '^24' },
        dependencies: { [FRAMEWORK]: project.dependencies[FRAMEWORK] },
      })
    })

    it.each(FUNCTION_NAMES)('are served by functions-framework --target from their folder: %s', async (name) => {
      const { environment } = await platformsInTest()
      // A socket of its own instead of a port, which another process could take first.
      const socket_path = join(out_dir, `${name}.sock`)
      const child = spawn(
        process.execPath,
        [FRAMEWORK_COMMAND, `--target=${name}`, `--source=${dirname(bundleOf(name).path)}`, `--port=${socket_path}`],
        { cwd: out_dir, env: { ...environment, NODE_ENV: 'production' }, stdio: ['ignore', 'ignore', 'pipe'] },
      )
      let errors = ''
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      try {
        const health = () => getJson(socket_path, `/api/${name}/health?deep=1`)
        await expect.poll(() => health().catch(() => errors), { timeout: 20_000 }).toMatchObject({ status: 'ok' })
      } finally {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    })
  })
})
