import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { envExample, withSettingsTable } from './text.ts'
import { PROJECT_ROOT } from '../../project-root.ts'

/** `node infra/generate/settings/main.ts` writes `.env.example` and the table of settings in the README. */
const readme = join(PROJECT_ROOT, 'README.md')
await writeFile(join(PROJECT_ROOT, '.env.example'), envExample())
await writeFile(readme, withSettingsTable(await readFile(readme, 'utf8')))
