import { defineCommand } from '#infra/command/spec.ts'

export const GENERATE_COMMAND = defineCommand({
  program: 'npm run generate',
  summary:
    'Writes every generated file that differs from the code: shared/contract/openapi.json and the client types made ' +
    'of it, .env.example, the tables in ' +
    'infra/docs/settings.md and terraform/README.md, and the data that Terraform reads.',
  options: { check: { about: 'only name the files that differ; write nothing' } },
  exit_codes: { 1: 'failed or, with --check, a file differs' },
  examples: [
    { line: 'npm run generate', about: 'After a change of routes, settings, functions or record kinds' },
    { line: 'npm run generate -- --check', about: 'Checks that nothing is left to generate' },
  ],
})
