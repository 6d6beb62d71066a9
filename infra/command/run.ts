import { SettingsError } from '#shared/settings/settings.ts'
import { commandLine, helpText, usageText } from './help.ts'
import { OperatorError, UsageError } from './operator-error.ts'
import { parseCommand } from './parse.ts'
import type { CommandInput, CommandSpec } from './spec.ts'

/**
 * Runs a program on the command line of this process and sets its exit code: what `main` returns (0 without a value),
 * the code of an OperatorError, or 1 after anything unforeseen, which is printed with its stack.
 */
export async function runCommand<Spec extends CommandSpec>(
  spec: Spec,
  main: (input: CommandInput<Spec>) => number | void | Promise<number | void>,
): Promise<void> {
  // A reader that stops early (`| head`) does not end a program in the middle of its work.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  try {
    const parsed = parseCommand(spec, process.argv.slice(2), process.env)
    if (parsed.kind === 'help') process.stdout.write(helpText(spec))
    else process.exitCode = (await main(parsed.input)) ?? 0
  } catch (error) {
    const hint = error instanceof UsageError ? `\n${usageText(spec)}\nHelp:  ${commandLine(spec, '--help')}` : ''
    process.stderr.write(`${failureText(error)}${hint}\n`)
    process.exitCode = exitCodeOf(error, spec)
  }
}

function exitCodeOf(error: unknown, { usage_exit_code }: CommandSpec): number {
  if (error instanceof UsageError) return usage_exit_code ?? error.exit_code
  return error instanceof OperatorError ? error.exit_code : 1
}

function failureText(error: unknown): string {
  if (error instanceof OperatorError || error instanceof SettingsError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
