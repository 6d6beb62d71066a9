import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'

const SEED = { min: 0, max: Number.MAX_SAFE_INTEGER, is_whole: true } as const

export const SIMULATE_COMMAND = defineCommand({
  program: 'npm run simulate',
  summary:
    'Runs simulated histories of the commit protocol, or with "sync" of devices, on every core until one breaks an ' +
    'invariant, and prints its seed. With --seed it repeats one history and, if that is wrong, prints its events.',
  usage: [
    '[sync] [--seeds COUNT] [--from SEED] [--small-limits | --releases]',
    '[sync] --seed SEED [--small-limits | --releases]',
  ],
  positionals: {
    of: { about: 'what is simulated: the table by itself, or devices that sync', choices: ['table', 'sync'] },
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
  ],
})

/** Seeds from `first` up to `end`, without it. @throws UsageError */
export function seedRangeOf(input: CommandInput<typeof SIMULATE_COMMAND>): { first: number; end: number } {
  const { of, seed, seeds, from, small_limits, releases } = input
  if (of === 'sync' && small_limits)
    throw new UsageError('Leave out --small-limits: the limits of sync always are small.')
  if (small_limits && releases) throw new UsageError('Choose one: --small-limits or --releases.')
  return seed === undefined ? { first: from, end: from + seeds } : { first: seed, end: seed + 1 }
}
