import { writeJson } from '#shared/objects/json-object.ts'
import { isoTime, type Clock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import type { Random } from '#shared/base/random.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import type { Cells } from '#shared/records/rows.ts'
import { Table } from '#shared/table/table.ts'
import { RecordImporter, CONCURRENT_OBJECTS } from './record-importer.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import { IMPORT_KINDS } from './kinds/kinds.ts'
import { NO_KEY } from './kinds/platforms.ts'
import { withRetries } from './retries.ts'
import type { OpenBucket } from '../open-bucket.ts'
import type { ProgressOutput } from '../progress.ts'
import type { ImportMode } from './import-mode.ts'
import { ImportReport } from './report.ts'
import { forEachConcurrently } from './concurrently.ts'
import { findSourceFiles, type Place, type SourceFile } from './source-files.ts'
import type { ConversionOptions } from './source-record.ts'
import { recordsOf, NewestCopies } from './newest-copies.ts'
import { completionTools } from './completion-tools.ts'

export interface ImportRequest {
  readonly from: string
  readonly user_id: string | undefined
  readonly mode: ImportMode
  /** Passphrase with which the old client encrypted credentials. */
  readonly encryption_key?: string | undefined
}

export interface ImportTools extends Omit<OpenBucket, 'history'> {
  readonly clock: Clock
  readonly random: Random
  readonly progress: ProgressOutput
}

/**
 * Imports in three passes: the first finds the newest copy of each record, the second commits the indexes of old ids,
 * the third imports the rows. Every decision depends on the state of the bucket only, so that the next run completes an
 * interrupted one and a second run changes nothing.
 */
export async function runImport(request: ImportRequest, tools: ImportTools): Promise<ImportReport> {
  const { clock, random, progress } = tools
  const now_ms = clock.nowMs()
  const report = new ImportReport({
    id: newId('mig', now_ms, random),
    mode: request.mode,
    from: request.from,
    target: tools.label,
    started_at: isoTime(now_ms),
  })
  const { files, skipped } = await findSourceFiles(request.from)
  report.skipped_files.push(...skipped)
  report.counts.files = new Set(files.map(({ path }) => path)).size
  if (files.length === 0) throw new OperatorError(`Found nothing to import in ${request.from}.`)

  const { user_id, encryption_key } = request
  const options: ConversionOptions = { user_id, encryption_key, now_ms }
  const tables = new Map(
    IMPORT_KINDS.map(({ kind }) => [
      kind.name,
      new Table<Cells>(kind, {
        store: tools.store,
        clock,
        random,
        cache_bytes_max: tools.cache_bytes_max,
        events: {
          committed: () => {},
          corrupt: (object, reason) => progress.line(`corrupt: ${object}: ${reason}`),
          storeFailed: (error) => progress.line(error.message),
          nearLimit: (object, limit, value) => progress.line(`${object} is near the limit ${limit}: ${value}`),
        },
      }),
    ]),
  )
  const newest_copies = await findNewestCopies(files, options, report, progress)
  if (newest_copies.with_credentials > 0 && !tools.vault) throw new OperatorError(NO_KEY)
  const faults = await commitIndexes(newest_copies, tables, report, tools)
  const importer = new RecordImporter({
    report,
    clock,
    random,
    completion: completionTools(request.mode, tools, tables, newest_copies),
    tableOf: ({ file }: Place) => tables.get(file.kind.kind.name)!,
    indexFault: (user_id) => faults.get(user_id),
  })
  await importFiles(files, options, newest_copies, importer, progress)
  report.sort()
  return report
}

async function findNewestCopies(
  files: readonly SourceFile[],
  options: ConversionOptions,
  report: ImportReport,
  progress: ProgressOutput,
): Promise<NewestCopies> {
  const newest_copies = new NewestCopies()
  for (const [at, file] of files.entries()) {
    const read_before = report.counts.read
    for await (const { record, place } of recordsOf(file, options, report)) {
      if (newest_copies.add(record, place) !== 'first') report.counts.merged++
      report.keptUnknown(place, record.unknown)
      report.removedSecrets(place, record.removed_secrets)
      progress.step(`reading ${file.name}: ${report.counts.read - read_before} rows`)
    }
    const broken = report.unreadable_files.find((unreadable) => unreadable.file === file.name)
    const rows = `${report.counts.read - read_before} rows`
    progress.line(`${at + 1}/${files.length} ${file.name}: ${broken ? `cannot be read: ${broken.reason}` : rows}`)
  }
  return newest_copies
}

/** @returns why the index of a user is unreadable, by user */
async function commitIndexes(
  newest_copies: NewestCopies,
  tables: ReadonlyMap<string, Table<Cells>>,
  { mode }: ImportReport,
  tools: ImportTools,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>()
  for (const table of tables.values()) {
    const users = newest_copies.users(table.schema.name)
    await forEachConcurrently(users, CONCURRENT_OBJECTS, async ([user_id, copies]) => {
      const old = [...copies.values()].filter(({ is_old_id }) => is_old_id)
      const entries = old.map(({ id, month }) => ({ id, month }))
      if (entries.length === 0) return
      try {
        await withRetries(tools, () =>
          mode === 'import'
            ? table.legacy_ids.add(table.schema, user_id, entries)
            : table.legacy_ids.findAll(table.schema, user_id),
        )
      } catch (error) {
        if (!(error instanceof CorruptObject)) throw error
        faults.set(user_id, `the stored object was not changed: ${error.message}`)
      }
    })
  }
  return faults
}

async function importFiles(
  files: readonly SourceFile[],
  options: ConversionOptions,
  newest_copies: NewestCopies,
  importer: RecordImporter,
  progress: ProgressOutput,
): Promise<void> {
  let found = 0
  let before: SourceFile | undefined
  for (const file of files) {
    // Records refer to records of earlier kinds, which have to be stored first.
    if (file.kind !== before?.kind) await importer.flush()
    before = file
    for await (const { record, place } of recordsOf(file, options, undefined)) {
      if (!newest_copies.isNewest(record, place)) continue
      found++
      await importer.add(record, place)
      progress.step(`${importer.count} of ${newest_copies.count} records`)
    }
  }
  await importer.flush()
  progress.line(`${importer.count} of ${newest_copies.count} records`)
  if (found < newest_copies.count) {
    throw new OperatorError(
      'The source changed while it was read. Imported records stay; repeat the import to complete it.',
    )
  }
}

/** Stores the report in the bucket. @returns its object name */
export async function storeReport(report: ImportReport, tools: ImportTools): Promise<string> {
  const name = `migrations/${report.id}.json`
  const json = report.toJson(isoTime(tools.clock.nowMs()))
  // The id is unique: an existing object of this name holds the same bytes, from an earlier attempt.
  await withRetries(tools, () => writeJson(tools.store, name, json, NO_OBJECT))
  return name
}
