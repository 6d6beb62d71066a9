import { JOB_NAMES } from '#functions/maintenance/runner/job.ts'
import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'
import { DATA_OPTION, DRY_RUN_OPTION, WHICH_BUCKET } from '../options.ts'

export const MAINTENANCE_COMMAND = defineCommand({
  program: 'npm run maintenance',
  summary:
    'Runs one job of the maintenance function for all users, now and without a time limit. ' +
    `${WHICH_BUCKET} The report goes to standard output, warnings go to standard error.`,
  positionals: { job: { about: 'job to run', required: true, choices: JOB_NAMES } },
  options: {
    'dry-run': DRY_RUN_OPTION,
    data: DATA_OPTION,
    function: {
      value: 'URL',
      about:
        'has the maintenance function at its own URL run the job, with the identity token in OPERATOR_TOKEN. Re-encryption on ' +
        'Google Cloud needs this: only functions may open credentials',
    },
  },
  exit_codes: {
    1: 'failed, or the job failed for some users',
    2: 'done, and the report names something that needs attention; or the command line is wrong, and then nothing was run',
  },
  examples: [
    { line: 'npm run maintenance -- integrity', about: 'Reads every object and reports what is damaged or misplaced' },
    { line: 'npm run maintenance -- retention --dry-run', about: 'Lists the audiences that retention would archive' },
    { line: 'npm run maintenance -- purge --data .data', about: 'Removes old tombstones in the local data folder' },
    {
      line: 'npm run maintenance -- reencrypt --function https://am-maintenance-123456789012.europe-west1.run.app',
      about: 'Has the function seal all credentials under the primary version of the key',
    },
  ],
})

/** @throws UsageError */
export function checkArguments({ job, dry_run, data, function: url }: CommandInput<typeof MAINTENANCE_COMMAND>): void {
  if (url !== undefined && data !== undefined)
    throw new UsageError('Choose one: --data for a local folder, or --function.')
  if (job === 'dispatch' && dry_run) throw new UsageError('dispatch has no dry run.')
}
