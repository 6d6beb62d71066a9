import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { envExample, withSettingsTable } from '#infra/generate/settings/text.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

test('the README and .env.example name every setting as the schemas have it', async () => {
  const readme = await readFile(join(PROJECT_ROOT, 'README.md'), 'utf8')
  expect(withSettingsTable(readme)).toBe(readme)
  expect(await readFile(join(PROJECT_ROOT, '.env.example'), 'utf8')).toBe(envExample())
})
