import { runCommand } from '#infra/command/run.ts'
import { outdatedFiles } from '../../generate/generated-files.ts'
import { checkInfrastructure } from './check.ts'
import { CHECK_INFRA_COMMAND } from './command.ts'

const EXIT_CODES = { passed: 0, failed: 1, skipped: 3 } as const

await runCommand(CHECK_INFRA_COMMAND, async () => {
  const outdated = await outdatedFiles()
  for (const { path } of outdated) console.error(`FAILED: ${path} differs from the code. Run: npm run generate`)
  const outcome = await checkInfrastructure((line) => console.log(line))
  return EXIT_CODES[outdated.length > 0 ? 'failed' : outcome]
})
