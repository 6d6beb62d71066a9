import { parseArgs } from 'node:util'

import { JOB_NAMES, type JobName } from '#functions/maintenance/runner/job.ts'

export interface Arguments {
  readonly job: JobName
  readonly dry_run: boolean
  readonly data_dir: string | undefined
}

/** Why the command cannot do what was typed. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

const USAGE = `npm run maintenance -- ${JOB_NAMES.join('|')} [--dry-run] [--data DIR]`

/** @throws CommandFailure */
export function readArguments(given: string[]): Arguments {
  const { values, positionals } = parse(given)
  const job = JOB_NAMES.find((name) => name === positionals[0])
  if (!job || positionals.length > 1) throw new CommandFailure(`Say which job:\n${USAGE}`)
  if (job === 'dispatch' && values['dry-run']) throw new CommandFailure('dispatch has no dry run')
  return { job, dry_run: values['dry-run'], data_dir: values.data }
}

function parse(args: string[]) {
  try {
    const options = { 'dry-run': { type: 'boolean', default: false }, data: { type: 'string' } } as const
    return parseArgs({ args, allowPositionals: true, options })
  } catch (cause) {
    throw new CommandFailure(`${cause instanceof Error ? cause.message : String(cause)}\n${USAGE}`, { cause })
  }
}
