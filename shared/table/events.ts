import type { StoreError } from '../objects/object-store.ts'
import type { Writer } from './object/writer.ts'

/** What the table tells its operator; the composition root turns each into one structured log line. */
export interface TableEvents {
  /** The audit trail: one per commit. */
  committed(commit: CommitEvent): void
  /** An object cannot be read. It is left as it is; every request that needs it is answered 503. */
  corrupt(object: string, reason: string): void
  /** A request was turned away because the store failed it. */
  storeFailed(error: StoreError): void
  /** An object is beyond 70 % of a limit. */
  nearLimit(object: string, limit: string, value: number, limit_value: number): void
}

export interface CommitEvent {
  object: string
  generation: string
  rev: number
  commit_id: string
  /** Attempts it took, 1 = on the first. */
  attempts: number
  /** Proven by its commit id after the answer was lost. */
  answer_lost: boolean
  bytes: number
  records: readonly RecordChange[]
}

export interface RecordChange {
  id: string
  /** 0 = it was not there. */
  version_before: number
  /** 0 = it was purged. */
  version_after: number
  /** As the client names itself; one of the server's own writers by its name. Who the user is stays out of the log. */
  client: string | undefined
  via: Writer['via']
}
