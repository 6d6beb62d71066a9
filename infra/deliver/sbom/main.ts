import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

import { OperatorError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { PROJECT_ROOT } from '../../project-root.ts'
import { SBOM_COMMAND } from './command.ts'
import { billOfMaterials } from './sbom.ts'

await runCommand(SBOM_COMMAND, async () => {
  const lockfile_text = await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')

  for (const name of FUNCTION_NAMES) {
    const folder = join(PROJECT_ROOT, 'dist/functions', name)
    const metafile_path = join(folder, 'meta.json')
    if (!existsSync(metafile_path)) throw new OperatorError(`There is no bundle of ${name}. Run: npm run build`)
    const bill = await billOfMaterials(name, metafile_path, lockfile_text)
    const path = join(folder, 'sbom.json')
    await writeFile(path, `${JSON.stringify(bill, null, 2)}\n`)
    console.log(`${String(bill.components.length).padStart(4)} packages  ${relative(PROJECT_ROOT, path)}`)
  }
})
