import { crc32c } from '#shared/base/crc32c.ts'
import { isoTime, type Clock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import type { Random } from '#shared/base/random.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import { Table } from '#shared/table/table.ts'
import { Carrier, OBJECTS_AT_ONCE } from './record-importer.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import { IMPORT_KINDS } from './kinds/kinds.ts'
import { NO_KEY } from './kinds/platforms.ts'
import { patiently } from './retries.ts'
import type { OpenBucket } from '../open-bucket.ts'
import type { Progress } from '../progress.ts'
import type { ImportMode } from './import-mode.ts'
import { Report } from './report.ts'
import { sideBySide } from './side-by-side.ts'
import { findSourceFiles, type Place, type SourceFile } from './source-files.ts'
import type { ConversionOptions } from './source-record.ts'
import { recordsOf, Survey } from './survey.ts'
import { completionTools } from './completion.ts'

export interface ImportRequest {
  readonly from: string
  readonly user_id: string | undefined
  readonly mode: ImportMode
  /** What the old client encrypted credentials with. */
  readonly encryption_key?: string | undefined
}

export interface ImportTools extends Omit<OpenBucket, 'history'> {
  readonly clock: Clock
  readonly random: Random
  readonly progress: Progress
}

/**
 * Imports, in three passes: what is there and which copy is the newest; where the old ids are (committed before any
 * row); the rows. All that is decided is decided by what is in the bucket, so a run that was cut off is completed by
 * the next, and a second run changes nothing.
 */
export async function runImport(request: ImportRequest, tools: ImportTools): Promise<Report> {
  const { clock, random, progress } = tools
  const now_ms = clock.nowMs()
  const report = new Report({
    id: newId('mig', now_ms, random),
    mode: request.mode,
    from: request.from,
    target: tools.label,
    started_at: isoTime(now_ms),
  })
  const { files, skipped } = await findSourceFiles(request.from)
  report.skipped_files.push(...skipped)
  report.counts.files = files.length
  if (files.length === 0) throw new OperatorError(`There is nothing to import in ${request.from}.`)

  const { user_id, encryption_key } = request
  const options: ConversionOptions = { user_id, encryption_key, now_ms }
  const tables = new Map(
    IMPORT_KINDS.map(({ kind }) => [
      kind.name,
      new Table(kind, {
        store: tools.store,
        clock,
        random,
        cache_bytes_max: tools.cache_bytes_max,
        events: {
          committed: () => {},
          corrupt: (_, error) => progress.line(`corrupt: ${error.message}`),
          storeFailed: (error) => progress.line(error.message),
          nearLimit: (object, limit, value) => progress.line(`${object} is near the limit ${limit}: ${value}`),
        },
      }),
    ]),
  )
  const survey = await surveyFiles(files, options, report, progress)
  if (survey.with_credentials > 0 && !tools.vault) throw new OperatorError(NO_KEY)
  const faults = await commitIndexes(survey, tables, report, tools)
  const carrier = new Carrier({
    report,
    clock,
    random,
    completion: completionTools(request.mode, tools, tables, survey),
    tableOf: ({ file }: Place) => tables.get(file.kind.kind.name)!,
    indexFault: (user_id) => faults.get(user_id),
  })
  await carryFiles(files, options, survey, carrier, progress)
  report.sort()
  return report
}

async function surveyFiles(
  files: readonly SourceFile[],
  options: ConversionOptions,
  report: Report,
  progress: Progress,
): Promise<Survey> {
  const survey = new Survey()
  for (const [at, file] of files.entries()) {
    const read_before = report.counts.read
    for await (const { record, place } of recordsOf(file, options, report)) {
      if (survey.add(record, place) !== 'first') report.counts.merged++
      report.keptUnknown(place, record.unknown)
      progress.step(`reading ${file.name}: ${report.counts.read - read_before} rows`)
    }
    const broken = report.unreadable_files.find((unreadable) => unreadable.file === file.name)
    const rows = `${report.counts.read - read_before} rows`
    progress.line(`${at + 1}/${files.length} ${file.name}: ${broken ? `cannot be read: ${broken.reason}` : rows}`)
  }
  return survey
}

/** @returns users whose index cannot be read, and why */
async function commitIndexes(
  survey: Survey,
  tables: ReadonlyMap<string, Table>,
  { mode }: Report,
  tools: ImportTools,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>()
  for (const table of tables.values()) {
    const users = survey.users(table.schema.name)
    await sideBySide(users, OBJECTS_AT_ONCE, async ([user_id, winners]) => {
      const old = [...winners.values()].filter(({ is_old_id }) => is_old_id)
      const entries = old.map(({ id, month }) => ({ id, month }))
      if (entries.length === 0) return
      try {
        await patiently(tools, () =>
          mode === 'import'
            ? table.legacy_ids.add(table.schema, user_id, entries)
            : table.legacy_ids.findAll(table.schema, user_id),
        )
      } catch (error) {
        if (!(error instanceof CorruptObject)) throw error
        faults.set(user_id, `the stored object is left as it is: ${error.message}`)
      }
    })
  }
  return faults
}

async function carryFiles(
  files: readonly SourceFile[],
  options: ConversionOptions,
  survey: Survey,
  carrier: Carrier,
  progress: Progress,
): Promise<void> {
  let found = 0
  let before: SourceFile | undefined
  for (const file of files) {
    // Records refer to those of other kinds, which then are there.
    if (file.kind !== before?.kind) await carrier.flush()
    before = file
    for await (const { record, place } of recordsOf(file, options, undefined)) {
      if (!survey.isWinner(record, place)) continue
      found++
      await carrier.add(record, place)
      progress.step(`${carrier.count} of ${survey.count} records`)
    }
  }
  await carrier.flush()
  progress.line(`${carrier.count} of ${survey.count} records`)
  if (found < survey.count) {
    throw new OperatorError('The source changed while it was read. What went in stays; import it again.')
  }
}

/** Keeps the report in the bucket. @returns its object name */
export async function storeReport(report: Report, tools: ImportTools): Promise<string> {
  const name = `migrations/${report.id}.json`
  const bytes = new TextEncoder().encode(report.toJson(isoTime(tools.clock.nowMs())))
  // Nobody else has this id: a name that is taken already holds an earlier attempt of these very bytes.
  await patiently(tools, () =>
    tools.store.write(name, bytes, {
      if_generation: NO_OBJECT,
      crc32c: crc32c(bytes),
      content_type: 'application/json',
    }),
  )
  return name
}
