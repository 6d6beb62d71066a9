import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { addAppToBundle } from '#infra/deliver/build/app-in-bundle.ts'
import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { assembleImage, type ImageTree } from '#infra/deliver/build/image.ts'
import { platformsInTest } from '#tests/functions/platforms/harness.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'

/**
 * What the image adds to its base, laid out as its Dockerfile says and run as it says: in a folder of its own with no
 * packages anywhere above, as a user who owns none of it. Of the base only Node is missing here.
 */
const dockerfile = (await readFile(join(PROJECT_ROOT, 'infra/deliver/build/Dockerfile'), 'utf8'))
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '))
const instruction = (name: string) =>
  dockerfile.filter(([first]) => first === name).map(([, ...rest]) => rest.join(' '))

/** Nobody's id, as far as the files of this test go; only root can start processes as another. */
const FOREIGN_ID = 65_534
const runs_as = process.getuid?.() === 0 ? { uid: FOREIGN_ID, gid: FOREIGN_ID } : {}

const PAGE = '<!doctype html><title>The app</title>'

let image: ImageTree
let app_dir: string
beforeAll(async () => {
  const build_dir = await mkdtemp(join(tmpdir(), 'build-'))
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(build_dir, 'node_modules'))
  const out_dir = join(build_dir, 'dist/functions')
  const bundles = await bundleFunctions({ project_root: PROJECT_ROOT, out_dir, names: FUNCTION_NAMES })
  await addAppToBundle(
    bundles.find(({ name }) => name === 'web')!,
    await builtApp(build_dir),
  )
  image = await assembleImage(build_dir, bundles)
  app_dir = await mkdtemp(join(tmpdir(), 'image-'))
  for (const copy of instruction('COPY')) {
    const [from = '', to = ''] = copy.split(' ')
    await cp(join(build_dir, from), join(app_dir, to), { recursive: true })
  }
  await cp(join(PROJECT_ROOT, 'tests/http/domain-probe.ts'), join(app_dir, 'domain-probe.ts'))
  await chmod(app_dir, 0o755)
  await rm(build_dir, { recursive: true, force: true })
}, 60_000)
/** A small one, as the build leaves it. */
async function builtApp(build_dir: string): Promise<string> {
  const dir = join(build_dir, 'dist/web/app')
  await mkdir(join(dir, 'assets'), { recursive: true })
  await writeFile(join(dir, 'index.html'), PAGE)
  await writeFile(join(dir, 'assets/index-1a2b.js'), '1')
  await writeFile(join(dir, '.modules.json'), '{}')
  return dir
}

afterAll(async () => {
  await rm(app_dir, { recursive: true, force: true })
})

const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Runs the image's command with this environment and nothing else in it. */
function runImage(environment: Readonly<Record<string, string>>) {
  const command = JSON.parse(instruction('CMD')[0]!) as string[]
  expect(command[0]).toBe('node')
  const child = spawn(process.execPath, command.slice(1), {
    cwd: app_dir,
    env: { NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...runs_as,
  })
  children.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return { child, exited, output: () => output }
}

/** The port that a function says it listens at. */
async function listeningAt(output: () => string): Promise<string> {
  const port = () => /"port":(\d+)/.exec(output())?.[1]
  await expect.poll(port).toBeDefined()
  return `http://127.0.0.1:${port()}`
}

describe('the image', () => {
  test('holds one file per function, the entry and the app, no packages, and nothing for development', () => {
    const of_functions = FUNCTION_NAMES.map((name) => `functions/${name}/index.cjs`)
    const of_app = ['index.html', 'assets/index-1a2b.js'].map((name) => `functions/web/app/${name}`)
    expect(image.files).toEqual([...of_functions, ...of_app, 'start.cjs'].toSorted())
    console.log(`The image adds ${(image.size_bytes / 1e6).toFixed(1)} MB to its base`)
    expect(image.size_bytes).toBeLessThan(45e6)
  })

  test('is made of what was assembled alone, and runs as a user that is not root', async () => {
    expect(instruction('COPY')).toEqual(['dist/image/ ./'])
    expect(instruction('ADD')).toEqual([])
    expect(instruction('RUN')).toEqual([])
    expect(instruction('USER')).toEqual(['1000:1000'])
    const ignored = (await readFile(join(PROJECT_ROOT, '.dockerignore'), 'utf8')).trim().split('\n')
    expect(ignored.filter((line) => !line.startsWith('#'))).toEqual(['*', '!dist/image'])
  })

  test.each(FUNCTION_NAMES)(
    'starts %s, answers without a domain or async hook, and exits 0 on SIGTERM',
    async (name) => {
      // The stand-ins and settings of the function that needs most.
      const environment = {
        ...(await platformsInTest()).environment,
        FUNCTION_TARGET: name,
        PORT: '0',
        K_REVISION: `am-${name}-00007`,
        NODE_OPTIONS: '--import ./domain-probe.ts',
      }
      const { child, exited, output } = runImage(environment)
      const response = await fetch(`${await listeningAt(output)}/api/${name}/health?deep=1`)
      expect(await response.json()).toMatchObject({ status: 'ok', revision: `am-${name}-00007` })
      child.kill('SIGUSR2')
      await expect.poll(output, { timeout: 10_000 }).toContain('{"domains":0,"hooks":0,"promises_hooked":false}\n')
      child.kill('SIGTERM')
      expect(await exited).toBe(0)
    },
  )

  test.each(['', 'nobody', '../functions/audiences'])(
    'refuses FUNCTION_TARGET %j, naming what there is',
    async (target) => {
      const { exited, output } = runImage({ FUNCTION_TARGET: target })
      expect(await exited).toBe(1)
      expect(output()).toBe(`FUNCTION_TARGET must be one of ${FUNCTION_NAMES.toSorted().join(', ')}, not '${target}'\n`)
    },
  )

  test('serves the app, of which an instance on the cloud never lacks the page', async () => {
    const { environment } = await platformsInTest()
    const { output } = runImage({ ...environment, FUNCTION_TARGET: 'web', PORT: '0' })
    expect(await (await fetch(`${await listeningAt(output)}/platforms`)).text()).toBe(PAGE)
  })

  test('saves a record, with nothing but what it holds', async () => {
    const { environment, token } = await platformsInTest()
    const { output } = runImage({ ...environment, FUNCTION_TARGET: 'audiences', PORT: '0' })
    // The image has the date of the machine, not that of the tests.
    const valid = { iat: 0, nbf: 0, exp: Date.UTC(2100, 0) / 1000 }
    const saved = await fetch(`${await listeningAt(output)}/api/audiences`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token('u', valid)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'From the image' }),
    })
    expect(saved.status).toBe(201)
  })
})
