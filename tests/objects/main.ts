import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
import { TARGET_VARIABLES, TestPrefix, uniqueName } from './test-prefix.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

/** Cloud Storage takes one change of a name per second. */
const CHANGE_INTERVAL_MS = 1100
const REAL_TEST_TIMEOUT_MS = 180_000
const TEST_FILES = ['tests/infra/stand-ins/gcs/semantics', 'tests/objects/cloud-storage.test.ts']

interface TestRun {
  readonly bucket: string
  readonly prefix: string
  /** Test names to run; all without it. */
  readonly only: string | undefined
  readonly is_google: boolean
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
  const authorization = is_google ? await signIn() : undefined
  const prefix = `${parent.replace(/\/+$/, '')}/${uniqueName()}/`
  const proxy = await BucketProxy.start({
    endpoint,
    bucket,
    prefix,
    ...(authorization && { authorization, pace: { clock: systemClock, interval_ms: CHANGE_INTERVAL_MS } }),
  })
  try {
    return await run({ bucket, prefix, only, is_google, proxy, test_prefix: new TestPrefix(proxy.url, bucket, prefix) })
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
    const removed = await test_prefix.removeAll()
    console.log(`Removed ${removed} versions; nothing is left under gs://${bucket}/${prefix}`)
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
  const { bucket, prefix, only, is_google, proxy } = test_run
  const vitest = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs')
  // Names what it skips: what the bucket's versioning cannot show, and what Google's documentation does not say.
  const options = [
    ...(only === undefined ? ['--reporter', 'verbose'] : ['--testNamePattern', only]),
    ...(is_google ? ['--testTimeout', String(REAL_TEST_TIMEOUT_MS)] : []),
  ]
  const { TEST_REPORT: _, ...environment } = process.env
  const child = spawn(process.execPath, [vitest, 'run', ...options, ...TEST_FILES], {
    cwd: PROJECT_ROOT,
    stdio: 'inherit',
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
    },
  })
  // The runner ends; what it made is still removed.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
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
