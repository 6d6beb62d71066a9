/**
 * `npm run generate` writes every generated file that differs from the code: openapi.json, .env.example, the tables in
 * infra/docs/settings.md and terraform/README.md, and the data that Terraform reads. With `-- --check` it only names
 * them, and exits with 1 when there is one.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { PROJECT_ROOT } from '../project-root.ts'
import { outdatedFiles } from './generated-files.ts'

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values

const outdated = await outdatedFiles()
for (const { path, content } of outdated) {
  if (check) {
    console.error(`${path} differs from the code. Run: npm run generate`)
    process.exitCode = 1
  } else {
    await writeFile(join(PROJECT_ROOT, path), content)
    console.log(`Wrote ${path}`)
  }
}
if (outdated.length === 0) console.log('Every generated file is up to date.')
