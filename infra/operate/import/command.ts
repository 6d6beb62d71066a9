import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'
import { DATA_OPTION, WHICH_BUCKET } from '../options.ts'
import type { ImportMode } from './import-mode.ts'

export const IMPORT_COMMAND = defineCommand({
  program: 'npm run import',
  summary:
    `Imports records of the old system, or exports of this one, into the bucket. ${WHICH_BUCKET} ` +
    'Repeating an import is safe and completes one that was interrupted. ' +
    'Progress goes to standard error, the report to standard output.',
  usage: ['--from DIR|FILE [--user USER] [--data DIR] [--dry-run | --verify] [--encryption-key KEY]'],
  options: {
    from: {
      value: 'DIR|FILE',
      required: true,
      about: 'source: a Parquet, CSV, JSON or JSON lines file, or a folder with everything below it',
    },
    user: { value: 'USER', about: 'owner of the rows, for files that name no user' },
    data: DATA_OPTION,
    'dry-run': { about: 'read and report as an import would, and write nothing' },
    verify: { about: 'compare the source with the bucket and report what is missing or different' },
    'encryption-key': {
      value: 'KEY',
      about:
        'passphrase with which the old client encrypted credentials; ENCRYPTION_KEY in the environment is safer, ' +
        'because lists of processes do not show it',
    },
  },
  exit_codes: {
    0: 'everything was imported or, with --verify, is in the bucket',
    1: 'failed or, with --verify, something is missing or different',
    2: 'some rows or files were refused, all others were imported; or the command line is wrong, and then nothing was read',
  },
  examples: [
    { line: 'npm run import -- --from data/persistence --dry-run', about: 'Shows what an import would do' },
    { line: 'npm run import -- --from audiences.csv --user demo_user', about: 'Imports an export of one user' },
    { line: 'npm run import -- --from data/persistence --verify', about: 'Checks that everything was imported' },
  ],
})

/** @throws UsageError */
export function modeOf({ dry_run, verify }: CommandInput<typeof IMPORT_COMMAND>): ImportMode {
  if (dry_run && verify) throw new UsageError('Choose one: --dry-run or --verify.')
  return dry_run ? 'dry-run' : verify ? 'verify' : 'import'
}
