import { defineCommand } from '#infra/command/spec.ts'

export const CHECK_INFRA_COMMAND = defineCommand({
  program: 'npm run check:infra',
  summary:
    'Checks without a cloud that the generated files are up to date and that the Terraform code is formatted, valid and ' +
    'passes its tests.',
  options: {},
  exit_codes: { 0: 'passed', 1: 'failed', 3: 'skipped, because terraform is not installed' },
  examples: [{ line: 'npm run check:infra', about: 'Checks everything and prints a line for each check' }],
})
