import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { withBucket } from '../open-bucket.ts'
import { checkArguments, MAINTENANCE_COMMAND } from './command.ts'
import { runJob, runJobInFunction } from './run.ts'

const surroundings = {
  environment: process.env,
  clock: systemClock,
  random: systemRandom,
  print: (text: string) => void process.stdout.write(text),
  warn: (text: string) => void process.stderr.write(text),
}

await runCommand(MAINTENANCE_COMMAND, async (input) => {
  checkArguments(input)
  const { job, dry_run, data: data_dir, function: url } = input
  if (url !== undefined) return await runJobInFunction(job, { url, dry_run, ...surroundings })
  const read_only = dry_run || job === 'integrity' || job === 'metrics'
  return await withBucket({ program: MAINTENANCE_COMMAND.program, data_dir, read_only }, (bucket) =>
    runJob(job, bucket, { dry_run, ...surroundings }),
  )
})
