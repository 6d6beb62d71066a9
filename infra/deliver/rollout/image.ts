import { execFileSync, spawnSync } from 'node:child_process'

import { OperatorError } from '#infra/command/operator-error.ts'
import { systemRandom } from '#shared/base/random.ts'
import { imageOf, type Environment } from './names.ts'

/**
 * What Cloud Build does before it rolls out, by hand: tests, bundles, bills of materials, the image, and its push.
 * @returns the image by its tag
 * @throws Error when a step fails, or what would be built is not what is committed
 */
export function buildAndPush(environment: Environment, project_root: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project_root, encoding: 'utf8' }).trim()
  if (git('status', '--porcelain') !== '') throw new OperatorError('Commit first: the image is named after the commit')
  // Tags cannot be moved to another image, and the same commit may be built again.
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
