import { staleFiles, writeGenerated } from './generated.ts'
import { checkInfrastructure } from './check.ts'

/**
 * `check`: whether Terraform's code is formatted, valid and does what its tests say. `data`: writes what Terraform reads
 * of the TypeScript code.
 *
 * Exit codes of `check`: 0 holds, 1 does not hold, 3 could not be checked because there is no `terraform` here.
 */
const EXIT_CODES = { passed: 0, failed: 1, skipped: 3 } as const

const [command] = process.argv.slice(2)
if (command === 'data') {
  for (const name of await writeGenerated()) console.log(`wrote terraform/${name}`)
} else if (command === 'check') {
  const stale = Object.keys(await staleFiles())
  for (const name of stale) console.error(`FAILED: terraform/${name} is not what the code says: npm run terraform:data`)
  const outcome = await checkInfrastructure((line) => console.log(line))
  process.exitCode = EXIT_CODES[stale.length > 0 ? 'failed' : outcome]
} else {
  console.error('usage: node infra/checks/terraform/main.ts check|data')
  process.exitCode = 2
}
