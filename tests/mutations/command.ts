import { defineCommand } from '#infra/command/spec.ts'

export const MUTATION_COMMAND = defineCommand({
  program: 'npm run test:mutation',
  summary:
    'Makes small wrong changes to the sources, one at a time and never on disk, and runs the test file that has to ' +
    'notice each. It fails when one goes unnoticed.',
  positionals: {
    folder: { about: 'folders or files whose changes are made, instead of all', repeatable: true },
  },
  options: {},
  examples: [
    { line: 'npm run test:mutation', about: 'Makes every change, in about ten minutes' },
    { line: 'npm run test:mutation -- shared/credentials', about: 'Makes those of one folder' },
  ],
})
