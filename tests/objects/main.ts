/**
 * `npm run test:gcs -- --bucket NAME [--prefix P] [--endpoint URL] [--only PATTERN]`
 *
 * Runs on a real bucket what the tests claim of Cloud Storage: its documented behaviour, the contract of the object
 * store, and the commit protocol. Everything happens below one new prefix, through a proxy that lets nothing else
 * through, and is removed at the end, noncurrent versions included. With `--endpoint`, on a stand-in.
 *
 * Needs the permissions of `roles/storage.objectAdmin` on the bucket, and application default credentials. The flags
 * can be given as GCS_TEST_BUCKET, GCS_TEST_PREFIX and GCS_TEST_ENDPOINT too. Ends with 0 if all held, 1 if not, and 2 if
 * it could not start.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Storage } from '@google-cloud/storage'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { BucketProxy } from './bucket-proxy.ts'
import { TARGET_VARIABLES, TestPrefix, uniqueName } from './test-prefix.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'

const GOOGLE = 'https://storage.googleapis.com'
/** Cloud Storage takes one change of a name per second. */
const CHANGE_INTERVAL_MS = 1100
const REAL_TEST_TIMEOUT_MS = 180_000
const TEST_FILES = ['tests/infra/stand-ins/gcs/semantics', 'tests/objects/cloud-storage.test.ts']

const { values } = parseArgs({
  options: {
    bucket: { type: 'string', default: process.env[TARGET_VARIABLES.bucket] ?? '' },
    prefix: { type: 'string', default: process.env[TARGET_VARIABLES.prefix] ?? 'activation-manager-test' },
    endpoint: { type: 'string', default: process.env[TARGET_VARIABLES.endpoint] ?? GOOGLE },
    only: { type: 'string' },
  },
})
if (values.bucket === '') {
  giveUp('Say which bucket: npm run test:gcs -- --bucket NAME. It may hold other things; they are not touched.')
}
const is_google = values.endpoint === GOOGLE
const authorization = is_google ? await signIn() : undefined
const prefix = `${values.prefix.replace(/\/+$/, '')}/${uniqueName()}/`
const proxy = await BucketProxy.start({
  endpoint: values.endpoint,
  bucket: values.bucket,
  prefix,
  ...(authorization && { authorization, pace: { clock: systemClock, interval_ms: CHANGE_INTERVAL_MS } }),
})
const test_prefix = new TestPrefix(proxy.url, values.bucket, prefix)
process.exitCode = await run()
await proxy.close()

async function run(): Promise<number> {
  let code = 1
  try {
    const versioning = await test_prefix.findVersioning()
    console.log(`Testing gs://${values.bucket}/${prefix} (Object Versioning ${versioning ? 'on' : 'off'})`)
    if (is_google) await checkSignIn()
    code = await runTests(versioning)
  } catch (error) {
    console.error(`gs://${values.bucket} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
    code = 2
  }
  try {
    await proxy.settled()
    const removed = await test_prefix.removeAll()
    console.log(`Removed ${removed} versions; nothing is left under gs://${values.bucket}/${prefix}`)
  } catch (error) {
    if (code !== 2) console.error(`Objects may be left under gs://${values.bucket}/${prefix}: ${String(error)}`)
    code ||= 1
  }
  const counts = [...proxy.counts].map(([method, count]) => `${count} ${method}`)
  console.log(`${[...proxy.counts.values()].reduce((sum, count) => sum + count, 0)} requests: ${counts.join(', ')}`)
  if (proxy.refused.length === 0) return code
  console.error(`Kept from leaving the prefix: ${proxy.refused.join('; ')}`)
  return code || 1
}

/** The exit code of the test runner, whose processes find the bucket behind the proxy. */
async function runTests(versioning: boolean): Promise<number> {
  const vitest = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs')
  // Names what it skips: what the bucket's versioning cannot show, and what Google's documentation does not say.
  const options = [
    ...(values.only === undefined ? ['--reporter', 'verbose'] : ['--testNamePattern', values.only]),
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
      [TARGET_VARIABLES.bucket]: values.bucket,
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
async function checkSignIn(): Promise<void> {
  const store = gcsObjectStore({ bucket: values.bucket, clock: systemClock })
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
    giveUp(
      `There are no credentials: run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS. ` +
        (error instanceof Error ? error.message : String(error)),
    )
  }
  return async () => `Bearer ${await authClient.getAccessToken()}`
}

function giveUp(message: string): never {
  console.error(message)
  process.exit(2)
}
