import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'

import { OperatorError } from '#infra/command/operator-error.ts'
import { systemRandom } from '#shared/base/random.ts'
import { imageOf, type Environment, registryOf } from './names.ts'

/**
 * The steps that Cloud Build runs before a rollout, on this machine: tests, bundles, bills of materials, image, push.
 * @returns the image, named by its tag
 * @throws OperatorError when a step fails, or when there are uncommitted changes
 */
export function buildAndPush(environment: Environment, project_root: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project_root, encoding: 'utf8' }).trim()
  if (git('status', '--porcelain') !== '')
    throw new OperatorError('There are uncommitted changes. Commit first: the image is named after the commit')
  // A tag cannot be moved to another image, and the same commit may be built several times.
  const chance = Buffer.from(systemRandom.bytes(3)).toString('hex')
  const image = `${imageOf(environment)}:${git('rev-parse', '--short=12', 'HEAD')}-${chance}`
  const steps = [
    ['npm', 'test'],
    ['npm', 'run', 'build'],
    ['npm', 'run', 'sbom'],
    ['docker', 'build', '--platform=linux/amd64', '--file=infra/deliver/build/Dockerfile', `--tag=${image}`, '.'],
    ['docker', 'push', image],
  ] as const
  for (const [program, ...args] of steps) {
    console.log(`== ${program} ${args.join(' ')}`)
    const { status, error } = spawnSync(program, args, { cwd: project_root, stdio: 'inherit' })
    if (error !== undefined) throw error
    if (status !== 0) throw new OperatorError(`${program} ${args.join(' ')} failed; nothing was deployed`)
  }
  return image
}

/** What this machine lacks to build an image and to push it, each with what to do. */
export function missingForImage(environment: Environment): string[] {
  const docker = spawnSync('docker', ['version'], { encoding: 'utf8' })
  if (docker.error !== undefined) return ['docker is not installed; without it deliver with gcloud builds submit']
  const registry = registryOf(environment)
  return [
    ...(docker.status === 0 ? [] : [`docker does not run: ${docker.stderr.trim()}`]),
    ...(mayPushTo(registry) ? [] : [`docker may not push yet: gcloud auth configure-docker ${registry}`]),
  ]
}

const dockerConfig = z.object({
  credHelpers: z.record(z.string(), z.string()).default({}),
  auths: z.record(z.string(), z.unknown()).default({}),
})

/** Whether docker has credentials for a registry. */
function mayPushTo(registry: string): boolean {
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker')
  try {
    const { credHelpers, auths } = dockerConfig.parse(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
    return registry in credHelpers || [registry, `https://${registry}`].some((name) => name in auths)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
