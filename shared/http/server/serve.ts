import { realpathSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { systemClock } from '../../base/clock.ts'
import { createDrain, createEnding } from './drain.ts'
import { serverSettings } from '../../settings/edge-settings.ts'
import type { FunctionApp, FunctionFactory, Overrides } from './function-app.ts'
import { createFunctionServer } from './function-server.ts'
import type { FrameworkHandler } from './registered-function.ts'
import type { Log } from '../../logging/log.ts'
import { stackOf } from '../request/request-log.ts'
import { type Environment, readSettings, SettingsError } from '../../settings/settings.ts'

/**
 * How a function is deployed. Its `index.ts` says, once:
 *
 *     export function createAudiencesApp(environment: Environment, overrides: Overrides = {}): FunctionApp { … }
 *     export const audiences = deployable(import.meta.filename, createAudiencesApp)
 *
 * - `node index.ts`, or `node index.cjs` of the bundle, is the process of the function: our server on PORT, ended
 *   gracefully by SIGTERM. The image runs this.
 * - `functions-framework --target=audiences` finds the export of that name and serves it too; decision 0004 says which
 *   promises do not hold then.
 * - Importing the file does nothing: the local runtime and tests call the factory themselves.
 *
 * A bundle in CommonJS has no `import.meta`: the bundler defines `import.meta.filename` as `__filename`.
 */
export function deployable(module_file: string | undefined, factory: FunctionFactory): FrameworkHandler {
  if (module_file === undefined) throw new Error('the bundler must define import.meta.filename as __filename')
  if (isMain(module_file)) void runProcess(factory, process.env)
  let app: FunctionApp | undefined
  return (request, response) => {
    app ??= composed(factory, process.env, {})
    return app.handle(request, response)
  }
}

function isMain(module_file: string): boolean {
  const main = process.argv[1]
  if (main === undefined) return false
  try {
    return realpathSync(main) === realpathSync(module_file)
  } catch (error) {
    // `node -e` and other mains that are no files.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Serves one function until SIGTERM or SIGINT; the exit code is 0 when every request was answered. */
async function runProcess(factory: FunctionFactory, environment: Environment): Promise<void> {
  const ending = createEnding()
  const app = composed(factory, environment, { ending: ending.signal })
  const { PORT } = readSettings(serverSettings, environment)
  const server = createFunctionServer(app)
  const drain = createDrain(server, app.clock, ending)
  onShutdown(app.log, (duration_ms_max) => drain.start(duration_ms_max))
  const { port } = await listen(server, PORT)
  app.log.write({ severity: 'NOTICE', message: 'listening', function: app.name, port })
}

/** The app, or one message that names every bad setting and the end of the process. */
function composed(factory: FunctionFactory, environment: Environment, overrides: Overrides): FunctionApp {
  const faults: SettingsError['faults'][number][] = []
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      faults.push(...error.faults)
      return undefined
    }
  }
  const app = attempt(() => factory(environment, overrides))
  attempt(() => readSettings(serverSettings, environment))
  if (app !== undefined && faults.length === 0) return app
  process.stderr.write(`${new SettingsError(faults).message}\n`)
  return process.exit(1)
}

/**
 * Connections that wait to be accepted, as far as the system allows (`net.core.somaxconn`, 4096 on Linux). Node's 511 are fewer than a
 * crowd that comes simultaneously: the system drops the others, and they try again a second later.
 */
const BACKLOG = 4096

/** Resolves with the address once `server` accepts; rejects when the port is taken. */
export function listen(server: Server, port: number, host?: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve(server.address() as AddressInfo)
    })
  })
}

/**
 * Ends the process gracefully: on SIGTERM and SIGINT, and after an error that nobody caught, which is logged first and
 * then ends the process as well, since its state can no longer be trusted, but not the requests under way.
 * @param drain stops serving; resolves with the number of requests that were cut off
 */
export function onShutdown(log: Log, drain: (duration_ms_max?: number) => Promise<number>): void {
  let ending = false
  const end = async (reason: string, exit_code: number) => {
    if (ending) return
    ending = true
    const started_ms = systemClock.monotonicMs()
    log.write({ severity: 'NOTICE', message: `shutting down: ${reason}` })
    const cut_off = await drain()
    const ms = Math.round(systemClock.monotonicMs() - started_ms)
    log.write({ severity: cut_off === 0 ? 'NOTICE' : 'ERROR', message: 'ended', cut_off_requests: cut_off, ms })
    await log.flush()
    process.exit(cut_off === 0 ? exit_code : 1)
  }
  // The reader of our log lines is gone. Nothing can be logged any more, but requests can still be answered.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.on('SIGTERM', () => void end('SIGTERM', 0))
  process.on('SIGINT', () => void end('SIGINT', 0))
  // Rejections that nobody handles arrive here too.
  process.on('uncaughtException', (error) => {
    log.write({
      severity: 'CRITICAL',
      message: stackOf(error),
      '@type': 'type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent',
    })
    void end('an error nobody caught', 1)
  })
}
