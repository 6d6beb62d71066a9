import { systemClock, type Clock } from '../base/clock.ts'
import { systemRandom, type Random } from '../base/random.ts'
import type { EdgeSettings, StorageSettings } from '../settings/edge-settings.ts'
import { stackOf } from '../http/request/request-log.ts'
import type { Overrides } from '../http/server/function-app.ts'
import { streamLog, type Log } from '../logging/log.ts'
import { createUserHasher } from '../logging/user-hash.ts'
import { gcsObjectStore } from '../objects/gcs-object-store.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { logTableEvents } from '../table/event-log.ts'
import type { TableEvents } from '../table/events.ts'
import type { Row, TableSchema } from '../table/object/schema.ts'
import { Table } from '../table/table.ts'
import { AnswerMemory } from './answer-memory.ts'

/** The settings used to build the context. */
export type FunctionContextSettings = StorageSettings & Pick<EdgeSettings, 'LOG_LEVEL' | 'USER_HASH_SALT'>

/** What every function that keeps records needs, built from its settings. */
export interface FunctionContext {
  /** For `createApp`, as they are. */
  readonly edge: {
    readonly clock: Clock
    readonly random: Random
    readonly log: Log
    readonly ending: AbortSignal | undefined
  }
  /** The configured bucket. */
  readonly store: ObjectStore
  /** Called for what happens to its objects; it logs. */
  readonly events: TableEvents
  /** A table on the configured bucket. @param share of the memory that decoded partitions may take */
  readonly table: <R extends Row>(schema: TableSchema<R>, share: number) => Table<R>
  /** What large answers of this function may take of its memory. */
  readonly memory: AnswerMemory
  /** The cheapest request that shows the bucket answers. */
  readonly probe: () => Promise<unknown>
  /** What logs know a user by. */
  readonly hashUser: (user_id: string) => string
  /** Called with a fault of ours that only a part of a request meets; it logs. */
  readonly onFault: (error: unknown) => void
}

export function createFunctionContext(settings: FunctionContextSettings, overrides: Overrides): FunctionContext {
  const { clock = systemClock, random = systemRandom, ending } = overrides
  const log = overrides.log ?? streamLog(clock, { level: settings.LOG_LEVEL })
  const store = gcsObjectStore({ bucket: settings.GCS_BUCKET, api_endpoint: settings.STORAGE_API_ENDPOINT, clock })
  const hashUser = createUserHasher(settings.USER_HASH_SALT)
  const events = logTableEvents(log, hashUser)
  return {
    edge: { clock, random, log, ending },
    store,
    events,
    table: (schema, share) =>
      new Table(schema, {
        store,
        clock,
        random,
        events,
        ending,
        cache_bytes_max: Math.floor(settings.CACHE_BYTES * share),
      }),
    memory: new AnswerMemory(),
    probe: () => store.list('config/'),
    hashUser,
    onFault: (error) => log.write({ severity: 'ERROR', message: stackOf(error), event: 'partial_fault' }),
  }
}
