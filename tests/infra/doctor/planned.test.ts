import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { TERRAFORM_OLDEST } from '#infra/doctor/checks/machine.ts'
import { exampleValues, plannedFrom, TERRAFORM_DEFAULTS } from '#infra/doctor/planned.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

const read = (path: string) => readFile(join(PROJECT_ROOT, 'terraform', path), 'utf8')
const plannedIn = async (env: string) =>
  plannedFrom(await read(`envs/${env}.tfvars`), await read(`envs/${env}.gcs.tfbackend`))

test('doctor reads of the environments in terraform/envs what Terraform reads', async () => {
  expect(await plannedIn('dev')).toMatchObject({
    project: 'example-activation-dev',
    region: 'europe-west1',
    domain: undefined,
    vcpus_max: 10,
    state_bucket: 'example-terraform-state',
  })
  expect(await plannedIn('prod')).toMatchObject({
    project: 'example-activation-prod',
    domain: 'activation.example.com',
    vcpus_max: 40,
    members: expect.arrayContaining([
      'group:activation-operators@example.com',
      'group:activation-analysts@example.com',
    ]) as string[],
  })
})

test('what is still the example’s is named, until it is filled in', async () => {
  const example = await plannedIn('prod')
  expect(exampleValues(example)).toEqual(['project_id', 'domain', 'bucket', 'runbook_base_url'])
  const own = {
    ...example,
    project: 'acme-activation',
    domain: 'activation.acme.test',
    state_bucket: 'acme-state',
    runbook_base_url: 'https://code.acme.test/runbooks',
  }
  expect(exampleValues(own)).toEqual([])
})

test('a limit of one function counts with its own CPUs, and a comment does not', () => {
  const variables = `
project_id = "acme"
runbook_base_url = "https://code.acme.test"
# region = "us-central1"
function_limits = {
  audiences = { instances_max = 40 } # instances_max = 400
  sync      = { cpu = 2, instances_max = 30 }
}
`
  expect(plannedFrom(variables, 'bucket = "acme-state"')).toMatchObject({ region: 'europe-west1', vcpus_max: 60 })
  expect(() => plannedFrom('', '')).toThrow('do not set project_id')
})

test('the defaults and the oldest terraform are those of the configuration', async () => {
  const { region, instances_max, cpu } = TERRAFORM_DEFAULTS
  expect(await read('variables.tf')).toMatch(new RegExp(`variable "region" \\{[^}]*default += "${region}"`))
  expect(await read('functions.tf')).toContain(`.instances_max, null), ${instances_max})`)
  expect(await read('functions.tf')).toContain(`.cpu, null), ${cpu})`)
  expect(await read('versions.tf')).toContain(`">= ${TERRAFORM_OLDEST}, < 2.0.0"`)
})
