/** `npm run sbom`, after `npm run build`: beside each bundle what is in it, in `dist/functions/<name>/sbom.json`. */
import type { Metafile } from 'esbuild'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { parseLockfile } from './lockfile.ts'
import { billOfMaterials } from './sbom.ts'
import { PROJECT_ROOT } from '../../project-root.ts'

const lockfile = parseLockfile(await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8'))

for (const name of FUNCTION_NAMES) {
  const folder = join(PROJECT_ROOT, 'dist/functions', name)
  const metafile_path = join(folder, 'meta.json')
  if (!existsSync(metafile_path)) {
    console.error(`There is no bundle of ${name}: npm run build`)
    process.exit(1)
  }
  const metafile = JSON.parse(await readFile(metafile_path, 'utf8')) as Metafile
  const bill = billOfMaterials({ name, version: lockfile['']!.version, metafile, lockfile })
  const path = join(folder, 'sbom.json')
  await writeFile(path, `${JSON.stringify(bill, null, 2)}\n`)
  console.log(`${String(bill.components.length).padStart(4)} packages  ${relative(PROJECT_ROOT, path)}`)
}
