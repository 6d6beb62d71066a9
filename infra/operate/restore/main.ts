import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { confirm } from '../confirm.ts'
import { withBucket } from '../open-bucket.ts'
import { requestOf, RESTORE_COMMAND } from './command.ts'
import { listText } from './list.ts'
import { selectObjects } from './objects.ts'
import { runRestore } from './run.ts'

await runCommand(RESTORE_COMMAND, async (input) => {
  const { list, yes, data: data_dir } = input
  const request = requestOf(input)
  const print = (text: string): void => void process.stdout.write(text)
  const read_only = list || request.dry_run
  return await withBucket({ program: RESTORE_COMMAND.program, data_dir, read_only }, async (bucket) => {
    if (list) {
      for (const object of await selectObjects(bucket.history, request.selection)) {
        print(await listText(bucket.history, object))
      }
      return 0
    }
    const tools = { ...bucket, clock: systemClock, random: systemRandom, print }
    return await runRestore(request, { ...tools, confirm: yes ? async () => true : () => confirm('Restore?') })
  })
})
