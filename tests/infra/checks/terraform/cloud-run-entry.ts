import { logLine, type LogEntry as Line } from '#shared/logging/log.ts'
import type { Json, LogEntry } from './logging-query.ts'

/** Members of a line that become fields of the entry itself. */
const LIFTED: Readonly<Record<string, string>> = {
  severity: 'severity',
  httpRequest: 'httpRequest',
  time: 'timestamp',
  'logging.googleapis.com/trace': 'trace',
  'logging.googleapis.com/spanId': 'spanId',
}

/**
 * The entry that Cloud Logging makes of a line which a service on Cloud Run wrote to its standard output.
 * Source: https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
 * @param service the Cloud Run service
 */
export function entryOf(line: Line | string, service = 'am-audiences'): LogEntry {
  const text = typeof line === 'string' ? line : logLine(line, 0)
  const fields: Record<string, Json> = {}
  const payload: Record<string, Json> = {}
  for (const [member, value] of Object.entries(JSON.parse(text) as Readonly<Record<string, Json>>)) {
    const lifted = LIFTED[member]
    if (lifted === undefined) payload[member] = value
    else fields[lifted] = value
  }
  const is_only_message = Object.keys(payload).length === 1 && typeof payload['message'] === 'string'
  return {
    logName: 'projects/example-activation/logs/run.googleapis.com%2Fstdout',
    resource: { type: 'cloud_run_revision', labels: { service_name: service, location: 'europe-west1' } },
    ...fields,
    ...(is_only_message ? { textPayload: payload['message']! } : { jsonPayload: payload }),
  }
}
