/**
 * A local stand-in for Google Cloud Storage: the part of the JSON API that the official client uses, kept in a folder
 * whose live objects are plain files. Point the client to it with `new Storage({ apiEndpoint: gcs.url, … })`.
 *
 * What it answers is what the documentation says, case by case in tests/infra/stand-ins/gcs/semantics, which also run on a
 * real bucket (`npm run test:gcs`). It has no sign-in (so never a 401), no soft delete and no decompression on the
 * way out; parameters that would need them are refused or without effect. Access is controlled where the options say how, for
 * requests whose token names somebody (kit/access.ts).
 *
 * Control, for other processes: `GET` and `POST /_faults` (faults.ts), `GET` and `DELETE /_operations`
 * (kit/operations.ts).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom, type Random } from '#shared/base/random.ts'
import type { Access } from '../kit/access.ts'
import { Doors } from '../kit/doors.ts'
import { lockFolder } from '../kit/folder-lock.ts'
import { Operations } from '../kit/operations.ts'
import { startServer } from '../kit/server.ts'
import { Faults, OPERATION_KINDS, type OperationKind } from './faults.ts'
import { refusalAnswer, RequestRunner } from './request-runner.ts'
import { UploadSessions } from './resumable.ts'
import type { Service } from './routes/route.ts'
import { Storage } from './storage.ts'

export interface GcsOptions {
  /** Everything lies below; live objects at `data_dir/buckets/<bucket>/<object name>`. Made if absent. */
  data_dir: string
  /** Default 0: any free port. */
  port?: number
  /** Whether to wait for the disk before acknowledging. Without it a kill is still survived, a power cut is not. */
  fsync?: boolean
  /** Whether new buckets keep noncurrent versions; default true. */
  versioning?: boolean
  /** Created if absent. */
  buckets?: string[]
  /** Who may do what; by default everybody everything. */
  access?: Access | undefined
  clock?: Clock
  random?: Random
}

export interface Gcs {
  /** `http://127.0.0.1:PORT` */
  url: string
  port: number
  faults: Faults
  operations: Operations<OperationKind>
  /** `bucket/name` of the objects that something else had changed in the folder before this start. */
  adopted: readonly string[]
  /** An address at which every request comes from `identity`. */
  doorFor(identity: string): Promise<string>
  /** Resolves when no request is being worked on and every late landing has landed. Stalled requests do not count. */
  settled(): Promise<void>
  /** Finishes what is being worked on, gives up stalled and late requests, and lets go of the folder. */
  close(): Promise<void>
}

/** @throws when the folder is in use by another process, or damaged */
export async function startGcs(options: GcsOptions): Promise<Gcs> {
  const { data_dir, port = 0, fsync = true, versioning = true, access } = options
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const unlock = await lockFolder(data_dir, { fsync })
  try {
    const faults = new Faults(clock, random)
    const operations = new Operations(OPERATION_KINDS)
    const storage = await Storage.open({ data_dir, fsync, clock, gate: faults, space: faults })
    const service: Service = { storage, sessions: new UploadSessions(), clock, random, versioning, url: '', access }
    await createBuckets(service, options.buckets ?? [])
    const runner = new RequestRunner(service, faults, operations)
    const handling = {
      handle: (request: IncomingMessage, response: ServerResponse) => runner.handle(request, response),
      failed: refusalAnswer,
    }
    const doors = new Doors(handling)
    const server = await startServer({
      port,
      ...handling,
      finish: async () => {
        runner.giveUpWaiting()
        await doors.close()
        await runner.settled()
      },
      release: async () => {
        await storage.close()
        unlock()
      },
    })
    service.url = server.url
    const { adopted } = storage
    const doorFor = (identity: string) => doors.open(identity)
    return { ...server, faults, operations, adopted, doorFor, settled: () => runner.settled() }
  } catch (error) {
    unlock()
    throw error
  }
}

async function createBuckets(service: Service, names: string[]): Promise<void> {
  for (const name of names) {
    if (service.storage.catalog.buckets.has(name)) continue
    const now_ms = service.clock.nowMs()
    const { versioning } = service
    const times = { created_ms: now_ms, updated_ms: now_ms }
    await service.storage.createBucket({ name, metageneration: 1, versioning, labels: {}, ...times })
  }
}
