import { defineCommand } from '#infra/command/spec.ts'

export const MUTATION_COMMAND = defineCommand({
  program: 'npm run test:mutation',
  summary:
    'Makes small wrong changes to the sources, one at a time and never on disk, and runs the test file that has to ' +
    'notice each, two side by side. It prints the score of each folder, and fails when a change goes unnoticed.',
  positionals: {
    folder: { about: 'folders or files whose changes are made, instead of all', repeatable: true },
  },
  options: {
    every: {
      value: 'N',
      number: { min: 1, max: 1000, is_whole: true },
      default: 1,
      about: 'make only every Nth change, always the same ones',
    },
  },
  exit_codes: { 0: 'every change was noticed', 1: 'one went unnoticed, or a test fails without any change' },
  examples: [
    { line: 'npm run test:mutation', about: 'Makes every change, in about ten minutes' },
    { line: 'npm run test:mutation -- shared/credentials', about: 'Makes those of one folder' },
    { line: 'npm run test:mutation -- --every 6', about: 'Makes the share that CI makes' },
  ],
})
