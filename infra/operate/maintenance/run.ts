import type { ReportItem, JobName, Sums } from '#functions/maintenance/runner/job.ts'
import { maintenanceJobs, runDependencies } from '#functions/maintenance/jobs/all-jobs.ts'
import { keepingSettings } from '#functions/maintenance/settings.ts'
import { processUsers } from '#functions/maintenance/runner/process-users.ts'
import { OperatorError, UsageError } from '#infra/command/operator-error.ts'
import { runInFunction } from './run-in-function.ts'
import type { OpenBucket } from '../open-bucket.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { SEVERITIES, type Log } from '#shared/logging/log.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { logTableEvents } from '#shared/table/event-log.ts'
import type { Row, TableSchema } from '#shared/table/object/schema.ts'
import { Table } from '#shared/table/table.ts'

export interface RunOptions {
  readonly dry_run: boolean
  readonly environment: Environment
  readonly clock: Clock
  readonly random: Random
  /** Prints what was done or found. */
  readonly print: (text: string) => void
  /** Prints failures of single users. */
  readonly warn: (text: string) => void
}

/**
 * Runs one job for all users. Unlike the logs it prints user ids: the operator can read the bucket anyway.
 * @returns the exit code
 */
export async function runJob(name: JobName, opened: OpenBucket, options: RunOptions): Promise<number> {
  const { dry_run, environment, clock, random, print, warn } = options
  const { store, vault, bucket, cache_bytes_max } = opened
  const log = warningsOnly(warn)
  const hashUser = (user_id: string): string => user_id
  const events = logTableEvents(log, hashUser)
  const table = <R extends Row>(schema: TableSchema<R>) =>
    new Table(schema, { store, clock, random, events, cache_bytes_max: cache_bytes_max / 3 })
  const dependencies = {
    audiences: table(AUDIENCES),
    platforms: table(PLATFORMS),
    distributions: table(DISTRIBUTIONS),
    keeping: readSettings(keepingSettings, environment),
    store,
    events,
    clock,
    random,
    log,
    hashUser,
    vault,
    bucket,
  }
  print(`${dry_run ? 'Dry run of ' : ''}${name} on ${opened.label}\n`)
  const job = maintenanceJobs(dependencies)[name]
  // A job with a digest chooses the items of its report at the end; the items of other jobs are printed immediately.
  const onReportItem = job.digest ? undefined : (item: ReportItem) => print(itemText(item))
  // The report is printed, so the log lines of items are not needed.
  const runs = { ...runDependencies(dependencies), log: () => undefined, ...(onReportItem && { onReportItem }) }
  const processed = await processUsers(runs, job, {
    after: undefined,
    dry_run,
    duration_ms_max: undefined,
    stops_when_unavailable: true,
  })
  if (processed.failure !== undefined) throw withAdvice(processed.failure)
  if (job.digest) for (const item of processed.report) print(itemText(item))
  print(sumsText(processed.sums))
  return exitCodeOf(processed.sums)
}

/**
 * Has the maintenance function run one job for all users. Like the logs it prints users as hashes.
 * @returns the exit code
 * @throws UsageError without a token, OperatorError
 */
export async function runJobInFunction(
  job: JobName,
  { url, environment, dry_run, clock, print }: RunOptions & { readonly url: string },
): Promise<number> {
  const token = environment['OPERATOR_TOKEN'] ?? ''
  if (token === '') throw new UsageError(`OPERATOR_TOKEN is not set. ${HOW_TO_GET_A_TOKEN}`)
  print(`${dry_run ? 'Dry run of ' : ''}${job} in ${url}\n`)
  const onReportItem = (item: ReportItem) => print(itemText(item))
  const sums = await runInFunction(job, { url, token, dry_run, clock, onReportItem })
  print(sumsText(sums))
  return exitCodeOf(sums)
}

const HOW_TO_GET_A_TOKEN =
  'Get one: gcloud auth print-identity-token --impersonate-service-account=am-operator@PROJECT.iam.gserviceaccount.com ' +
  '--audiences=URL --include-email'

function exitCodeOf(sums: Sums): number {
  if (Number(sums['failed_users'] ?? 0) > 0) return 1
  return Number(sums['findings'] ?? sums['failed'] ?? 0) > 0 ? 2 : 0
}

/** The operator account may seal credentials and not open them: opening is for functions alone. */
function withAdvice(failure: unknown): unknown {
  if (!(failure instanceof KeyError) || failure.kind !== 'denied') return failure
  return new OperatorError(`${failure.message}\nOnly functions may open credentials: add --function URL.`, {
    cause: failure,
  })
}

function warningsOnly(warn: (text: string) => void): Log {
  const least = SEVERITIES.indexOf('WARNING')
  return {
    write: ({ severity, message, object, reason }) => {
      const about = [object, reason].filter((text) => typeof text === 'string').join(': ')
      if (SEVERITIES.indexOf(severity) >= least) warn(`${message}${about === '' ? '' : ` (${about})`}\n`)
    },
    flush: async () => undefined,
  }
}

/** `  demo_user  audience_id aud_…  idle_days 120` */
function itemText({ user_id, ...fields }: ReportItem): string {
  const texts = Object.entries(fields).map(([name, value]) => `${name} ${value}`)
  return `  ${[user_id ?? '-', ...texts].join('  ')}\n`
}

/** One number on each line, those of a part below its name. */
function sumsText(sums: Sums, indent = ''): string {
  const width = Math.max(...Object.keys(sums).map((name) => name.length))
  const lines = Object.entries(sums).map(([name, value]) =>
    typeof value === 'number'
      ? `${indent}${name.padEnd(width)}  ${value}\n`
      : `${indent}${name}\n${Object.keys(value).length === 0 ? '' : sumsText(value, `${indent}  `)}`,
  )
  return lines.join('')
}
