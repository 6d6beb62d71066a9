import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { AUDIENCES_COMMAND } from './command.ts'
import { paintOn } from './output.ts'
import { runAudiences } from './run.ts'

await runCommand(AUDIENCES_COMMAND, async (input) => {
  // The first Ctrl+C ends it when what is under way has been answered, the second one immediately.
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  return await runAudiences(input, {
    environment: process.env,
    clock: systemClock,
    random: systemRandom,
    fetch,
    signal: stop.signal,
    print: (text) => void process.stdout.write(text),
    paint: paintOn(process.stdout, process.env),
  })
})
