import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { generatedFiles, outdatedFiles } from '#infra/generate/generated-files.ts'
import { FUNCTION_RESOURCES } from '#infra/generate/terraform/function-resources.ts'
import { settingsOf } from '#infra/generate/terraform/terraform-files.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'

test('every generated file is as the code defines it; `npm run generate` writes them', async () => {
  expect((await outdatedFiles()).map(({ path }) => path)).toEqual([])
})

test('the generated files are all that the documents name', async () => {
  expect((await generatedFiles()).map(({ path }) => path)).toEqual([
    'shared/contract/openapi.json',
    'tests/contracts/openapi-types.ts',
    '.env.example',
    'infra/docs/settings.md',
    'infra/docs/rights.md',
    'terraform/functions.json',
    'terraform/tables.json',
    'terraform/empty/audiences.parquet',
    'terraform/empty/platforms.parquet',
    'terraform/empty/distributions.parquet',
    'terraform/README.md',
  ])
})

test('the functions of the contract are the folders of functions', async () => {
  const folders = await readdir(join(PROJECT_ROOT, 'functions'))
  expect(folders.toSorted()).toEqual(FUNCTION_NAMES.toSorted())
})

test('every function that seals credentials writes platforms', async () => {
  const settings = await Promise.all(FUNCTION_NAMES.map(settingsOf))
  const sealing = FUNCTION_NAMES.filter((_, at) => 'KMS_KEY' in settings[at]!)
  expect(sealing).toContain('platforms')
  expect(sealing.filter((name) => !FUNCTION_RESOURCES[name].writes.includes('platforms/'))).toEqual([])
})
