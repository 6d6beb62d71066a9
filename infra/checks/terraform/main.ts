/**
 * `npm run check:infra`: whether the generated files are up to date, and whether the Terraform code is formatted, valid
 * and passes its tests.
 *
 * Exit codes: 0 passed; 1 failed; 3 skipped, because `terraform` is not installed.
 */
import { outdatedFiles } from '../../generate/generated-files.ts'
import { checkInfrastructure } from './check.ts'

const EXIT_CODES = { passed: 0, failed: 1, skipped: 3 } as const

const outdated = await outdatedFiles()
for (const { path } of outdated) console.error(`FAILED: ${path} differs from the code. Run: npm run generate`)
const outcome = await checkInfrastructure((line) => console.log(line))
process.exitCode = EXIT_CODES[outdated.length > 0 ? 'failed' : outcome]
