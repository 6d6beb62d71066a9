import { execFile } from 'node:child_process'
import { devNull } from 'node:os'
import { join } from 'node:path'

import { PROVIDER_PACKAGES, providerSchema, usedTypes } from './provider/package.ts'
import { startProvider } from './provider/server.ts'
import { PROJECT_ROOT } from '../../project-root.ts'

/** The real `terraform` on the project's code, with the provider's schema and without a cloud. */
export interface Terraform {
  readonly version: string
  /** Runs a subcommand in the folder of the code. A non-zero exit code is a result, not an error. */
  run(...command: readonly string[]): Promise<Outcome>
  close(): Promise<void>
}

export interface Outcome {
  readonly exit_code: number
  readonly stdout: string
  readonly stderr: string
}

export const TERRAFORM_DIR = join(PROJECT_ROOT, 'terraform')
const CACHE_DIR = join(PROJECT_ROOT, 'node_modules/.cache/terraform')
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** @returns undefined when `terraform` is not installed */
export async function openTerraform(): Promise<Terraform | undefined> {
  const found = await execute(['version', '-json'], process.env)
  if (found === undefined) return undefined
  const { terraform_version: version } = JSON.parse(found.stdout) as { terraform_version: string }

  const providers = await Promise.all(
    PROVIDER_PACKAGES.map(async (source) => {
      const types = await usedTypes(TERRAFORM_DIR, source)
      return startProvider(source.provider, await providerSchema(CACHE_DIR, source, types))
    }),
  )
  const env = {
    ...process.env,
    TF_REATTACH_PROVIDERS: JSON.stringify(
      Object.fromEntries(providers.flatMap(({ reattach }) => Object.entries(reattach))),
    ),
    // Ignores the machine's own configuration.
    TF_CLI_CONFIG_FILE: devNull,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    // Plans are short: garbage collection took a third of their time.
    GOGC: '400',
  }
  return {
    version,
    async run(...command) {
      const outcome = await execute(command, env)
      if (outcome === undefined) throw new Error('terraform is no longer installed')
      return outcome
    },
    async close() {
      await Promise.all(providers.map((provider) => provider.close()))
    },
  }
}

function execute(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const options = { cwd: TERRAFORM_DIR, env, maxBuffer: OUTPUT_BYTES_MAX }
    execFile('terraform', command, options, (error, stdout, stderr) => {
      if (error === null) resolve({ exit_code: 0, stdout, stderr })
      else if (error.code === 'ENOENT') resolve(undefined)
      else if (typeof error.code === 'number') resolve({ exit_code: error.code, stdout, stderr })
      else reject(new Error('terraform was killed, or its output exceeded the limit', { cause: error }))
    })
  })
}
