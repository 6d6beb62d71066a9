import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { runCommand } from '#infra/command/run.ts'
import { PROJECT_ROOT } from '../project-root.ts'
import { GENERATE_COMMAND } from './command.ts'
import { outdatedFiles } from './generated-files.ts'

await runCommand(GENERATE_COMMAND, async ({ check }) => {
  const outdated = await outdatedFiles()
  for (const { path, content } of outdated) {
    if (check) {
      console.error(`${path} differs from the code. Run: npm run generate`)
    } else {
      await writeFile(join(PROJECT_ROOT, path), content)
      console.log(`Wrote ${path}`)
    }
  }
  if (outdated.length === 0) console.log('Every generated file is up to date.')
  return check && outdated.length > 0 ? 1 : 0
})
