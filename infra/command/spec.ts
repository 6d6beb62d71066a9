/**
 * Command lines of every program that `npm run` starts: one description gives parsing, `--help`, usage errors and exit
 * codes. A program describes itself in `command.ts` and runs in `main.ts`:
 *
 *   await runCommand(IMPORT_COMMAND, async ({ from, dry_run }) => …)
 */
export interface CommandSpec {
  /** As it is typed without arguments: `npm run import`. */
  readonly program: string
  /** Describes the program in one or more sentences. */
  readonly summary: string
  /** The arguments, one line for each form; by default made of the options and positionals. */
  readonly usage?: readonly string[]
  /** By name as typed: `dry-run`. */
  readonly options: Readonly<Record<string, OptionSpec>>
  /** Arguments without a flag, in order; by name as in the usage, in lower case. */
  readonly positionals?: Readonly<Record<string, PositionalSpec>>
  /** Besides 0, 1 (failed) and 2 (wrong command line), which every program has; a text for one of those replaces its. */
  readonly exit_codes?: Readonly<Record<number, string>>
  /** Of a wrong command line, where 2 means something else to those who run it. */
  readonly usage_exit_code?: number
  readonly examples: readonly Example[]
}

interface ValueSpec {
  /** Describes it in one or more sentences, without a full stop at the end. */
  readonly about: string
  readonly required?: boolean
  /** May be given several times; the program then gets a list. */
  readonly repeatable?: boolean
  /** All allowed values. */
  readonly choices?: readonly string[]
}

export interface OptionSpec extends ValueSpec {
  /** Name of the value in the usage: `DIR`. An option without one is a switch. */
  readonly value?: string
  readonly default?: string | number
  /** The value is a number within these bounds. */
  readonly number?: { readonly min: number; readonly max: number; readonly is_whole?: boolean }
}

export type PositionalSpec = ValueSpec

/** A complete command line, and what it does. */
export interface Example {
  readonly line: string
  readonly about: string
}

type SnakeCase<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}_${SnakeCase<Tail>}` : Name
type OneValue<Spec> = Spec extends { number: object }
  ? number
  : Spec extends { choices: readonly (infer Choice)[] }
    ? Choice
    : string
type ValueOf<Spec> = Spec extends { repeatable: true }
  ? readonly OneValue<Spec>[]
  : Spec extends { required: true } | { default: string | number }
    ? OneValue<Spec>
    : OneValue<Spec> | undefined
type OptionValue<Spec> = Spec extends { value: string } ? ValueOf<Spec> : boolean

/** The values of a command line: `--dry-run` is `dry_run`. Values that are not given are undefined, switches false. */
export type CommandInput<Spec extends CommandSpec> = {
  readonly [Name in keyof Spec['options'] & string as SnakeCase<Name>]: OptionValue<Spec['options'][Name]>
} & (Spec extends { positionals: infer Positionals }
  ? { readonly [Name in keyof Positionals]: ValueOf<Positionals[Name]> }
  : unknown)

/** Keeps the literal types of a description, from which the program's input is typed. */
export function defineCommand<const Spec extends CommandSpec>(spec: Spec): Spec {
  return spec
}
