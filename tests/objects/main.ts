import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Storage } from '@google-cloud/storage'
import { OperatorError, UsageError } from '#infra/command/operator-error.ts'
import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { BucketProxy } from './bucket-proxy.ts'
import { GOOGLE, TEST_GCS_COMMAND } from './command.ts'
import { judgeByGaps, type GapProfile, type TestResult } from './gap-profile.ts'
import { TARGET_VARIABLES, TestPrefix, uniqueName } from './test-prefix.ts'
import { TESTBENCH_GAPS } from './testbench-gaps.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/** Cloud Storage takes one change of a name per second. */
const CHANGE_INTERVAL_MS = 1100
const REAL_TEST_TIMEOUT_MS = 180_000
const TEST_FILES = ['tests/infra/stand-ins/gcs/semantics', 'tests/objects/cloud-storage.test.ts']

/** By the name that --tolerate takes. */
const PROFILES: Readonly<Record<string, GapProfile>> = { testbench: TESTBENCH_GAPS }

interface TestRun {
  readonly bucket: string
  readonly prefix: string
  /** Test names to run; all without it. */
  readonly only: string | undefined
  readonly is_google: boolean
  readonly tolerated: GapProfile | undefined
  readonly proxy: BucketProxy
  readonly test_prefix: TestPrefix
}

await runCommand(TEST_GCS_COMMAND, async (input) => {
  const { only } = input
  const bucket = input.bucket ?? given('bucket')
  if (bucket === undefined)
    throw new UsageError('--bucket is required. The bucket may hold other objects; the tests do not touch them.')
  const endpoint = input.endpoint ?? given('endpoint') ?? GOOGLE
  const parent = input.prefix ?? given('prefix') ?? 'activation-manager-test'
  const is_google = endpoint === GOOGLE
  const tolerated = input.tolerate === undefined ? undefined : PROFILES[input.tolerate]
  if (input.tolerate !== undefined && !tolerated)
    throw new UsageError(`--tolerate takes ${Object.keys(PROFILES).join(', ')}`)
  if (tolerated && is_google) throw new UsageError('--tolerate needs --endpoint: Google itself has no gaps.')
  const authorization = is_google ? await signIn() : undefined
  const prefix = `${parent.replace(/\/+$/, '')}/${uniqueName()}/`
  const proxy = await BucketProxy.start({
    endpoint,
    bucket,
    prefix,
    ...(authorization && { authorization, pace: { clock: systemClock, interval_ms: CHANGE_INTERVAL_MS } }),
  })
  try {
    const test_prefix = new TestPrefix(proxy.url, bucket, prefix)
    return await run({ bucket, prefix, only, is_google, tolerated, proxy, test_prefix })
  } finally {
    await proxy.close()
  }
})

/** The variable that stands for an option; empty counts as not set. */
function given(name: 'bucket' | 'prefix' | 'endpoint'): string | undefined {
  return process.env[TARGET_VARIABLES[name]] || undefined
}

async function run(test_run: TestRun): Promise<number> {
  const { bucket, prefix, is_google, proxy, test_prefix } = test_run
  let code = 1
  try {
    const versioning = await test_prefix.findVersioning()
    console.log(`Testing gs://${bucket}/${prefix} (Object Versioning ${versioning ? 'on' : 'off'})`)
    if (is_google) await checkSignIn(test_run)
    code = await runTests(test_run, versioning)
  } catch (error) {
    console.error(`gs://${bucket} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
    code = 2
  }
  try {
    await proxy.settled()
    const { removed, left } = await test_prefix.removeAll()
    const unexpected = left.filter((name) => !test_run.tolerated?.irremovable?.test(name))
    if (unexpected.length > 0) throw new Error(`${unexpected.length} cannot be removed: ${unexpected.join(', ')}`)
    const rest = left.length === 0 ? 'nothing is left' : `${left.length} that the endpoint cannot remove are left`
    console.log(`Removed ${removed} versions; ${rest} under gs://${bucket}/${prefix}`)
  } catch (error) {
    if (code !== 2) console.error(`Objects may be left under gs://${bucket}/${prefix}: ${String(error)}`)
    code ||= 1
  }
  const counts = [...proxy.counts].map(([method, count]) => `${count} ${method}`)
  console.log(`${[...proxy.counts.values()].reduce((sum, count) => sum + count, 0)} requests: ${counts.join(', ')}`)
  if (proxy.refused.length === 0) return code
  console.error(`Kept from leaving the prefix: ${proxy.refused.join('; ')}`)
  return code || 1
}

/** The exit code of the test runner, whose processes find the bucket behind the proxy. */
async function runTests(test_run: TestRun, versioning: boolean): Promise<number> {
  const { bucket, prefix, only, is_google, tolerated, proxy } = test_run
  const report_dir = tolerated && (await mkdtemp(join(tmpdir(), 'test-gcs-')))
  const report_path = report_dir && join(report_dir, 'report.json')
  const vitest = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs')
  // Names what it skips: what the bucket's versioning cannot show, and what Google's documentation does not say.
  const options = [
    ...(report_path !== undefined
      ? ['--reporter', 'json', '--outputFile', report_path]
      : only === undefined
        ? ['--reporter', 'verbose']
        : []),
    ...(only === undefined ? [] : ['--testNamePattern', only]),
    ...(is_google ? ['--testTimeout', String(REAL_TEST_TIMEOUT_MS)] : []),
  ]
  const { TEST_REPORT: _, ...environment } = process.env
  const child = spawn(process.execPath, [vitest, 'run', ...options, ...TEST_FILES], {
    cwd: PROJECT_ROOT,
    // The failures that a profile tolerates would hide the others.
    stdio: report_path === undefined ? 'inherit' : ['ignore', 'ignore', 'inherit'],
    env: {
      ...environment,
      // All of it, and on the day that the bucket has too.
      TEST_EFFORT: 'long',
      TEST_DATE_OFFSET_MS: '0',
      [TARGET_VARIABLES.is_running]: 'yes',
      [TARGET_VARIABLES.endpoint]: proxy.url,
      [TARGET_VARIABLES.bucket]: bucket,
      [TARGET_VARIABLES.prefix]: prefix,
      [TARGET_VARIABLES.versioning]: String(versioning),
      [TARGET_VARIABLES.tolerate]: tolerated ? 'yes' : '',
    },
  })
  // The runner ends; what it made is still removed.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (report_path === undefined || tolerated === undefined) return code ?? 1
  try {
    return judge(tolerated, await readResults(report_path), only === undefined)
  } finally {
    await rm(dirname(report_path), { recursive: true })
  }
}

async function readResults(report_path: string): Promise<TestResult[]> {
  const text = await readFile(report_path, 'utf8')
  const { testResults: files } = JSON.parse(text) as {
    testResults: { name: string; message: string; assertionResults: TestResult[] }[]
  }
  // A file that cannot be loaded has no test that could fail.
  return files.flatMap(({ name, message, assertionResults: results }) =>
    results.length > 0 ? results : [{ fullName: name, status: 'failed', failureMessages: [message] }],
  )
}

function judge(tolerated: GapProfile, results: readonly TestResult[], is_whole: boolean): number {
  const verdict = judgeByGaps(tolerated, results, is_whole)
  for (const complaint of verdict.complaints) console.error(complaint)
  for (const { title, reason } of tolerated.gaps) {
    const count = verdict.tolerated.get(title)
    if (count !== undefined) console.log(`${count} tolerated: ${title} (${reason})`)
  }
  const count = [...verdict.tolerated.values()].reduce((sum, tests) => sum + tests, 0)
  console.log(`${verdict.passed} passed, ${count} failed by a tolerated gap, ${verdict.complaints.length} complaints`)
  return verdict.complaints.length === 0 && verdict.passed > 0 ? 0 : 1
}

/** The adapter as it is deployed, past the proxy: it signs in by itself. Two requests more than are counted. */
async function checkSignIn({ bucket, prefix }: TestRun): Promise<void> {
  const store = gcsObjectStore({ bucket, clock: systemClock })
  const name = `${prefix}signed-in`
  const bytes = new TextEncoder().encode('content')
  const options = { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type: 'text/plain' }
  const written = await store.write(name, bytes, options)
  const found = await store.read(name)
  if (written.kind !== 'written' || found.kind !== 'found' || found.generation !== written.generation) {
    throw new Error(`the adapter wrote ${JSON.stringify(written)} and found ${found.kind}`)
  }
}

/** How to get the header each request is signed in with. */
async function signIn(): Promise<() => Promise<string>> {
  const { authClient } = new Storage()
  try {
    await authClient.getAccessToken()
  } catch (error) {
    throw new OperatorError(
      `There are no credentials: run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS. ` +
        (error instanceof Error ? error.message : String(error)),
      { exit_code: 2 },
    )
  }
  return async () => `Bearer ${await authClient.getAccessToken()}`
}
