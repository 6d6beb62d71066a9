import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { PROVIDER_PACKAGES } from '#infra/checks/terraform/provider/package.ts'
import { TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'

const texts = async (): Promise<string> => {
  const files = (await readdir(TERRAFORM_DIR)).filter((name) => name.endsWith('.tf'))
  return (await Promise.all(files.map((name) => readFile(join(TERRAFORM_DIR, name), 'utf8')))).join('\n')
}

describe('a resource that must not be destroyed by mistake', () => {
  test.each([
    'google_storage_bucket" "data',
    'google_kms_key_ring" "activation',
    'google_kms_crypto_key" "credentials',
    'google_kms_crypto_key" "bucket',
    'google_secret_manager_secret" "user_hash_salt',
  ])('%s has prevent_destroy', async (address) => {
    const block = new RegExp(`^resource "${address}" \\{\\n([^]*?)^\\}`, 'm').exec(await texts())?.[1]
    expect(block).toMatch(/^ {2}lifecycle \{\n {4}prevent_destroy = true$/m)
  })
})

test('a variable is not nullable, unless it is the budget', async () => {
  const blocks = [...(await texts()).matchAll(/^variable "(\w+)" \{\n([^]*?)^\}/gm)]
  const nullable = blocks.filter(([, , body]) => !/^ {2}nullable += false$/m.test(body!)).map(([, name]) => name)
  expect(nullable).toEqual(['budget'])
  expect(blocks.length).toBeGreaterThan(10)
})

test('the error message of a refused variable begins with its name', async () => {
  const blocks = [...(await texts()).matchAll(/^variable "(\w+)" \{\n([^]*?)^\}/gm)]
  const messages = blocks.flatMap(([, name, body]) =>
    [...body!.matchAll(/error_message = "(.*)"$/gm)].map(([, message]) => ({ name: name!, message: message! })),
  )
  expect(messages.filter(({ name, message }) => !message.startsWith(name))).toEqual([])
  expect(messages.length).toBeGreaterThan(20)
})

test.each(PROVIDER_PACKAGES)(
  'the provider $provider is pinned to the major version whose schema is checked',
  async ({ provider, schema_of_version }) => {
    const [major, minor] = schema_of_version.split('.').map(Number)
    const [, range] = new RegExp(`source += "hashicorp/${provider}"\\n[^}]*version = "(.*)"`).exec(await texts())!
    expect(range).toBe(`>= ${major}.${minor}, < ${major! + 1}.0`)
  },
)
