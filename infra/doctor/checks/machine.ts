import * as z from 'zod'

import { type Check, notAsked, ok, problem } from '../check.ts'
import type { ProgramRunner } from '../programs.ts'

/** As terraform/versions.tf demands. */
export const TERRAFORM_OLDEST = '1.11.0'
/** The oldest one with which this project's commands were linted. */
const GCLOUD_OLDEST = '528.0.0'
const NODE_OLDEST = '24.0.0'

const terraformVersion = z.object({ terraform_version: z.string() })
const gcloudVersion = z.object({ 'Google Cloud SDK': z.string() })

/** The programs of this machine. */
export const MACHINE_CHECKS: readonly Check[] = [
  {
    title: 'terraform',
    when: 'before',
    async ask({ runProgram }) {
      const text = await outputOf(runProgram, 'terraform', ['version', '-json'])
      const remedy = `install terraform ${TERRAFORM_OLDEST} or later, below 2: https://developer.hashicorp.com/terraform/install`
      if (text === undefined) return problem('is not installed', remedy)
      const version = terraformVersion.parse(JSON.parse(text)).terraform_version
      return isAtLeast(version, TERRAFORM_OLDEST) && !isAtLeast(version, '2.0.0')
        ? ok(version)
        : problem(`${version} is not what terraform/versions.tf asks for`, remedy)
    },
  },
  {
    title: 'gcloud',
    when: 'before',
    async ask({ runProgram }) {
      const text = await outputOf(runProgram, 'gcloud', ['version', '--format=json'])
      if (text === undefined) return problem('is not installed', 'https://cloud.google.com/sdk/docs/install')
      const version = gcloudVersion.parse(JSON.parse(text))['Google Cloud SDK']
      if (!isAtLeast(version, GCLOUD_OLDEST)) {
        return problem(`${version} is older than ${GCLOUD_OLDEST}`, 'gcloud components update')
      }
      const account = await outputOf(runProgram, 'gcloud', [
        'auth',
        'list',
        '--filter=status:ACTIVE',
        '--format=value(account)',
      ])
      return account ? ok(`${version}, signed in as ${account}`) : problem('nobody is signed in', 'gcloud auth login')
    },
  },
  {
    title: 'docker',
    when: 'before',
    async ask({ runProgram }) {
      const version = await outputOf(runProgram, 'docker', ['--version'])
      return version === undefined
        ? ok('not installed, and not needed: gcloud builds submit builds the image in Google’s project')
        : ok(version)
    },
  },
  {
    title: 'node',
    when: 'before',
    async ask({ runProgram }) {
      const text = await outputOf(runProgram, process.execPath, ['--version'])
      const version = text?.replace(/^v/, '') ?? ''
      if (version === '') return notAsked('did not tell its version', 'npm ci')
      return isAtLeast(version, NODE_OLDEST)
        ? ok(version)
        : problem(`${version} is older than ${NODE_OLDEST}`, 'npm ci, and start doctor as npm run doctor')
    },
  },
]

/** @returns undefined when the program is not installed @throws Error when it failed */
async function outputOf(run: ProgramRunner, program: string, args: readonly string[]): Promise<string | undefined> {
  const result = await run(program, args)
  if (result === undefined) return undefined
  if (result.exit_code !== 0) throw new Error(`${program} ${args[0]} failed: ${result.stderr.trim().split('\n')[0]}`)
  return result.stdout.trim()
}

function isAtLeast(version: string, oldest: string): boolean {
  const [is, least] = [version, oldest].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)))
  for (const [at, part] of least!.entries()) {
    if (is![at] !== part) return (is![at] ?? 0) > part
  }
  return true
}
