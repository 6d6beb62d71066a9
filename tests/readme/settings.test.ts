import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { envExample, withSettingsTable } from '#infra/settings/text.ts'

const root = join(import.meta.dirname, '../..')

test('the README and .env.example name every setting as the schemas have it', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  expect(withSettingsTable(readme)).toBe(readme)
  expect(await readFile(join(root, '.env.example'), 'utf8')).toBe(envExample())
})
