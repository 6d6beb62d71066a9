import { OperatorError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { edgeSettings, serverSettings } from '#shared/settings/edge-settings.ts'
import { teeLog } from '#shared/logging/log.ts'
import { onShutdown } from '#shared/http/server/serve.ts'
import { readSettings } from '#shared/settings/settings.ts'
import { START_COMMAND } from './command.ts'
import { FUNCTION_FACTORIES } from './functions.ts'
import { fileLog, terminalLog } from './logs.ts'
import { describeRuntime, startLocalRuntime, type LocalRuntime, type LocalRuntimeOptions } from './runtime.ts'

await runCommand(START_COMMAND, async ({ data, port: chosen_port, split }) => {
  const environment = { ...process.env, ...(chosen_port !== undefined && { PORT: String(chosen_port) }) }
  const data_dir = data ?? (process.env['DATA_DIR'] || '.data')
  const { PORT: port, LOG_LEVEL } = readSettings({ ...serverSettings, LOG_LEVEL: edgeSettings.LOG_LEVEL }, environment)

  const print = (text: string) => void process.stdout.write(text)
  const log = teeLog(fileLog(data_dir, systemClock, LOG_LEVEL), terminalLog(print))
  const runtime = await start({ data_dir, port, split, factories: FUNCTION_FACTORIES, log, environment })
  onShutdown(log, (duration_ms_max) => runtime.end(duration_ms_max))
  print(describeRuntime(runtime, data_dir))
  print(`ready ${runtime.url}\n`)
})

/** @throws OperatorError when the port or the folder is in use, or the folder is unusable */
async function start(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  try {
    return await startLocalRuntime(options)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const { code, port } = cause as NodeJS.ErrnoException & { port?: number }
    if (code === 'EADDRINUSE') {
      const advice = `Choose another one: npm start -- --port ${Number(port) + 10}`
      throw new OperatorError(`Port ${port} is in use. ${advice}`, { cause })
    }
    throw cause
  }
}
