import { parseArgs } from 'node:util'

import type { Selection } from './objects.ts'
import { RestoreFailure } from './restore-failure.ts'
import type { RestoreRequest } from './run.ts'

const USAGE = `npm run restore -- WHICH WHAT [--dry-run | --yes] [--data DIR]
  WHICH  --object NAME, or --user U [--kind audiences|platforms|distributions] [--month 2025-05], or --all
  WHAT   --list, or --generation G or --at 2025-05-28T12:00:00Z [--record ID]…, or --new-epoch`

const OPTIONS = {
  object: { type: 'string' },
  user: { type: 'string' },
  kind: { type: 'string' },
  month: { type: 'string' },
  all: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  generation: { type: 'string' },
  at: { type: 'string' },
  record: { type: 'string', multiple: true },
  'new-epoch': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

export interface Arguments extends RestoreRequest {
  readonly list: boolean
  readonly yes: boolean
  readonly data_dir: string | undefined
}

/** @throws RestoreFailure that says what is wrong with them, TypeError for what is no option */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const fault = faultOf(values)
  if (fault !== undefined) throw new RestoreFailure(`${fault}\n${USAGE}`)
  const { object, user, kind, month, generation, at } = values
  const selection: Selection =
    object !== undefined
      ? { object }
      : user !== undefined
        ? { user_id: user, kind, month: month?.replace('-', '') }
        : 'all'
  return {
    selection,
    source: generation !== undefined ? { generation } : at !== undefined ? { at_ms: Date.parse(at) } : undefined,
    record_ids: values.record ?? [],
    new_epoch: values['new-epoch'],
    dry_run: values['dry-run'],
    list: values.list,
    yes: values.yes,
    data_dir: values.data,
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

function faultOf(values: Values): string | undefined {
  const { object, user, kind, month, all, list, generation, at, record } = values
  const new_epoch = values['new-epoch']
  const has_source = generation !== undefined || at !== undefined
  if ([object !== undefined, user !== undefined, all].filter(Boolean).length !== 1) {
    return 'Say one: --object, --user or --all.'
  }
  if (user === undefined && (kind ?? month) !== undefined) return '--kind and --month go with --user.'
  if (month !== undefined && !/^\d{4}-\d\d$/.test(month)) return '--month must look like 2025-05.'
  if (generation !== undefined && at !== undefined) return 'Say one: --generation or --at.'
  if (generation !== undefined && object === undefined) return '--generation goes with --object.'
  if (at !== undefined && !isTime(at)) return '--at must be a time with its zone: 2025-05-28T12:00:00Z.'
  if (!list && !has_source && !new_epoch) return 'Say what: --list, --generation, --at or --new-epoch.'
  if (new_epoch && record) return 'A new epoch is of whole objects: leave --record out.'
  if (all && has_source) return '--all goes with --new-epoch and --list: restore user by user.'
  if (values['dry-run'] && values.yes) return 'Say one: --dry-run or --yes.'
  return undefined
}

function isTime(text: string): boolean {
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}
