import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { HEAP_OF_INSTANCE } from '#tests/faults/small-instance.ts'
import { BUCKET, environmentOf, listening } from '#tests/functions/audiences/harness.ts'
import { installPeers, runCommandIn } from '../peers/install.ts'
import { cpuMs, endOf, startProgram } from './processes.ts'

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
  const data_dir = await mkdtemp(join(tmpdir(), 'cpu-'))
  const ends: (() => Promise<void>)[] = [() => rm(data_dir, { recursive: true, force: true })]
  try {
    const issuer_server = createServer()
    const issuer_url = await listening(issuer_server)
    const issuer = await createLocalIssuer({ data_dir, issuer: issuer_url, audience: 'app' })
    issuer_server.on('request', issuer.listener)
    ends.push(async () => {
      issuer_server.closeAllConnections()
      issuer_server.close()
    })

    const started = async (
      name: string,
      store_pid: number | undefined,
      ...given: Parameters<typeof startProgram>
    ): Promise<System & { readonly pid: number }> => {
      const { child, url, end } = await startProgram(...given)
      ends.push(end)
      return {
        name,
        url,
        pid: child.pid!,
        cpu: async () => ({
          service_ms: await cpuMs(child.pid!),
          store_ms: store_pid === undefined ? 0 : await cpuMs(store_pid),
        }),
      }
    }
    const urlIn = ({ url }: Readonly<Record<string, unknown>>) => (typeof url === 'string' ? url : undefined)

    const gcs_files = join(data_dir, 'objects')
    const gcs_program = [join(PROJECT_ROOT, 'infra/stand-ins/gcs/main.ts'), '--data', gcs_files, '--bucket', BUCKET]
    const gcs = await started('gcs', undefined, [...gcs_program, '--no-versioning'], {}, urlIn)
    const bundles = await bundleFunctions({
      project_root: PROJECT_ROOT,
      out_dir: join(data_dir, 'bundles'),
      names: ['audiences', 'sync'],
    })
    const [audiences, sync] = await Promise.all(
      bundles.map(({ name, path }) => {
        const environment = {
          ...environmentOf({ issuer_url, gcs_url: gcs.url }),
          FUNCTION_TARGET: name,
          PORT: '0',
          // The line that names its port.
          LOG_LEVEL: 'INFO',
        }
        return started(name, gcs.pid, [...HEAP_OF_INSTANCE, path], environment, ({ message, port }) =>
          message === 'listening' ? `http://127.0.0.1:${String(port)}` : undefined,
        )
      }),
    )
    const postgres_server = await startPostgres(join(data_dir, 'postgres'))
    ends.push(postgres_server.end)
    const peer = (name: string, store_pid: number | undefined, where: readonly string[]) =>
      started(name, store_pid, [join(HERE, 'peer-service.ts'), issuer_url, name, ...where], {}, urlIn)
    await use({
      echo: await started('echo', undefined, [join(HERE, 'echo.ts')], {}, urlIn),
      audiences: audiences!,
      sync: sync!,
      postgres: await peer('postgres', postgres_server.pid, [postgres_server.host, String(postgres_server.port)]),
      sqlite: await peer('sqlite', undefined, [join(data_dir, 'peer.sqlite')]),
      tokenOf: (sub) => issuer.sign({ sub }),
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
