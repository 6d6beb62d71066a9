import { parseArgs } from 'node:util'

import { systemClock } from '#shared/base/clock.ts'
import { edgeSettings, serverSettings } from '#shared/settings/edge-settings.ts'
import { teeLog } from '#shared/logging/log.ts'
import { onShutdown } from '#shared/http/server/serve.ts'
import { readSettings, SettingsError } from '#shared/settings/settings.ts'
import { OperatorError } from '../command/operator-error.ts'
import { FUNCTION_FACTORIES } from './functions.ts'
import { fileLog, terminalLog } from './logs.ts'
import { describeRuntime, startLocalRuntime } from './runtime.ts'

/**
 * `npm start -- [--data DIR] [--port N] [--split]`: everything on this machine.
 * DIR: where all is kept, by default DATA_DIR or `.data`. N: by default PORT or 8080.
 */
try {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, port: { type: 'string' }, split: { type: 'boolean', default: false } },
  })
  const environment = { ...process.env, ...(values.port !== undefined && { PORT: values.port }) }
  const data_dir = values.data ?? (process.env['DATA_DIR'] || '.data')
  const { PORT, LOG_LEVEL } = readSettings({ ...serverSettings, LOG_LEVEL: edgeSettings.LOG_LEVEL }, environment)

  const print = (text: string) => void process.stdout.write(text)
  const log = teeLog(fileLog(data_dir, systemClock, LOG_LEVEL), terminalLog(print))
  const factories = FUNCTION_FACTORIES
  const runtime = await startLocalRuntime({ data_dir, port: PORT, split: values.split, factories, log, environment })
  onShutdown(log, (duration_ms_max) => runtime.end(duration_ms_max))
  print(describeRuntime(runtime, data_dir))
  print(`ready ${runtime.url}\n`)
} catch (error) {
  process.stderr.write(`${startFault(error)}\n`)
  process.exit(1)
}

/** What keeps the runtime from starting, for the person who typed the command; a stack only for what is unforeseen. */
function startFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Choose another one: npm start -- --port ${Number(port) + 10}`
  const is_foreseen =
    error instanceof SettingsError || error instanceof OperatorError || code?.startsWith('ERR_PARSE_ARGS')
  return is_foreseen ? error.message : (error.stack ?? error.message)
}
