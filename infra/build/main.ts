/** `npm run build`: one deployable folder per function, in `dist/functions`. */
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { join, relative } from 'node:path'

import { bundleFunctions } from './bundle.ts'

const project_root = join(import.meta.dirname, '../..')
const bundles = await bundleFunctions({
  project_root,
  out_dir: join(project_root, 'dist/functions'),
  names: FUNCTION_NAMES,
})
for (const { path, size_bytes, inputs, warnings } of bundles) {
  for (const warning of warnings) console.warn(`warning: ${warning}`)
  const size = `${Math.ceil(size_bytes / 1000)} kB`.padStart(9)
  console.log(`${size}  ${relative(project_root, path)}  (${inputs.length} files)`)
}
