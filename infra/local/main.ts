import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { edgeSettings, serverSettings } from '#shared/settings/edge-settings.ts'
import { teeLog } from '#shared/logging/log.ts'
import { onShutdown } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { folderSettings } from '#infra/command/folder-settings.ts'
import { buildApp, removeStaleApp } from './app-build.ts'
import { startAppServer } from './app-server.ts'
import { START_COMMAND } from './command.ts'
import { FUNCTION_FACTORIES } from './functions.ts'
import { fileLog, terminalLog } from './logs.ts'
import { requirePorts, startFault } from './start-faults.ts'
import { describeRuntime, startLocalRuntime, type LocalRuntime, type LocalRuntimeOptions } from './runtime.ts'

await runCommand(START_COMMAND, async ({ data, port: chosen_port, split, dev, google }) => {
  const environment: Environment = { ...process.env, ...(chosen_port !== undefined && { PORT: String(chosen_port) }) }
  const settings = { ...serverSettings, ...folderSettings, LOG_LEVEL: edgeSettings.LOG_LEVEL }
  const { PORT: port, DATA_DIR, LOG_LEVEL } = readSettings(settings, environment)
  const data_dir = data ?? DATA_DIR
  requirePorts(port, split)

  // Whoever names the folder builds the app.
  const is_app_stale = !dev && environment['APP_DIR'] === undefined && removeStaleApp()
  const print = (text: string) => void process.stdout.write(text)
  const log = teeLog(fileLog(data_dir, systemClock, LOG_LEVEL), terminalLog(print))
  const app_server = dev ? await startAppServer() : undefined
  const options = { data_dir, port, split, google, factories: FUNCTION_FACTORIES, log, environment, app_server }
  const runtime = await start(options)
  onShutdown(log, (duration_ms_max) => runtime.end(duration_ms_max))
  print(describeRuntime(runtime, data_dir))
  print(`ready ${runtime.url}\n`)
  if (!is_app_stale) return
  if (await buildApp(print)) await runtime.renewApp()
  else runtime.failApp()
})

/** @throws OperatorError that says what to do about a port, a folder or a disk */
async function start(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  try {
    return await startLocalRuntime(options)
  } catch (error) {
    throw startFault(error, options.data_dir)
  }
}
