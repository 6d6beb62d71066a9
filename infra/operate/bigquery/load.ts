import type { BigQuery, JobMetadata } from '@google-cloud/bigquery'

import { OperatorError } from '#infra/command/operator-error.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { callFailure, isNotFound, jobFailure } from './bigquery-errors.ts'
import { statement } from './statements.ts'
import { tableOf } from './tables.ts'

export interface LoadRequest {
  readonly project: string
  /** Of the native tables; the load goes through a table in `<dataset>_lake`, which analysts do not read. */
  readonly dataset: string
  /** Expected location of the datasets; by default where they are. */
  readonly location: string | undefined
  readonly bucket: string
  readonly kinds: readonly RecordKind[]
  /** Checks datasets and tables, prints what would be loaded, and starts no job. */
  readonly is_dry_run: boolean
}

export interface LoadTools {
  readonly client: BigQuery
  readonly clock: Clock
  readonly print: (line: string) => void
}

type Configuration = NonNullable<JobMetadata['configuration']>

const POLL_MS = 1000

/**
 * Fills the native tables from the objects in the bucket, once: loads each kind into a table of its own, and merges that
 * with the statement of the scheduled copy. Both jobs are atomic, so that an interrupted load can be repeated.
 * @throws OperatorError
 */
export async function loadAll(request: LoadRequest, tools: LoadTools): Promise<void> {
  const location = await locationOf(request, tools)
  for (const kind of request.kinds) await checkNative(request, tools, kind)
  for (const kind of request.kinds) await loadKind(request, tools, kind, location)
}

/** The one location of both datasets. */
async function locationOf({ dataset, location }: LoadRequest, { client }: LoadTools): Promise<string> {
  const found = await Promise.all(
    [dataset, `${dataset}_lake`].map(async (name) => {
      try {
        return (await metadataOf<{ location: string }>(client.dataset(name))).location
      } catch (error) {
        if (isNotFound(error)) throw new OperatorError(`There is no dataset ${name}. terraform apply creates it.`)
        throw callFailure(`Reading the dataset ${name}`, error)
      }
    }),
  )
  const wanted = location ?? found[0]!
  if (found.some((is) => is.toUpperCase() !== wanted.toUpperCase())) {
    throw new OperatorError(`${dataset} and ${dataset}_lake are in ${found.join(' and ')}, not in ${wanted}.`)
  }
  return found[0]!
}

/** Checks that the native table exists and has the columns of the statement. */
async function checkNative({ dataset }: LoadRequest, { client }: LoadTools, kind: RecordKind): Promise<void> {
  const name = `${kind.name}_native`
  let fields: readonly { name: string }[]
  try {
    const table = client.dataset(dataset).table(name)
    fields = (await metadataOf<{ schema: { fields: typeof fields } }>(table)).schema.fields
  } catch (error) {
    if (isNotFound(error)) throw new OperatorError(`There is no table ${dataset}.${name}. terraform apply creates it.`)
    throw callFailure(`Reading the table ${dataset}.${name}`, error)
  }
  const there = new Set(fields.map((field) => field.name))
  const missing = tableOf(kind).native_columns.filter((column) => !there.has(column.name))
  if (missing.length > 0) {
    const names = missing.map((column) => column.name).join(', ')
    throw new OperatorError(
      `${dataset}.${name} has no column ${names}. terraform apply adds the columns of this release.`,
    )
  }
}

async function loadKind(request: LoadRequest, tools: LoadTools, kind: RecordKind, location: string): Promise<void> {
  const { project, dataset, is_dry_run } = request
  const { client, print } = tools
  const staging = { projectId: project, datasetId: `${dataset}_lake`, tableId: `${kind.name}_load` }
  const native = `${project}.${dataset}.${kind.name}_native`
  const load = loadOf(request, kind, staging)
  print(`${kind.name}: ${load.sourceUris!.join(', ')} → ${native}${is_dry_run ? ' (dry run)' : ''}`)
  if (is_dry_run) return

  const loaded = (await finished(tools, `Loading ${kind.name}`, location, { load })).load
  print(`  loaded ${loaded?.outputRows} rows of ${loaded?.inputFiles} objects, ${loaded?.inputFileBytes} bytes`)
  const lake = `${project}.${staging.datasetId}.${staging.tableId}`
  const sql = await statement('copy', tableOf(kind), { lake, native })
  const query = { query: sql, useLegacySql: false }
  const merged = (await finished(tools, `Merging ${kind.name}`, location, { query })).query
  const { insertedRowCount = 0, updatedRowCount = 0, deletedRowCount = 0 } = merged?.dmlStats ?? {}
  const changes = `inserted ${insertedRowCount}, updated ${updatedRowCount}, deleted ${deletedRowCount}`
  print(`  ${changes}; ${merged?.totalBytesBilled} bytes billed`)
  await client
    .dataset(staging.datasetId)
    .table(staging.tableId)
    .delete({ ignoreNotFound: true })
    .catch((error: unknown) => {
      throw callFailure(`Removing ${lake}, which is already merged,`, error)
    })
}

function loadOf(
  { bucket }: LoadRequest,
  kind: RecordKind,
  destinationTable: { projectId: string; datasetId: string; tableId: string },
): NonNullable<Configuration['load']> {
  const { lake_columns, partition_keys } = tableOf(kind)
  return {
    sourceUris: [`gs://${bucket}/${kind.name}/*.parquet`],
    sourceFormat: 'PARQUET',
    hivePartitioningOptions: { mode: 'CUSTOM', sourceUriPrefix: `gs://${bucket}/${kind.name}/${partition_keys}` },
    parquetOptions: { enableListInference: true },
    schema: { fields: lake_columns.map((column) => ({ ...column })) },
    // Columns that are not in the schema, such as the ciphertext of credentials, are not loaded.
    ignoreUnknownValues: true,
    destinationTable,
    createDisposition: 'CREATE_IF_NEEDED',
    writeDisposition: 'WRITE_TRUNCATE',
  }
}

/** The current metadata of a resource. */
async function metadataOf<Metadata>(resource: { getMetadata(): Promise<unknown> }): Promise<Metadata> {
  const [metadata] = (await resource.getMetadata()) as readonly [Metadata]
  return metadata
}

/** Runs a job and waits for its end. */
async function finished(
  { client, clock }: LoadTools,
  what: string,
  location: string,
  configuration: Configuration,
): Promise<NonNullable<JobMetadata['statistics']>> {
  try {
    const [job] = await client.createJob({ configuration, location })
    for (;;) {
      const { status, statistics } = await metadataOf<JobMetadata>(job)
      if (status?.state === 'DONE') {
        if (status.errorResult)
          throw jobFailure(`${what} (job ${job.id})`, [status.errorResult, ...(status.errors ?? [])])
        return statistics ?? {}
      }
      await clock.sleep(POLL_MS)
    }
  } catch (error) {
    throw callFailure(what, error)
  }
}
