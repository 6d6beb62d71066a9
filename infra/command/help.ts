import type { CommandSpec, OptionSpec } from './spec.ts'

/** Usage and help of a program, from its description. */

/** The usage of a command, a line for each form. */
export function usageText(spec: CommandSpec): string {
  const forms = spec.usage ?? [usageOf(spec)]
  return forms.map((form, at) => `${at === 0 ? 'Usage: ' : '       '}${commandLine(spec, form)}`).join('\n')
}

/** npm passes on only the arguments behind two dashes. */
export function commandLine({ program }: CommandSpec, args: string): string {
  if (args === '') return program
  return program.startsWith('npm ') ? `${program} -- ${args}` : `${program} ${args}`
}

function usageOf({ options, positionals = {} }: CommandSpec): string {
  const named = Object.entries(options).map(([name, spec]) => ({ spec, text: flagText(name, spec) }))
  const unnamed = Object.entries(positionals).map(([name, spec]) => ({ spec, text: name.toUpperCase() }))
  return [...unnamed, ...named]
    .toSorted((a, b) => Number(b.spec.required ?? false) - Number(a.spec.required ?? false))
    .map(({ spec, text }) => `${spec.required ? text : `[${text}]`}${spec.repeatable ? '…' : ''}`)
    .join(' ')
}

function flagText(name: string, { value }: OptionSpec): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}`
}

/** What `--help` prints. */
export function helpText(spec: CommandSpec): string {
  const positionals = Object.entries(spec.positionals ?? {}).map(
    ([name, positional]) => [name.toUpperCase(), describe(positional)] as const,
  )
  const options = Object.entries(spec.options).map(
    ([name, option]) => [flagText(name, option), describe(option)] as const,
  )
  const exit_codes = {
    0: 'done',
    1: 'failed',
    2: 'the command line is wrong; nothing was done',
    ...spec.exit_codes,
  }
  return [
    usageText(spec),
    '',
    ...wrapped(spec.summary, ''),
    ...section('Arguments', positionals),
    ...section('Options', [...options, ['-h, --help', 'print this and exit']]),
    ...section('Exit codes', Object.entries(exit_codes)),
    '',
    'Examples:',
    ...spec.examples.flatMap(({ line, about }) => [`  ${line}`, ...wrapped(about, '      ')]),
    '',
  ].join('\n')
}

function describe({ about, choices, number, default: by_default }: OptionSpec): string {
  const notes = [
    ...(choices ? [`one of ${choices.join(', ')}`] : []),
    ...(number && number.max < Number.MAX_SAFE_INTEGER ? [`from ${number.min} to ${number.max}`] : []),
    ...(by_default === undefined ? [] : [`default ${by_default}`]),
  ]
  return notes.length === 0 ? about : `${about} (${notes.join('; ')})`
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(([name]) => name.length))
  const indent = ' '.repeat(width + 4)
  const lines = rows.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrapped(text, indent)
    return [`  ${name.padEnd(width)}  ${first.trimStart()}`, ...rest]
  })
  return ['', `${title}:`, ...lines]
}

const LINE_CHARACTERS_MAX = 100

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > LINE_CHARACTERS_MAX && line !== indent) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line]
}
