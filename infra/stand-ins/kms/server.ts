/**
 * A local stand-in for Cloud KMS: the part of its REST API that encrypts and decrypts with symmetric keys, and manages
 * their versions. The official client speaks to it with the REST options of shared/credentials/kms-client.ts. Unlike
 * the real service it keeps its keys where anyone with the folder can read them.
 *
 * Control, for other processes: `GET` and `POST /_faults` (faults.ts), `GET` and `DELETE /_operations`
 * (kit/operations.ts), `GET /_keys`, `POST /_keys/rotate`, `POST /_keys/state {"version": "1", "state": "DISABLED"}`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom, type Random } from '#shared/base/random.ts'
import type { Access } from '../kit/access.ts'
import { Doors } from '../kit/doors.ts'
import { lockFolder } from '../kit/folder-lock.ts'
import { Operations } from '../kit/operations.ts'
import { startServer } from '../kit/server.ts'
import { Faults, type Operation, OPERATIONS } from './faults.ts'
import type { VersionState } from './key-file.ts'
import { Keys, nameOf } from './keys.ts'
import { refusalAnswer, RequestRunner } from './request-runner.ts'

export interface KmsOptions {
  /** The keys lie in `data_dir/kms/keys.json`, for their owner alone, and outlive a restart. Made if absent. */
  data_dir: string
  /** Default 0: any free port. */
  port?: number
  /** The key that is there from the start, with one version. */
  key_name?: string
  /** Who may do what; by default everybody everything. */
  access?: Access | undefined
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
  operations: Operations<Operation>
  /** An address at which every request comes from `identity`. */
  doorFor(identity: string): Promise<string>
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

/** @throws when the folder is in use by another process, the keys in it are damaged, or the port is taken */
export async function startKms(options: KmsOptions): Promise<Kms> {
  const { data_dir, port = 0, key_name = LOCAL_KEY, access, clock = systemClock, random = systemRandom } = options
  const folder = path.join(data_dir, 'kms')
  const unlock = await lockFolder(folder)
  try {
    const keys = new Keys(folder, clock, random)
    keys.ensure(key_name)
    const faults = new Faults(random)
    const operations = new Operations(OPERATIONS)
    const runner = new RequestRunner({ keys, key_name, clock, faults, operations, access })
    const handling = {
      handle: (request: IncomingMessage, response: ServerResponse) => runner.handle(request, response),
      failed: refusalAnswer,
    }
    const doors = new Doors(handling)
    const server = await startServer({
      port,
      ...handling,
      async finish() {
        runner.giveUpWaiting()
        await doors.close()
      },
      release: unlock,
    })
    return {
      ...server,
      key_name,
      faults,
      operations,
      doorFor: (identity) => doors.open(identity),
      rotate: () => nameOf(key_name, keys.rotate(key_name)),
      setState: (version, state) => void keys.setState(key_name, version.split('/').at(-1) as string, state),
    }
  } catch (error) {
    unlock()
    throw error
  }
}
