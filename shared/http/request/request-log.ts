import type { IncomingMessage } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import { type RequestTrace, newTrace } from '../../base/trace.ts'
import type { FunctionName } from '../../contract/functions.ts'
import type { ClientTelemetry } from '../../contract/sync.ts'
import type { Log, Severity } from '../../logging/log.ts'
import type { SyncFacts } from './sync-facts.ts'
import type { RequestIdentity } from './trace-context.ts'

/** The data collected about one request until its log line is written. */
export interface RequestRecord extends RequestIdentity {
  method: string
  /** Path as sent, without the query, until a route has matched; then `route` filled with its parameters. */
  path: string
  route: string | undefined
  user_hash: string | undefined
  record_id: string | undefined
  client: ClientTelemetry | undefined
  sync: SyncFacts | undefined
  started_ms: number
  trace: RequestTrace
}

export interface RequestLogger {
  begin(request: IncomingMessage, identity: RequestIdentity, path: string): RequestRecord
  /**
   * The one line of the request, written as the last byte of its answer leaves, in the same tick: afterwards Cloud Run may
   * withdraw the CPU.
   * @param outcome `ok`, or the kind of problem, or the reason why the answer was cut off
   */
  end(record: RequestRecord, request: IncomingMessage, answer: { status: number; outcome: string; bytes: number }): void
  /** A fault of ours, in the format that Error Reporting collects. */
  fault(error: unknown, record?: RequestRecord): void
}

interface Options {
  name: FunctionName
  revision: string
  project: string | undefined
  log: Log
  clock: Clock
}

const PATH_CHARACTERS_MAX = 256
const USER_AGENT_CHARACTERS_MAX = 256
const STACK_CHARACTERS_MAX = 6_000
const CAUSES_MAX = 5

export function createRequestLogger({ name, revision, project, log, clock }: Options): RequestLogger {
  const own = { function: name, revision }

  /** https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields */
  const traceFields = ({ trace_id, span_id }: RequestIdentity) =>
    trace_id === undefined || project === undefined
      ? {}
      : {
          'logging.googleapis.com/trace': `projects/${project}/traces/${trace_id}`,
          'logging.googleapis.com/spanId': span_id,
        }

  return {
    begin: (request, identity, path) => ({
      ...identity,
      method: request.method ?? '',
      path,
      route: undefined,
      user_hash: undefined,
      record_id: undefined,
      client: undefined,
      sync: undefined,
      started_ms: clock.monotonicMs(),
      trace: newTrace(),
    }),

    end(record, request, { status, outcome, bytes }) {
      const elapsed_ms = clock.monotonicMs() - record.started_ms
      const { store_reads, store_writes, store_lists, cache_hits, cache_misses, retries, group_size } = record.trace
      const path = record.path.slice(0, PATH_CHARACTERS_MAX)
      log.write({
        severity: severityOf(status),
        message: `${record.method} ${record.route ?? path} ${status}`,
        httpRequest: {
          requestMethod: record.method,
          requestUrl: path,
          status,
          responseSize: String(bytes),
          userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_CHARACTERS_MAX),
          latency: `${(elapsed_ms / 1000).toFixed(3)}s`,
        },
        ...traceFields(record),
        ...own,
        request_id: record.request_id,
        route: record.route,
        user_hash: record.user_hash,
        record_id: record.record_id?.slice(0, PATH_CHARACTERS_MAX),
        client: record.client,
        sync: record.sync,
        outcome,
        store: { reads: store_reads, writes: store_writes, lists: store_lists },
        cache: { hits: cache_hits, misses: cache_misses },
        group_size,
        retries,
        ms: Math.round(elapsed_ms * 10) / 10,
      })
    },

    /** https://cloud.google.com/error-reporting/docs/formatting-error-messages */
    fault(error, record) {
      log.write({
        severity: 'ERROR',
        message: stackOf(error),
        '@type': 'type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent',
        serviceContext: { service: name, version: revision },
        ...own,
        ...(record === undefined
          ? {}
          : {
              context: { httpRequest: { method: record.method, url: record.route ?? 'no route' } },
              ...traceFields(record),
              request_id: record.request_id,
              user_hash: record.user_hash,
              record_id: record.record_id,
            }),
      })
    },
  }
}

function severityOf(status: number): Severity {
  if (status === 429 || status === 503) return 'WARNING'
  if (status >= 500) return 'ERROR'
  return status >= 400 ? 'NOTICE' : 'INFO'
}

/** The stack of an error and of what caused it. */
export function stackOf(error: unknown): string {
  const stacks: string[] = []
  for (let cause = error; cause !== undefined && stacks.length < CAUSES_MAX;) {
    stacks.push(
      cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : `not an error: ${typeof cause}`,
    )
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return stacks.join('\ncaused by: ').slice(0, STACK_CHARACTERS_MAX)
}
