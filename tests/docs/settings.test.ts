import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { envExample, withSettingsTable } from '#infra/generate/settings.ts'
import { DOCS } from './blocks.ts'
import { ROOT } from './typing.ts'

test('settings.md and .env.example name every setting as the schemas define it', async () => {
  const page = await readFile(join(DOCS, 'settings.md'), 'utf8')
  expect(withSettingsTable(page)).toBe(page)
  expect(await readFile(join(ROOT, '.env.example'), 'utf8')).toBe(envExample())
})
