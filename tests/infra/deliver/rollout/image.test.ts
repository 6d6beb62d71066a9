import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { buildAndPush, missingForImage } from '#infra/deliver/rollout/image.ts'
import { imageOf, registryOf } from '#infra/deliver/rollout/names.ts'
import { ENVIRONMENT } from './simulated.ts'

/** A committed project, where npm and docker only note what they are told; what `failing` matches fails. */
let root: string
let tools_dir: string
const path_before = process.env['PATH']
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'project-'))
  tools_dir = await mkdtemp(join(tmpdir(), 'tools-'))
  for (const tool of ['npm', 'docker']) {
    const script = `#!/bin/sh\necho "${tool} $*" >> "${tools_dir}/calls"\ncase "${tool} $*" in $FAILING) exit 1;; esac\n`
    await writeFile(join(tools_dir, tool), script)
    await chmod(join(tools_dir, tool), 0o755)
  }
  process.env['PATH'] = `${tools_dir}${delimiter}${path_before ?? ''}`
  process.env['FAILING'] = 'nothing'
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' })
  git('init')
  await writeFile(join(root, 'code'), '1')
  git('add', '.')
  git('-c', 'user.name=n', '-c', 'user.email=n@example.com', 'commit', '-m', 'm')
})
afterEach(async () => {
  process.env['PATH'] = path_before
  delete process.env['FAILING']
  delete process.env['DOCKER_CONFIG']
  for (const folder of [root, tools_dir]) await rm(folder, { recursive: true, force: true })
})

const calls = async () => (await readFile(join(tools_dir, 'calls'), 'utf8')).trim().split('\n')

describe('deploying by hand', () => {
  test('does what Cloud Build does, in its order, and names the image after the commit', async () => {
    const image = buildAndPush(ENVIRONMENT, root)
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).slice(0, 12)
    expect(image).toMatch(new RegExp(`^${imageOf(ENVIRONMENT)}:${commit}-[0-9a-f]{6}$`))
    expect(await calls()).toEqual([
      'npm test',
      'npm run build',
      'npm run sbom',
      `docker build --platform=linux/amd64 --file=infra/deliver/build/Dockerfile --tag=${image} .`,
      `docker push ${image}`,
    ])
  })

  test('pushes nothing when a test fails', async () => {
    process.env['FAILING'] = 'npm test'
    expect(() => buildAndPush(ENVIRONMENT, root)).toThrow('npm test failed; nothing was deployed')
    expect(await calls()).toEqual(['npm test'])
  })

  test('refuses what is not committed', async () => {
    await writeFile(join(root, 'code'), '2')
    expect(() => buildAndPush(ENVIRONMENT, root)).toThrow('Commit first: the image is named after the commit')
  })

  test('asks for docker, and for its right to push, before it builds anything', async () => {
    process.env['DOCKER_CONFIG'] = tools_dir
    const registry = registryOf(ENVIRONMENT)
    expect(missingForImage(ENVIRONMENT)).toEqual([`docker may not push yet: gcloud auth configure-docker ${registry}`])
    await writeFile(join(tools_dir, 'config.json'), JSON.stringify({ credHelpers: { [registry]: 'gcloud' } }))
    expect(missingForImage(ENVIRONMENT)).toEqual([])
    process.env['FAILING'] = 'docker version'
    expect(missingForImage(ENVIRONMENT)).toEqual([expect.stringMatching(/^docker does not run: /)])
    process.env['PATH'] = join(tools_dir, 'empty')
    expect(missingForImage(ENVIRONMENT)).toEqual([
      expect.stringMatching(/^docker is not installed; .* gcloud builds submit/),
    ])
  })
})
