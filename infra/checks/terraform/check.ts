import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { PROVIDER_PACKAGES } from './provider/package.ts'
import { openTerraform, TERRAFORM_DIR, type Terraform } from './terraform.ts'

export type CheckOutcome = 'passed' | 'failed' | 'skipped'

type Say = (line: string) => void

/** Format, validity and tests of the Terraform code, and a plan of each environment, all without a cloud. */
export async function checkInfrastructure(say: Say): Promise<CheckOutcome> {
  const terraform = await openTerraform()
  if (terraform === undefined) {
    say('SKIPPED: terraform is not installed, so terraform/ was not checked. Install version 1.11 or later')
    return 'skipped'
  }
  const providers = PROVIDER_PACKAGES.map(({ provider, schema_of_version }) => `${provider} ${schema_of_version}`)
  say(`terraform ${terraform.version} with the schemas of providers ${providers.join(', ')}, without a cloud`)
  try {
    const results = [
      await step(terraform, say, 'format', ['fmt', '-check', '-diff', '-recursive']),
      await step(terraform, say, 'validity', ['validate', '-no-color']),
      await tests(terraform, say, 'tests', []),
    ]
    for (const file of await environmentFiles()) {
      const options = ['-test-directory=envs', `-var-file=envs/${file}`]
      results.push(await tests(terraform, say, `plan of envs/${file}`, options))
    }
    return results.every(Boolean) ? 'passed' : 'failed'
  } finally {
    await terraform.close()
  }
}

/** File names of the environments' variables. */
async function environmentFiles(): Promise<string[]> {
  return (await readdir(join(TERRAFORM_DIR, 'envs'))).filter((name) => name.endsWith('.tfvars')).toSorted()
}

async function step(terraform: Terraform, say: Say, title: string, command: readonly string[]): Promise<boolean> {
  const { exit_code, stdout, stderr } = await terraform.run(...command)
  if (exit_code === 0) say(`ok: ${title}`)
  else say(`FAILED: ${title}\n${stdout}${stderr}`)
  return exit_code === 0
}

async function tests(terraform: Terraform, say: Say, title: string, options: readonly string[]): Promise<boolean> {
  const { exit_code, stdout, stderr } = await terraform.run('test', '-no-color', ...options)
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(stdout) ?? []
  const ran = Number(passed ?? 0)
  if (exit_code === 0 && ran > 0 && failed === '0') {
    say(`ok: ${title}: ${ran} ${ran === 1 ? 'run' : 'runs'} passed`)
    return true
  }
  say(`FAILED: ${title}\n${stdout}${stderr}`)
  return false
}
