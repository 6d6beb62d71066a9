import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { envExample, withSettingsTable } from './text.ts'
import { PROJECT_ROOT } from '../../project-root.ts'

/** `node infra/generate/settings/main.ts` writes `.env.example` and the table in `infra/docs/settings.md`. */
const page = join(PROJECT_ROOT, 'infra/docs/settings.md')
await writeFile(join(PROJECT_ROOT, '.env.example'), envExample())
await writeFile(page, withSettingsTable(await readFile(page, 'utf8')))
