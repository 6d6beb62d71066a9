import type * as z from 'zod/mini'

import { humanMessage } from '../records/validation/messages.ts'
import { endpointFault } from './endpoints.ts'

/** The variables a process was started with; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One variable of the environment. A function composes the settings it needs from plain tables of these. */
export interface Setting<T = unknown> {
  /** Reads the text of the variable, or `undefined` when it is not set or empty. */
  readonly schema: z.ZodMiniType<T>
  readonly description: string
  /** A value as one would write it in `.env`. */
  readonly example?: string
  /** The addresses in a value: on the cloud each must be https and not this machine. */
  readonly endpoints?: (value: T) => readonly string[]
}

/** Any setting, whatever its value is. */
interface AnySetting extends Omit<Setting, 'endpoints'> {
  readonly endpoints?: (value: never) => readonly string[]
}

export type SettingsTable = Readonly<Record<string, AnySetting>>
export type SettingsOf<T extends SettingsTable> = { readonly [Name in keyof T]: z.output<T[Name]['schema']> }

/** Keeps the type of the value while the setting is written down. */
export function setting<T>(definition: Setting<T>): Setting<T> {
  return definition
}

/** Lists every bad setting in one message. A process that gets this error must not start. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly { name: string; message: string }[]

  constructor(faults: readonly { name: string; message: string }[]) {
    const lines = faults.map(({ name, message }) => `  ${name} ${message}`)
    super(`The environment has ${faults.length === 1 ? 'a bad setting' : 'bad settings'}:\n${lines.join('\n')}`)
    this.faults = faults
  }
}

/**
 * The settings of `table` from the environment. An empty variable counts as not set. Where `K_SERVICE` is set (Cloud
 * Run sets it), addresses of this machine or without https are refused.
 * @throws SettingsError
 */
export function readSettings<T extends SettingsTable>(table: T, environment: Environment): SettingsOf<T> {
  const faults: { name: string; message: string }[] = []
  const on_cloud = (environment['K_SERVICE'] ?? '') !== ''
  const values = Object.entries(table).map(([name, { schema, endpoints }]) => {
    const result = schema.safeParse(environment[name] === '' ? undefined : environment[name], { error: humanMessage })
    if (!result.success) {
      const missing = (environment[name] ?? '') === ''
      const messages = result.error.issues.map(({ path, message }) =>
        [path.join('.'), message].filter(Boolean).join(' '),
      )
      faults.push({ name, message: missing ? 'is required' : [...new Set(messages)].join('; ') })
      return [name, undefined]
    }
    const addresses = on_cloud && endpoints !== undefined ? endpoints(result.data as never) : []
    for (const address of addresses) {
      const fault = endpointFault(address)
      if (fault !== undefined) faults.push({ name, message: fault })
    }
    return [name, result.data]
  })
  if (faults.length > 0) throw new SettingsError(faults)
  return Object.fromEntries(values) as SettingsOf<T>
}

/** The settings as a Markdown table. */
export function settingsMarkdown(table: SettingsTable): string {
  const rows = Object.entries(table).map(([name, { schema, description, example }]) => {
    const shown = example === undefined ? '' : ` For example \`${example.replaceAll('|', '\\|')}\`.`
    return `| \`${name}\` | ${defaultOf(schema)} | ${description}${shown} |`
  })
  return ['| variable | default | what it is |', '|---|---|---|', ...rows, ''].join('\n')
}

/** The settings as `.env.example`: everything optional commented out. */
export function settingsExample(table: SettingsTable): string {
  const blocks = Object.entries(table).map(([name, { schema, description, example }]) => {
    const assignment = `${name}=${example ?? ''}`
    return `# ${description}\n${defaultOf(schema) === 'required' ? '' : '# '}${assignment}\n`
  })
  return blocks.join('\n')
}

function defaultOf(schema: z.ZodMiniType): string {
  const result = schema.safeParse(undefined)
  if (!result.success) return 'required'
  const { data } = result
  if (data === undefined || (Array.isArray(data) && data.length === 0)) return 'none'
  return `\`${typeof data === 'string' ? data : JSON.stringify(data)}\``
}
