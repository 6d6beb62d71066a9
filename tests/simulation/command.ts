import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'

const SEED = { min: 0, max: Number.MAX_SAFE_INTEGER, is_whole: true } as const

export const SIMULATE_COMMAND = defineCommand({
  program: 'npm run simulate',
  summary:
    'Runs simulated histories of the commit protocol, with "rare" of what seldom happens to it, with "accidents" of ' +
    'objects that are damaged, with "sync" of devices, or with "client" of the client in browsers, on every core ' +
    'until one breaks an invariant, and prints its seed. With --seed it repeats one history and, if that is wrong, ' +
    'prints its events.',
  usage: [
    '[--seeds COUNT] [--from SEED] [--small-limits | --releases]',
    '--seed SEED [--small-limits | --releases]',
    'rare|sync [--seeds COUNT] [--from SEED] [--releases] | rare|sync --seed SEED [--releases]',
    'accidents|client [--seeds COUNT] [--from SEED] | accidents|client --seed SEED',
  ],
  positionals: {
    of: {
      about:
        'what is simulated: the table by itself, what seldom happens to it, accidents to its objects, devices that ' +
        'sync, or the client in browsers',
      choices: ['table', 'rare', 'accidents', 'sync', 'client'],
    },
  },
  options: {
    seed: { value: 'SEED', number: SEED, about: 'repeat this one history' },
    seeds: { value: 'COUNT', number: { ...SEED, min: 1 }, default: 10_000, about: 'number of histories' },
    from: { value: 'SEED', number: SEED, default: 1, about: 'first seed' },
    'small-limits': { about: 'lower the limits of the table, so that histories reach them' },
    releases: { about: 'let two releases write in turn: this one and the next, with sync the one before' },
  },
  exit_codes: { 0: 'every history is right', 1: 'a history is wrong' },
  examples: [
    { line: 'npm run simulate', about: 'Ten thousand histories' },
    { line: 'npm run simulate -- --seeds 100000 --from 500000 --small-limits', about: 'Other and more histories' },
    { line: 'npm run simulate -- --seed 17', about: 'Repeats the history of seed 17' },
    { line: 'npm run simulate -- sync --seed 17', about: 'The same of devices that sync' },
    { line: 'npm run simulate -- rare --releases', about: 'What seldom happens, beside a newer release' },
    { line: 'npm run simulate -- client --seeds 5000', about: 'Five thousand histories of the client in browsers' },
  ],
})

/** Seeds from `first` up to `end`, without it. @throws UsageError */
export function seedRangeOf(input: CommandInput<typeof SIMULATE_COMMAND>): { first: number; end: number } {
  const { of, seed, seeds, from, small_limits, releases } = input
  if (of !== 'table' && of !== undefined && small_limits)
    throw new UsageError(`Leave out --small-limits: the limits of ${of} always are small.`)
  if (of === 'accidents' && releases)
    throw new UsageError('Leave out --releases: an operator who repairs objects runs one release.')
  if (of === 'client' && releases)
    throw new UsageError('Leave out --releases: a client meets one release of the service.')
  if (small_limits && releases) throw new UsageError('Choose one: --small-limits or --releases.')
  return seed === undefined ? { first: from, end: from + seeds } : { first: seed, end: seed + 1 }
}
