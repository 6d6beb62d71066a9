/** `npm run build`: one deployable folder per function, in `dist/functions`, and what the image holds, in `dist/image`. */
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { join, relative } from 'node:path'

import { bundleFunctions } from './bundle.ts'
import { assembleImage } from './image.ts'

const project_root = join(import.meta.dirname, '../..')
const sized = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`.padStart(9)
const bundles = await bundleFunctions({
  project_root,
  out_dir: join(project_root, 'dist/functions'),
  names: FUNCTION_NAMES,
})
for (const { path, size_bytes, inputs, warnings } of bundles) {
  for (const warning of warnings) console.warn(`warning: ${warning}`)
  console.log(`${sized(size_bytes)}  ${relative(project_root, path)}  (${inputs.length} files)`)
}
const image = await assembleImage(project_root, bundles)
console.log(`${sized(image.size_bytes)}  ${relative(project_root, image.path)}, on top of the base image`)
