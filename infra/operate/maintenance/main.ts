/**
 * `npm run maintenance -- JOB [--dry-run] [--data DIR]`: a job of the maintenance function over all users, at once and
 * without a time limit, on the configured bucket or the local data folder.
 *
 * What is done or found goes to standard output, warnings to standard error. Exit code 0: done; 1: failed, or some users
 * could not have their turn; 2: done, and something was found that is not as it should be.
 */
import { ImportFailure } from '#infra/operate/import/import-failure.ts'
import { openTarget } from '#infra/operate/import/target.ts'
import { systemClock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { systemRandom } from '#shared/base/random.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { SettingsError } from '#shared/settings/settings.ts'
import { CommandFailure, readArguments } from './arguments.ts'
import { runJob } from './run.ts'

async function main(): Promise<number> {
  const { job, dry_run, data_dir } = readArguments(process.argv.slice(2))
  const read_only = dry_run || job === 'integrity' || job === 'metrics'
  const environment = process.env
  const target = await openTarget({ command: 'maintenance', environment, data_dir, read_only, clock: systemClock })
  try {
    return await runJob(job, target, {
      dry_run,
      environment,
      clock: systemClock,
      random: systemRandom,
      print: (text) => void process.stdout.write(text),
      warn: (text) => void process.stderr.write(text),
    })
  } finally {
    await target.close()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  // What an operator can put right is said in a sentence; anything else is a fault and shown whole.
  const kinds = [CommandFailure, ImportFailure, SettingsError, KeyError, Problem]
  const is_plain = kinds.some((kind) => error instanceof kind)
  process.stderr.write(`${is_plain ? (error as Error).message : String((error as Error).stack)}\n`)
  process.exitCode = 1
}
