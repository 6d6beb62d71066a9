import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openTerraform } from '#infra/checks/terraform/terraform.ts'

/**
 * What an apply leaves, Google being mocked: what the real provider would change on its own account is not seen here,
 * what our code would change is.
 */

const terraform = await openTerraform()
afterAll(() => terraform?.close())

interface Message {
  readonly '@testrun'?: string
  readonly diagnostic?: { readonly summary: string; readonly detail: string }
  readonly test_plan?: { readonly resource_changes: readonly { address: string; change: { actions: string[] } }[] }
  readonly test_state?: { readonly root_module: { readonly resources: readonly Resource[] } }
}

interface Resource {
  readonly address: string
  readonly values: Readonly<Record<string, unknown>>
}

describe.skipIf(terraform === undefined)('production, applied', () => {
  let messages: readonly Message[]
  beforeAll(async () => {
    const options = ['-json', '-verbose', '-test-directory=tests/applied', '-var-file=envs/prod.tfvars']
    const { stdout } = await terraform!.run('test', ...options)
    messages = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Message]))
  })

  const applied = (): readonly Resource[] =>
    messages.flatMap(({ test_state }) => test_state?.root_module.resources ?? [])

  test('is what the next plan wants: nothing is to be done', () => {
    const changes = messages.flatMap(({ test_plan }) => test_plan?.resource_changes ?? [])
    expect(changes.length).toBeGreaterThan(100)
    expect(changes.filter(({ change }) => change.actions.join() !== 'no-op').map(({ address }) => address)).toEqual([])
  })

  test('has no secret in its state', () => {
    const salt = applied().find(({ address }) => address === 'google_secret_manager_secret_version.user_hash_salt')
    expect(salt?.values).toMatchObject({ secret_data: null, secret_data_wo: null, secret_data_wo_version: 1 })
  })

  test('refuses to be destroyed', () => {
    const refused = messages.flatMap(({ diagnostic }) =>
      diagnostic?.summary === 'Instance cannot be destroyed' ? [diagnostic.detail.split(' ')[1]] : [],
    )
    expect(refused).toEqual(
      expect.arrayContaining([
        'google_kms_crypto_key.credentials',
        'google_secret_manager_secret.user_hash_salt',
        'google_storage_bucket.data',
      ]),
    )
  })
})
