import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { PROJECT_ROOT } from '../project-root.ts'
import { clientTypesFile } from './client-types.ts'
import type { GeneratedFile } from './generated-file.ts'
import { OPENAPI_PATH, openApiText } from './openapi.ts'
import { withRightsTables } from './rights.ts'
import { envExample, withSettingsTable } from './settings.ts'
import { terraformFiles } from './terraform/terraform-files.ts'

const SETTINGS_PAGE = 'infra/docs/settings.md'
const RIGHTS_PAGE = 'infra/docs/rights.md'

/** Every generated file as the code defines it. `npm run generate` writes them. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const openapi = openApiText()
  return [
    { path: OPENAPI_PATH, content: openapi },
    await clientTypesFile(openapi),
    { path: '.env.example', content: envExample() },
    { path: SETTINGS_PAGE, content: withSettingsTable(await pageText(SETTINGS_PAGE)) },
    { path: RIGHTS_PAGE, content: withRightsTables(await pageText(RIGHTS_PAGE)) },
    ...(await terraformFiles()),
  ]
}

function pageText(path: string): Promise<string> {
  return readFile(join(PROJECT_ROOT, path), 'utf8')
}

/** Those generated files whose committed content differs from the code, or is missing. */
export async function outdatedFiles(): Promise<readonly GeneratedFile[]> {
  const outdated: GeneratedFile[] = []
  for (const file of await generatedFiles()) {
    const committed = await readIfThere(join(PROJECT_ROOT, file.path))
    if (committed === undefined || !committed.equals(Buffer.from(file.content))) outdated.push(file)
  }
  return outdated
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
