import { join, relative } from 'node:path'

import { runCommand } from '#infra/command/run.ts'
import { DEFAULT_FUNCTION, FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { APP_DIR, isAppBuilt } from '../../app-sources.ts'
import { PROJECT_ROOT } from '../../project-root.ts'
import { buildApp } from './app/build-app.ts'
import { addAppToBundle } from './app-in-bundle.ts'
import { bundleFunctions } from './bundle.ts'
import { BUILD_COMMAND } from './command.ts'
import { assembleImage } from './image.ts'

const sized = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`.padStart(9)
await runCommand(BUILD_COMMAND, async () => {
  if (!isAppBuilt(APP_DIR)) await buildApp(APP_DIR)
  const bundles = await bundleFunctions({
    project_root: PROJECT_ROOT,
    out_dir: join(PROJECT_ROOT, 'dist/functions'),
    names: FUNCTION_NAMES,
  })
  await addAppToBundle(
    bundles.find(({ name }) => name === DEFAULT_FUNCTION)!,
    APP_DIR,
  )
  for (const { path, size_bytes, inputs, warnings } of bundles) {
    for (const warning of warnings) console.warn(`warning: ${warning}`)
    console.log(`${sized(size_bytes)}  ${relative(PROJECT_ROOT, path)}  (${inputs.length} files)`)
  }
  const image = await assembleImage(PROJECT_ROOT, bundles)
  console.log(`${sized(image.size_bytes)}  ${relative(PROJECT_ROOT, image.path)}, on top of the base image`)
})
