import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { envExample, withSettingsTable } from './text.ts'

/** `node infra/settings/main.ts` writes `.env.example` and the table of settings in the README. */
const root = join(import.meta.dirname, '../..')
const readme = join(root, 'README.md')
await writeFile(join(root, '.env.example'), envExample())
await writeFile(readme, withSettingsTable(await readFile(readme, 'utf8')))
