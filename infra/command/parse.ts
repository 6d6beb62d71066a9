import { parseArgs } from 'node:util'

import { commandLine } from './help.ts'
import { UsageError } from './operator-error.ts'
import type { CommandInput, CommandSpec, OptionSpec } from './spec.ts'

export type ParsedCommand<Spec extends CommandSpec> =
  | { readonly kind: 'help' }
  | { readonly kind: 'input'; readonly input: CommandInput<Spec> }

/**
 * Reads a command line.
 * @param environment the process's: npm leaves there the flags that it took for its own
 * @throws UsageError that names the nearest right flag or value
 */
export function parseCommand<Spec extends CommandSpec>(
  spec: Spec,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): ParsedCommand<Spec> {
  const option_specs = Object.entries(spec.options)
  const options = {
    ...Object.fromEntries(
      option_specs.map(([name, { value }]) => {
        const type = value === undefined ? ('boolean' as const) : ('string' as const)
        return [name, { type, multiple: true as const }]
      }),
    ),
    help: { type: 'boolean' as const, multiple: true as const, short: 'h' },
  }
  const config = { args: [...args], options, allowPositionals: true }
  // Leniently at first: the strict parser ends at the first unknown option and suggests none.
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true })
  const flags = tokens.filter((token) => token.kind === 'option')
  if (flags.some(({ name }) => name === 'help')) return { kind: 'help' }
  const unknown = flags.find(({ name }) => !Object.hasOwn(options, name))
  if (unknown) throw new UsageError(unknownOption(unknown.rawName, Object.keys(options)))
  const { values, positionals } = strictly(() => parseArgs({ ...config, strict: true }))
  const given: Readonly<Record<string, readonly (string | boolean)[] | undefined>> = values
  if (environment['npm_config_dry_run'] === 'true' && Object.hasOwn(options, 'dry-run') && !given['dry-run']) {
    throw new UsageError(`npm took --dry-run for itself. Put two dashes before it: ${commandLine(spec, '… --dry-run')}`)
  }
  const input = {
    ...Object.fromEntries(
      option_specs.map(([name, option]) => [
        name.replaceAll('-', '_'),
        option.value === undefined ? given[name] !== undefined : valueOf(`--${name}`, option, given[name] ?? []),
      ]),
    ),
    ...positionalValues(spec, positionals),
  }
  return { kind: 'input', input: input as CommandInput<Spec> }
}

function strictly<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(error.message.split('\n')[0]!)
  }
}

function positionalValues(spec: CommandSpec, given: readonly string[]): Record<string, unknown> {
  const left = [...given]
  const values = Object.entries(spec.positionals ?? {}).map(([name, positional]) => {
    const texts = left.splice(0, positional.repeatable ? left.length : 1)
    return [name, valueOf(name.toUpperCase(), positional, texts)] as const
  })
  if (left.length > 0) throw new UsageError(`Unexpected argument ${left[0]}.`)
  return Object.fromEntries(values)
}

function valueOf(label: string, spec: OptionSpec, given: readonly (string | boolean)[]): unknown {
  const texts = given.map(String)
  if (texts.some((text) => text.trim() === '')) throw new UsageError(`${label} needs a value.`)
  if (spec.required && texts.length === 0) throw new UsageError(`${label} is required: ${firstSentence(spec.about)}.`)
  const read = texts.map((text) => checked(label, spec, text))
  if (spec.repeatable) return read
  if (read.length > 1) throw new UsageError(`${label} can be given only once.`)
  return read[0] ?? spec.default
}

function checked(label: string, { choices, number }: OptionSpec, text: string): string | number {
  if (choices && !choices.includes(text)) {
    const near = nearest(text, choices)
    const suggestion = near === undefined ? '' : ` Did you mean ${near}?`
    throw new UsageError(`${label} cannot be ${text}.${suggestion} It is one of ${choices.join(', ')}.`)
  }
  if (!number) return text
  const value = Number(text)
  const is_written = number.is_whole ? /^-?\d+$/.test(text) : /^-?\d+(\.\d+)?$/.test(text)
  const is_valid =
    is_written && value >= number.min && value <= number.max && (!number.is_whole || Number.isSafeInteger(value))
  if (is_valid) return value
  const bounds = number.max < Number.MAX_SAFE_INTEGER ? `from ${number.min} to ${number.max}` : `from ${number.min}`
  throw new UsageError(`${label} must be a ${number.is_whole ? 'whole ' : ''}number ${bounds}, not ${text}.`)
}

function firstSentence(text: string): string {
  return text.split(/[.:;] /)[0]!
}

function unknownOption(typed: string, names: readonly string[]): string {
  const near = nearest(typed.replace(/^-+/, ''), names)
  return `Unknown option ${typed}.${near === undefined ? '' : ` Did you mean --${near}?`}`
}

/** The name that was probably meant: one letter away, else the whole or the beginning of it, else a similar one. */
function nearest(typed: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .toSorted((a, b) => a.distance - b.distance)
  if (!best || best.distance === 1) return best?.name
  const related = names.find((name) => (typed.length > 1 && name.startsWith(typed)) || typed.startsWith(name))
  if (related !== undefined) return related
  return best.distance <= Math.max(2, best.name.length / 2) ? best.name : undefined
}

/** Levenshtein's: insertions, deletions and replacements of one letter. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let at_a = 0; at_a < a.length; at_a++) {
    const next = [at_a + 1]
    for (let at_b = 0; at_b < b.length; at_b++) {
      const replaced = row[at_b]! + (a[at_a] === b[at_b] ? 0 : 1)
      next.push(Math.min(replaced, row[at_b + 1]! + 1, next[at_b]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
