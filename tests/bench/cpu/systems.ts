import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { installPeers, runCommandIn } from '../peers/install.ts'
import { startDeployed } from './deployed.ts'
import { cpuMs, endOf, startProgram, type Measured } from './processes.ts'

/** A service under measurement, and where it keeps its records. */
export interface System {
  readonly name: string
  readonly url: string
  /** Processor time so far, in milliseconds: of the service, and of the process that stores. */
  cpu(): Promise<{ readonly service_ms: number; readonly store_ms: number }>
}

export interface Systems {
  readonly echo: System
  /** The deployed bundles over the stand-in for Cloud Storage, which is a process of its own. */
  readonly audiences: System
  readonly sync: System
  /** A plain service on PostgreSQL, which waits for its disk, and on SQLite, which is inside the service. */
  readonly postgres: System
  readonly sqlite: System
  tokenOf(user_id: string): Promise<string>
}

const HERE = import.meta.dirname
const POSTGRES_BIN = '/usr/lib/postgresql/15/bin'

export async function withSystems(use: (systems: Systems) => Promise<void>): Promise<void> {
  await installPeers(join(HERE, '../peers/services'))
  const ends: (() => Promise<void>)[] = []
  try {
    const deployed = await startDeployed(['audiences', 'sync'])
    ends.push(deployed.end)
    const { folder, issuer_url, store, functions, tokenOf } = deployed
    const [audiences, sync] = functions as [Measured, Measured]
    const systemOf = (name: string, { child, url }: Measured, store_pid?: number): System => ({
      name,
      url,
      cpu: async () => ({
        service_ms: await cpuMs(child.pid!),
        store_ms: store_pid === undefined ? 0 : await cpuMs(store_pid),
      }),
    })
    const started = async (name: string, store_pid: number | undefined, parameters: readonly string[]) => {
      const program = await startProgram(parameters, {}, ({ url }) => (typeof url === 'string' ? url : undefined))
      ends.push(program.end)
      return systemOf(name, program, store_pid)
    }
    const postgres_server = await startPostgres(join(folder, 'postgres'))
    ends.push(postgres_server.end)
    const peer = (name: string, store_pid: number | undefined, where: readonly string[]) =>
      started(name, store_pid, [join(HERE, 'peer-service.ts'), issuer_url, name, ...where])
    await use({
      echo: await started('echo', undefined, [join(HERE, 'echo.ts')]),
      audiences: systemOf('audiences', audiences, store.child.pid),
      sync: systemOf('sync', sync, store.child.pid),
      postgres: await peer('postgres', postgres_server.pid, [postgres_server.host, String(postgres_server.port)]),
      sqlite: await peer('sqlite', undefined, [join(folder, 'peer.sqlite')]),
      tokenOf,
    })
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

/** A server of Debian's on a folder of its own, as it is configured by default: each commit is on the disk. */
async function startPostgres(folder: string) {
  if (!existsSync(POSTGRES_BIN)) throw new Error('PostgreSQL is not here: apt-get install postgresql-15')
  const port = 54_000 + (process.pid % 1000)
  await mkdir(folder)
  // PostgreSQL refuses to run as root.
  const is_root = process.getuid?.() === 0
  const idOf = async (option: string) => Number(await runCommandIn(folder, 'id', [option, 'postgres']))
  const as = is_root ? { uid: await idOf('-u'), gid: await idOf('-g') } : undefined
  if (as) await runCommandIn(folder, 'chown', ['-R', 'postgres', join(folder, '..')])
  await runCommandIn(
    folder,
    join(POSTGRES_BIN, 'initdb'),
    ['-D', folder, '-U', 'bench', '--auth', 'trust', '--no-locale', '-E', 'UTF8'],
    as,
  )
  const server = spawn(join(POSTGRES_BIN, 'postgres'), ['-D', folder, '-p', String(port), '-k', folder], {
    ...as,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`)
  }
  return { host: '127.0.0.1', port, pid: server.pid!, end: () => endOf(server) }
}

/** Also while it starts a server takes connections, and closes them again. */
async function accepts(port: number): Promise<boolean> {
  const asked = runCommandIn('/', join(POSTGRES_BIN, 'pg_isready'), [
    '-q',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-t',
    '5',
  ])
  return await asked.then(
    () => true,
    () => false,
  )
}
