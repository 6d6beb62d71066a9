import * as z from 'zod/mini'

import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'
import { FLAG_NAMES, type FlagName, NOTICE_CHARACTERS_MAX, NOTICE_LEVELS, type Notice } from '#shared/contract/flags.ts'
import { DATA_OPTION, DRY_RUN_OPTION, WHICH_BUCKET } from '../options.ts'

export const FLAGS_COMMAND = defineCommand({
  program: 'npm run flags',
  summary:
    'Shows and sets the flags of the app and the notice that all its users see. Every instance of the flags function ' +
    `follows a change within 60 s. ${WHICH_BUCKET}`,
  usage: [
    'show [--data DIR]',
    `set ${FLAG_NAMES.join('|')} [--percent P] [--on | --off] [CHANGE]`,
    'notice set --text TEXT [--level LEVEL] [--until TIME] [CHANGE]',
    'notice clear [CHANGE]',
  ],
  positionals: {
    action: { about: 'what to do', required: true, choices: ['show', 'set', 'notice'] },
    what: { about: 'after set the name of a flag; after notice set or clear' },
  },
  options: {
    percent: {
      value: 'P',
      number: { min: 0, max: 100 },
      about: 'share of the users for whom the flag is on, with at most two decimals; raising it only adds users',
    },
    on: { about: 'put the percentage in effect again' },
    off: { about: 'kill switch: off for everybody; the percentage is kept' },
    text: { value: 'TEXT', about: `text of the notice, at most ${NOTICE_CHARACTERS_MAX} characters` },
    level: { value: 'LEVEL', choices: NOTICE_LEVELS, about: 'how the notice looks; by default info' },
    until: {
      value: 'TIME',
      about: 'when the notice disappears by itself, for example 2025-05-28T18:00:00Z; by default never',
    },
    'if-generation': {
      value: 'GENERATION',
      about: 'CHANGE: refuse unless the object still has the generation that show printed (0: it is absent)',
    },
    'replace-corrupt': { about: 'CHANGE: replace an object that cannot be read; what it held is lost' },
    by: {
      value: 'NAME',
      about: 'CHANGE: who changes it, for those who look later; by default the name of this account',
    },
    'dry-run': { about: `CHANGE: ${DRY_RUN_OPTION.about}` },
    data: DATA_OPTION,
  },
  exit_codes: { 1: 'failed, or somebody else was first; nothing was changed' },
  examples: [
    { line: 'npm run flags -- show', about: 'Shows flags and notice, who set them, and their generations' },
    { line: 'npm run flags -- set persistence_v2 --percent 50 --dry-run', about: 'Shows what a change would do' },
    { line: 'npm run flags -- set persistence_v2 --percent 5', about: 'On for 5 % of the users' },
    { line: 'npm run flags -- set persistence_v2 --off', about: 'Off for everybody within 60 s' },
    {
      line: 'npm run flags -- notice set --text Read-only --level warning --until 2025-05-28T18:00:00Z',
      about: 'Shows a notice to all users until then',
    },
    { line: 'npm run flags -- notice clear', about: 'Removes it' },
  ],
})

type Input = CommandInput<typeof FLAGS_COMMAND>

/** How a change is made, whatever it changes. */
export interface ChangeOptions {
  /** From `show`; `undefined`: whatever generation is found. */
  readonly if_generation: string | undefined
  readonly replace_corrupt: boolean
  readonly dry_run: boolean
  readonly by: string | undefined
}

export type FlagsRequest =
  | { readonly kind: 'show' }
  | ({ readonly kind: 'set_flag'; readonly flag: FlagName } & FlagChange & ChangeOptions)
  | ({ readonly kind: 'set_notice'; readonly notice: Omit<Notice, 'id'> } & ChangeOptions)
  | ({ readonly kind: 'clear_notice' } & ChangeOptions)

/** What is `undefined` stays as it is. */
export interface FlagChange {
  readonly percent: number | undefined
  readonly enabled: boolean | undefined
}

const CHANGE = ['if_generation', 'replace_corrupt', 'by', 'dry_run'] as const
/** The options that each form takes; all take `--data`. */
const OPTIONS_OF: Readonly<Record<FlagsRequest['kind'], readonly (keyof Input)[]>> = {
  show: [],
  set_flag: ['percent', 'on', 'off', ...CHANGE],
  set_notice: ['text', 'level', 'until', ...CHANGE],
  clear_notice: CHANGE,
}

/** @throws UsageError */
export function requestOf(input: Input, now_ms: number): FlagsRequest {
  const kind = kindOf(input)
  checkOptions(input, kind)
  const { if_generation, replace_corrupt, dry_run, by } = input
  const change = { if_generation: generationOf(if_generation), replace_corrupt, dry_run, by: nameOf(by) }
  switch (kind) {
    case 'show':
      return { kind }
    case 'set_flag':
      return { kind, flag: flagNameOf(input.what), ...flagChangeOf(input), ...change }
    case 'set_notice':
      return { kind, notice: noticeOf(input, now_ms), ...change }
    case 'clear_notice':
      return { kind, ...change }
  }
}

function kindOf({ action, what }: Input): FlagsRequest['kind'] {
  if (action === 'set') return 'set_flag'
  if (action === 'show') {
    if (what !== undefined) throw new UsageError(`Unexpected argument ${what}.`)
    return 'show'
  }
  if (what === 'set') return 'set_notice'
  if (what === 'clear') return 'clear_notice'
  throw new UsageError(`After notice comes set or clear${what === undefined ? '' : `, not ${what}`}.`)
}

/** An option that has no effect was meant for something else. */
function checkOptions(input: Input, kind: FlagsRequest['kind']): void {
  const own: readonly string[] = ['action', 'what', 'data', ...OPTIONS_OF[kind]]
  const stray = Object.entries(input).find(
    ([name, value]) => value !== undefined && value !== false && !own.includes(name),
  )
  if (stray) throw new UsageError(`--${stray[0].replaceAll('_', '-')} does not belong to this.`)
}

function flagNameOf(what: string | undefined): FlagName {
  const found = FLAG_NAMES.find((name) => name === what)
  if (found !== undefined) return found
  const named = what === undefined ? 'Name a flag' : `There is no flag ${what}`
  throw new UsageError(`${named}. It is one of ${FLAG_NAMES.join(', ')}.`)
}

function flagChangeOf({ percent, on, off }: Input): FlagChange {
  if (on && off) throw new UsageError('Choose one: --on or --off.')
  if (percent === undefined && !on && !off) throw new UsageError('Say what to change: --percent, --on or --off.')
  if (percent !== undefined && !/^\d+(\.\d{1,2})?$/.test(String(percent))) {
    throw new UsageError(`--percent takes at most two decimals, not ${percent}.`)
  }
  return { percent, enabled: on ? true : off ? false : undefined }
}

function noticeOf({ text, level = 'info', until }: Input, now_ms: number): Omit<Notice, 'id'> {
  if (text === undefined) throw new UsageError('--text is required: text of the notice.')
  if (text.length > NOTICE_CHARACTERS_MAX) {
    throw new UsageError(`--text has ${text.length} characters; ${NOTICE_CHARACTERS_MAX} are allowed.`)
  }
  if (!text.isWellFormed()) throw new UsageError('--text is not valid Unicode.')
  return { text, level, until: until === undefined ? null : timeOf(until, now_ms) }
}

function timeOf(until: string, now_ms: number): string {
  if (!z.iso.datetime({ offset: true }).safeParse(until).success) {
    throw new UsageError(`--until must be a time such as 2025-05-28T18:00:00Z, not ${until}.`)
  }
  const time = new Date(until)
  if (time.getTime() <= now_ms) throw new UsageError(`--until ${until} has passed already.`)
  return time.toISOString()
}

function generationOf(text: string | undefined): string | undefined {
  if (text === undefined || /^(0|[1-9]\d{0,18})$/.test(text)) return text
  throw new UsageError(`--if-generation must be a generation that show printed, not ${text}.`)
}

const NAME_CHARACTERS_MAX = 255

function nameOf(by: string | undefined): string | undefined {
  if (by !== undefined && by.length > NAME_CHARACTERS_MAX) {
    throw new UsageError(`--by has ${by.length} characters; ${NAME_CHARACTERS_MAX} are allowed.`)
  }
  return by
}
