import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'

export const LONG_COMMAND = defineCommand({
  program: 'npm run test:long',
  summary:
    'Runs the tests that try cases by chance, many times as much as npm test does, and those that npm test leaves out. ' +
    'Every run has a fresh seed and the date of the machine; what a failure needs to be repeated is printed.',
  positionals: {
    file: { about: 'test files or folders instead of all that have long or random parts', repeatable: true },
  },
  options: {
    fixed: { about: 'Takes the seeds and the date of npm test, as CI does' },
    seed: {
      about: 'Seed of the first run; each further run takes the next one',
      value: 'N',
      number: { min: 1, max: 2 ** 31, is_whole: true },
    },
    at: { about: 'Date on which the tests run, such as 2028-02-29T00:00:30Z', value: 'TIME' },
    repeat: { about: 'Number of runs', value: 'N', default: 1, number: { min: 1, max: 1000, is_whole: true } },
    load: { about: 'Keeps one core busy during every second run, or during the only one' },
    quick: {
      about: 'Tries as much as npm test, and adds the tests that wait for something: to show that none fails by chance',
    },
  },
  examples: [
    { line: 'npm run test:long', about: 'Looks for what nobody has seen yet' },
    { line: 'npm run test:long -- --seed 17 tests/attack', about: 'Repeats what failed' },
    {
      line: 'npm run test:long -- --quick --repeat 20 --load',
      about: 'Shows that no test depends on its seed or on a free core',
    },
    { line: 'npm run test:long -- --quick --at 2027-12-31T23:59:30Z', about: 'Runs over the end of a year' },
  ],
})

/** @throws UsageError */
export function checkArguments({ at, fixed, seed }: CommandInput<typeof LONG_COMMAND>): void {
  if (at !== undefined && Number.isNaN(Date.parse(at))) throw new UsageError(`--at must be a time, not ${at}.`)
  if (fixed && seed !== undefined) throw new UsageError('--fixed and --seed exclude each other.')
}
