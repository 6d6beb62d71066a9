import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

import { TERRAFORM_DIR, type Terraform } from '#infra/checks/terraform/terraform.ts'

/** A resource as a plan would make it; values that only Google knows are missing. */
export interface Planned {
  readonly address: string
  readonly type: string
  /** The key of `for_each`. */
  readonly index: string | undefined
  readonly values: Readonly<Record<string, unknown>>
}

/** Every resource of an environment of `envs/`. */
export async function planned(terraform: Terraform, environment: string, ...options: string[]): Promise<Planned[]> {
  const folder = options.filter((option) => option.startsWith('-chdir='))
  const { exit_code, stdout } = await terraform.run(
    ...folder,
    'test',
    '-json',
    '-verbose',
    '-test-directory=envs',
    `-var-file=envs/${environment}.tfvars`,
    ...options.filter((option) => !folder.includes(option)),
  )
  if (exit_code !== 0) throw new Error(`no plan of ${environment}: ${stdout}`)
  const changes = stdout.split('\n').flatMap((line) => {
    const message = JSON.parse(line || '{}') as { test_plan?: { resource_changes: readonly Change[] } }
    return message.test_plan?.resource_changes ?? []
  })
  return changes.map(({ address, type, index, change }) => ({ address, type, index, values: change.after }))
}

interface Change {
  readonly address: string
  readonly type: string
  readonly index?: string
  readonly change: { readonly after: Readonly<Record<string, unknown>> }
}

/** A copy of Terraform's folder to change, gone when the test is. */
export async function copyInTest(): Promise<string> {
  const folder = await copyOfTerraform()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A copy of Terraform's folder, which the caller deletes. */
export async function copyOfTerraform(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'terraform-'))
  await cp(TERRAFORM_DIR, folder, { recursive: true })
  return folder
}
