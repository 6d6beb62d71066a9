import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { settingsOf, staleFiles } from '#infra/checks/terraform/generated.ts'
import { NEEDS } from '#infra/checks/terraform/function-resources.ts'
import { TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'

const texts = async (): Promise<string> => {
  const files = (await readdir(TERRAFORM_DIR)).filter((name) => name.endsWith('.tf'))
  return (await Promise.all(files.map((name) => readFile(join(TERRAFORM_DIR, name), 'utf8')))).join('\n')
}

test('what is made of the code is up to date: npm run terraform:data', async () => {
  expect(Object.keys(await staleFiles())).toEqual([])
})

test('the functions of the contract are the folders of functions', async () => {
  const folders = await readdir(join(TERRAFORM_DIR, '../functions'))
  expect(folders.toSorted()).toEqual(FUNCTION_NAMES.toSorted())
})

test('who seals credentials writes platforms', async () => {
  const settings = await Promise.all(FUNCTION_NAMES.map(settingsOf))
  const sealing = FUNCTION_NAMES.filter((_, at) => 'KMS_KEY' in settings[at]!)
  expect(sealing).toContain('platforms')
  expect(sealing.filter((name) => !NEEDS[name].writes.includes('platforms/'))).toEqual([])
})

describe('what must not be lost by mistake', () => {
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

test('no variable that has a default may be null unawares', async () => {
  const blocks = [...(await texts()).matchAll(/^variable "(\w+)" \{\n([^]*?)^\}/gm)]
  const nullable = blocks.filter(([, , body]) => !/^ {2}nullable += false$/m.test(body!)).map(([, name]) => name)
  expect(nullable).toEqual(['budget'])
  expect(blocks.length).toBeGreaterThan(10)
})

test('what a variable is refused for names the variable', async () => {
  const blocks = [...(await texts()).matchAll(/^variable "(\w+)" \{\n([^]*?)^\}/gm)]
  const messages = blocks.flatMap(([, name, body]) =>
    [...body!.matchAll(/error_message = "(.*)"$/gm)].map(([, message]) => ({ name: name!, message: message! })),
  )
  expect(messages.filter(({ name, message }) => !message.startsWith(name))).toEqual([])
  expect(messages.length).toBeGreaterThan(20)
})
