import { userInfo } from 'node:os'

import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { withBucket } from '../open-bucket.ts'
import { FLAGS_COMMAND, requestOf } from './command.ts'
import { runFlags } from './run.ts'

await runCommand(FLAGS_COMMAND, async (input) => {
  const request = requestOf(input, systemClock.nowMs())
  const read_only = request.kind === 'show' || request.dry_run
  await withBucket({ program: FLAGS_COMMAND.program, data_dir: input.data, read_only }, ({ store, label }) =>
    runFlags(request, {
      store,
      label,
      clock: systemClock,
      random: systemRandom,
      account: accountName(),
      print: (line) => void process.stdout.write(`${line}\n`),
    }),
  )
})

/** A container may run as a user that has no name. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
