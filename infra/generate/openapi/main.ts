import { readFile, writeFile } from 'node:fs/promises'

import { openApiText, OPENAPI_FILE } from './text.ts'

/** `node infra/generate/openapi/main.ts` writes shared/contract/openapi.json; with `--check` it only says whether it drifted. */
const text = openApiText()

if (!process.argv.includes('--check')) {
  await writeFile(OPENAPI_FILE, text)
} else if (JSON.stringify(JSON.parse(await readFile(OPENAPI_FILE, 'utf8'))) !== JSON.stringify(JSON.parse(text))) {
  process.stderr.write('shared/contract/openapi.json is not what the routes say: node infra/generate/openapi/main.ts\n')
  process.exitCode = 1
}
