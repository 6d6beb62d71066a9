/**
 * A local stand-in for Cloud KMS: the part of its REST API that encrypts and decrypts with symmetric keys, and manages
 * their versions. The official client speaks to it with the REST options of shared/credentials/kms-client.ts. Unlike
 * the real service it keeps its keys where anyone with the folder can read them.
 *
 * Control, for other processes: `GET` and `POST /_faults` (faults.ts), `GET` and `DELETE /_operations`
 * (operations.ts), `GET /_keys`, `POST /_keys/rotate`, `POST /_keys/state {"version": "1", "state": "DISABLED"}`.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom, type Random } from '#shared/base/random.ts'
import { lockFolder } from '../kit/folder-lock.ts'
import { Faults } from './faults.ts'
import type { VersionState } from './key-file.ts'
import { Keys, nameOf } from './keys.ts'
import { Operations } from './operations.ts'
import { RequestRunner } from './request-runner.ts'

export interface KmsOptions {
  /** The keys lie in `data_dir/kms/keys.json`, for their owner alone, and outlive a restart. Made if absent. */
  data_dir: string
  /** Default 0: any free port. */
  port?: number
  /** The key that is there from the start, with one version. */
  key_name?: string
  clock?: Clock
  random?: Random
}

export interface Kms {
  /** `http://127.0.0.1:PORT` */
  url: string
  port: number
  /** For the setting KMS_KEY. */
  key_name: string
  faults: Faults
  operations: Operations
  /** Makes a new version the primary one, and gives its resource name. */
  rotate(): string
  /**
   * @param version its id (`1`) or resource name
   * @throws Refusal for a version that is not there, or destroyed
   */
  setState(version: string, state: VersionState): void
  /** Gives up requests that wait, and lets go of the folder. */
  close(): Promise<void>
}

export const LOCAL_KEY = 'projects/local/locations/global/keyRings/activation/cryptoKeys/credentials'

const HOST = '127.0.0.1'
/** Longer than clients keep idle connections: a connection closed under a request would look like a lost answer. */
const KEEP_ALIVE_MS = 10 * 60 * 1000

/** @throws when the folder is in use by another process, the keys in it are damaged, or the port is taken */
export async function startKms(options: KmsOptions): Promise<Kms> {
  const { data_dir, port = 0, key_name = LOCAL_KEY, clock = systemClock, random = systemRandom } = options
  const folder = path.join(data_dir, 'kms')
  const unlock = lockFolder(folder)
  try {
    const keys = new Keys(folder, clock, random)
    keys.ensure(key_name)
    const faults = new Faults(random)
    const operations = new Operations()
    const runner = new RequestRunner({ keys, key_name, clock, faults, operations })
    const server = createServer((request, response) => void runner.handle(request, response))
    server.keepAliveTimeout = KEEP_ALIVE_MS
    const bound_port = await listen(server, port)
    const close = async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      runner.giveUpWaiting()
      server.closeAllConnections()
      await closed
      unlock()
    }
    let closing: Promise<void> | undefined
    return {
      url: `http://${HOST}:${bound_port}`,
      port: bound_port,
      key_name,
      faults,
      operations,
      rotate: () => nameOf(key_name, keys.rotate(key_name)),
      setState: (version, state) => void keys.setState(key_name, version.split('/').at(-1) as string, state),
      close: () => (closing ??= close()),
    }
  } catch (error) {
    unlock()
    throw error
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
