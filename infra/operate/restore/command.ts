import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'
import { DATA_OPTION, DRY_RUN_OPTION, WHICH_BUCKET } from '../options.ts'
import type { Selection } from './objects.ts'
import type { RestoreRequest } from './run.ts'
import { RESTORE_KINDS } from './rules.ts'

export const RESTORE_COMMAND = defineCommand({
  program: 'npm run restore',
  summary:
    'Restores records from an old generation of their object: shows what would change, asks, and commits it. ' +
    `SELECTION is --object NAME, --user USER [--kind KIND] [--month YYYY-MM], or --all. ${WHICH_BUCKET}`,
  usage: [
    'SELECTION --list [--data DIR]',
    'SELECTION --generation GENERATION [--record ID]… [--dry-run | --yes] [--data DIR]',
    'SELECTION --at TIME [--record ID]… [--dry-run | --yes] [--data DIR]',
    'SELECTION --new-epoch [--dry-run | --yes] [--data DIR]',
  ],
  options: {
    object: { value: 'NAME', about: 'one object; its name may begin with gs://BUCKET/' },
    user: { value: 'USER', about: 'all objects of a user' },
    kind: {
      value: 'KIND',
      choices: RESTORE_KINDS.map(({ kind }) => kind.name),
      about: "only the user's objects of this kind",
    },
    month: { value: 'YYYY-MM', about: "only the user's objects of this month" },
    all: { about: 'all objects of all users' },
    list: { about: 'list the generations that the bucket keeps, and the contents of the newest 20' },
    generation: { value: 'GENERATION', about: 'restore this generation of the object' },
    at: { value: 'TIME', about: 'restore the generation that was live then, for example 2025-05-28T12:00:00Z' },
    record: { value: 'ID', repeatable: true, about: 'restore only this record; may be repeated' },
    'new-epoch': {
      about: 'give every record a higher version, after objects were put back by other means than this command',
    },
    'dry-run': DRY_RUN_OPTION,
    yes: { about: 'restore without asking' },
    data: DATA_OPTION,
  },
  exit_codes: {
    0: 'done, or there was nothing to do',
    1: 'failed; nothing was changed',
    2: 'some records or objects were not restored, and the output names them; or the command line is wrong, and then nothing was read',
    3: 'the change was shown and not confirmed',
  },
  examples: [
    { line: 'npm run restore -- --user demo_user --list', about: 'Lists the generations of all objects of a user' },
    {
      line: 'npm run restore -- --user demo_user --at 2025-05-28T12:00:00Z --dry-run',
      about: "Shows how the user's records differ from that moment",
    },
    {
      line: 'npm run restore -- --user demo_user --at 2025-05-28T12:00:00Z --record aud_01jwbz0000fxftqbqnahz3n2jx',
      about: 'Restores one record after asking',
    },
    { line: 'npm run restore -- --all --new-epoch --yes', about: 'After the whole bucket was put back' },
  ],
})

type Input = CommandInput<typeof RESTORE_COMMAND>

/** @throws UsageError */
export function requestOf(input: Input): RestoreRequest {
  const fault = faultOf(input)
  if (fault !== undefined) throw new UsageError(fault)
  const { generation, at, record: record_ids, new_epoch, dry_run } = input
  const source = generation !== undefined ? { generation } : at !== undefined ? { at_ms: Date.parse(at) } : undefined
  return { selection: selectionOf(input), source, record_ids, new_epoch, dry_run }
}

function selectionOf({ object, user, kind, month }: Input): Selection {
  if (object !== undefined) return { object }
  return user === undefined ? 'all' : { user_id: user, kind, month: month?.replace('-', '') }
}

function faultOf(input: Input): string | undefined {
  const { object, user, kind, month, all, list, generation, at, record, new_epoch, dry_run, yes } = input
  const has_source = generation !== undefined || at !== undefined
  if ([object !== undefined, user !== undefined, all].filter(Boolean).length !== 1) {
    return 'Choose one: --object, --user or --all.'
  }
  if (user === undefined && (kind ?? month) !== undefined) return '--kind and --month need --user.'
  if (month !== undefined && !/^\d{4}-\d\d$/.test(month)) return '--month must look like 2025-05.'
  if (generation !== undefined && at !== undefined) return 'Choose one: --generation or --at.'
  if (generation !== undefined && object === undefined) return '--generation needs --object.'
  if (at !== undefined && !isTime(at)) return '--at must be a time with its zone, such as 2025-05-28T12:00:00Z.'
  if (!list && !has_source && !new_epoch) return 'Choose one: --list, --generation, --at or --new-epoch.'
  if (new_epoch && record.length > 0) return '--new-epoch applies to whole objects: remove --record.'
  if (all && has_source) return '--all needs --new-epoch or --list: restore one user at a time.'
  if (dry_run && yes) return 'Choose one: --dry-run or --yes.'
  return undefined
}

function isTime(text: string): boolean {
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}
