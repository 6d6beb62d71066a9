import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { OperatorError } from '#infra/command/operator-error.ts'
import { BIGQUERY_LOAD_COMMAND, requestOf } from '#infra/operate/bigquery/command.ts'
import { loadAll } from '#infra/operate/bigquery/load.ts'
import { KINDS, tableOf } from '#infra/operate/bigquery/tables.ts'
import { emptyTable } from '#infra/generate/terraform/empty-tables.ts'
import { inputOf } from '#tests/infra/command/input-of.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import { saved } from '#tests/functions/audiences/harness.ts'
import { fasterClock } from '#tests/support/clock.ts'
import { lakeInTest, mustPutInto, PROJECT } from './lake.ts'
import { recordsOf } from './records.ts'
import { JobFaults, Refusal, standInTest } from './stand-in.ts'
import { longTest } from '#tests/support/effort.ts'

const LOAD = ['--project', PROJECT, '--bucket', 'data', '--kind', 'audiences']
const DATASETS = { activation_manager: 'EU', activation_manager_lake: 'EU' }
const TABLES = Object.fromEntries(
  KINDS.map((kind) => [`activation_manager.${kind.name}_native`, tableOf(kind).native_columns.map(({ name }) => name)]),
)

const readRequest = (args: readonly string[]) => requestOf(inputOf(BIGQUERY_LOAD_COMMAND, args))

type World = Parameters<typeof standInTest>[0]

/** BigQuery as Terraform leaves it, without a record, and a load of audiences into it. */
async function withBigQuery(world: Partial<World> = {}) {
  const nothing = () => Promise.resolve({})
  const { client, calls } = await standInTest({
    project: PROJECT,
    datasets: DATASETS,
    tables: TABLES,
    execute: nothing,
    ...world,
  })
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const load = (...args: string[]) =>
    loadAll(readRequest([...LOAD, ...args]), { client, print, clock: fasterClock(1000) })
  return { load, calls, lines }
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OperatorError)) throw new Error('that is not an OperatorError', { cause: error })
  return error.message
}

/** Jobs that do what they say, over the objects that the audiences function wrote. */
async function withAudiences() {
  const running = await audiencesInTest()
  // As Terraform leaves the bucket.
  const { name, bytes } = emptyTable(AUDIENCES)
  await mustPutInto(running, name, bytes)
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  const configurations: Record<string, Record<string, unknown>>[] = []
  const world = await withBigQuery({
    async execute(configuration) {
      const { load, query } = configuration as Record<string, Record<string, unknown>>
      configurations.push({ ...(load && { load }), ...(query && { query }) })
      if (load !== undefined) {
        const rows = await lake.load((load['destinationTable'] as { tableId: string }).tableId)
        return { load: { outputRows: String(rows), inputFiles: '1', inputFileBytes: '4711' } }
      }
      const { INSERT, UPDATE, DELETE } = await lake.run(String(query!['query']))
      const dmlStats = { insertedRowCount: INSERT, updatedRowCount: UPDATE, deletedRowCount: DELETE }
      return { query: { dmlStats, totalBytesBilled: '10485760' } }
    },
  })
  return { ...world, running, lake, configurations }
}

describe('a load', () => {
  test('fills the native copy with what is live, by the statement of the scheduled copy', async () => {
    const { load, running, lake, lines, calls, configurations } = await withAudiences()
    const client = running.as('u')
    const { audience_id } = await saved(client, { name: 'deleted' })
    await client.call('DELETE', `/api/audiences/${audience_id}`)
    await saved(client, { name: 'live' })
    await load()
    expect(recordsOf(AUDIENCES, await lake.native()).size).toBe(1)
    expect((await lake.native())[0]).toMatchObject({ name: 'live', user_id: 'u' })
    expect(lines).toEqual([
      `audiences: gs://data/audiences/*.parquet → ${PROJECT}.activation_manager.audiences_native`,
      '  loaded 2 rows of 1 objects, 4711 bytes',
      '  inserted 1, updated 0, deleted 0; 10485760 bytes billed',
    ])
    expect(calls).toEqual([
      'GET activation_manager.audiences_native',
      'load job in EU',
      'query job in EU',
      'DELETE activation_manager_lake.audiences_load',
    ])
    expect(configurations[0]).toEqual({
      load: {
        sourceUris: ['gs://data/audiences/*.parquet'],
        sourceFormat: 'PARQUET',
        hivePartitioningOptions: {
          mode: 'CUSTOM',
          sourceUriPrefix: 'gs://data/audiences/{user_id:STRING}/{year:INTEGER}/{month:STRING}',
        },
        parquetOptions: { enableListInference: true },
        schema: { fields: tableOf(AUDIENCES).lake_columns },
        ignoreUnknownValues: true,
        destinationTable: {
          projectId: PROJECT,
          datasetId: 'activation_manager_lake',
          tableId: 'audiences_load',
        },
        createDisposition: 'CREATE_IF_NEEDED',
        writeDisposition: 'WRITE_TRUNCATE',
      },
    })
  })

  test('run again changes nothing, and the scheduled copy after it changes nothing either', async () => {
    const { load, running, lake, lines } = await withAudiences()
    await saved(running.as('u'))
    await load()
    await load()
    expect(lines.at(-1)).toContain('inserted 0, updated 0, deleted 0')
    expect(await lake.copy()).toEqual({ INSERT: 0, UPDATE: 0, DELETE: 0 })
  })

  test('broken off between its jobs is completed by the next one', async () => {
    const { running, lake } = await withAudiences()
    await saved(running.as('u'), { name: 'first' })
    await lake.load('audiences_load')
    await saved(running.as('u'), { name: 'second' })
    const again = await withBigQuery({
      async execute({ load, query }) {
        if (load !== undefined) return { load: { outputRows: String(await lake.load('audiences_load')) } }
        return { query: { dmlStats: await lake.run((query as { query: string }).query) } }
      },
    })
    await again.load()
    expect(new Set((await lake.native()).map(({ name }) => name))).toEqual(new Set(['first', 'second']))
  })

  test('that only tries asks for no job', async () => {
    const { load, calls, lines } = await withBigQuery()
    await load('--kind', 'platforms', '--dry-run')
    expect(calls).toEqual(['GET activation_manager.audiences_native', 'GET activation_manager.platforms_native'])
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/^platforms: gs:\/\/data\/platforms\/\*\.parquet .* \(dry run\)$/)
  })
})

describe('what can be put right is said before any job is asked for', () => {
  test.each([
    ['activation_manager', /^There is no dataset activation_manager\. terraform apply creates it\.$/],
    ['activation_manager_lake', /^There is no dataset activation_manager_lake\. terraform apply creates it\.$/],
  ])('no dataset %s', async (missing, said) => {
    const datasets = Object.fromEntries(Object.entries(DATASETS).filter(([name]) => name !== missing))
    const { load, calls } = await withBigQuery({ datasets })
    expect(await failureOf(load())).toMatch(said)
    expect(calls).toEqual([])
  })

  test('another location', async () => {
    const { load } = await withBigQuery()
    expect(await failureOf(load('--location', 'US'))).toContain('are in EU and EU, not in US')
    await load('--location', 'eu', '--dry-run')
    const apart = await withBigQuery({ datasets: { ...DATASETS, activation_manager_lake: 'US' } })
    expect(await failureOf(apart.load())).toContain('are in EU and US, not in EU')
  })

  test('no native table, or one of an older release', async () => {
    const none = await withBigQuery({ tables: {} })
    expect(await failureOf(none.load())).toMatch(/^There is no table activation_manager\.audiences_native/)
    const older = await withBigQuery({ tables: { 'activation_manager.audiences_native': ['user_id', 'audience_id'] } })
    expect(await failureOf(older.load())).toMatch(
      /audiences_native has no column created_at, .*fingerprint\. terraform apply/,
    )
    expect(older.calls).toEqual(['GET activation_manager.audiences_native'])
  })
})

describe('what BigQuery refuses is told with what to do about it', () => {
  test('no permission', async () => {
    const { load, calls } = await withBigQuery({
      admit: () => {
        throw new Refusal(403, 'accessDenied', 'Access Denied: Project p: User may not bigquery.jobs.create')
      },
    })
    const said = await failureOf(load())
    expect(said).toContain('User may not bigquery.jobs.create')
    expect(said).toContain('--impersonate-service-account=am-operator@')
    expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual([])
  })

  test('a quota that is used up', async () => {
    const { load } = await withBigQuery({
      admit: () => {
        throw new Refusal(403, 'quotaExceeded', 'Quota exceeded: load jobs per day')
      },
    })
    expect(await failureOf(load())).toMatch(
      /Loading audiences \(403\) failed:\n {2}quotaExceeded: Quota.*\n.*run it again/,
    )
  })

  test('a job that fails says all that it had against it, once, and nothing is merged', async () => {
    const fault = { reason: 'invalid', location: 'gs://data/audiences/user_id=u/x.parquet', message: 'Bad field' }
    const { load, calls } = await withBigQuery({
      execute: () => Promise.reject(new JobFaults(fault, fault, { reason: 'stopped', message: 'and another' })),
    })
    const said = await failureOf(load())
    expect(said).toMatch(/^Loading audiences \(job \S+\) failed:$/m)
    expect(said.match(/Bad field/g)).toHaveLength(1)
    expect(said).toContain('gs://data/audiences/user_id=u/x.parquet')
    expect(said).toContain('stopped: and another')
    expect(calls).not.toContain('query job in EU')
  })

  test('a merge that fails leaves what was loaded for the next try', async () => {
    const { load, calls } = await withBigQuery({
      execute: ({ load: is_load }) =>
        is_load === undefined
          ? Promise.reject(new JobFaults({ reason: 'invalidQuery', message: 'must match at most one source row' }))
          : Promise.resolve({}),
    })
    expect(await failureOf(load())).toContain('Merging audiences')
    expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual([])
  })
})

test.each([
  [['--bucket', 'b'], /^--project is required/],
  [['--project', 'p'], /^--bucket is required/],
  [[...LOAD, '--kind', 'notes'], /^--kind cannot be notes\. It is one of audiences, platforms, distributions\.$/],
  [[...LOAD, '--everything'], /^Unknown option --everything\.$/],
])('arguments %j are refused', async (args, said) => {
  expect(await failureOf(Promise.resolve().then(() => readRequest(args)))).toMatch(said)
})

longTest('the command names a missing option, shows its usage and exits with 2', async () => {
  const main = join(import.meta.dirname, '../../../../infra/operate/bigquery/main.ts')
  const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [main], (error, _, stderr) => resolve({ code: error?.code, stderr }))
  })
  expect(ended).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^--project is required.*\nUsage: npm run bigquery:load -- /) as string,
  })
})

test('without arguments of its own a load takes every kind, and the dataset that Terraform makes', () => {
  const { kinds, dataset, is_dry_run } = readRequest(['--project', 'p', '--bucket', 'b'])
  expect(kinds.map(({ name }) => name)).toEqual(['audiences', 'platforms', 'distributions'])
  expect({ dataset, is_dry_run }).toEqual({ dataset: 'activation_manager', is_dry_run: false })
})
