import { parseCommand } from '#infra/command/parse.ts'
import type { CommandInput, CommandSpec } from '#infra/command/spec.ts'

/** What a program gets for these arguments. @throws UsageError */
export function inputOf<Spec extends CommandSpec>(spec: Spec, args: readonly string[]): CommandInput<Spec> {
  const parsed = parseCommand(spec, args)
  if (parsed.kind === 'help') throw new Error('the arguments ask for help')
  return parsed.input
}
