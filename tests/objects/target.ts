/**
 * The bucket that tests of the documented behaviour run on: by default one of a stand-in of their own, and under
 * `npm run test:gcs` (main.ts) the one that its variables name. Either way it is reached without signing in.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { TARGET_VARIABLES, uniqueName } from './test-prefix.ts'

export interface Target {
  /** Base URL of its API. */
  url: string
  bucket: string
  /** All objects are to be below it. */
  prefix: string
  /** Whether the bucket keeps noncurrent versions. */
  versioning: boolean
  /** Whether it may be Google's own: what its documentation is silent about is then not asked. */
  is_real: boolean
}

/** The bucket, for the file that calls this at its top. Undefined when the given one has another versioning. */
export async function openTarget({ versioning }: { versioning: boolean }): Promise<Target | undefined> {
  const given = givenTarget()
  if (given) return given.versioning === versioning ? given : undefined
  return await standIn(versioning)
}

/** The bucket, whatever its versioning. */
export async function openAnyTarget(): Promise<Target> {
  return givenTarget() ?? (await standIn(true))
}

function givenTarget(): Target | undefined {
  const read = (variable: keyof typeof TARGET_VARIABLES) => process.env[TARGET_VARIABLES[variable]] ?? ''
  if (read('is_running') === '') return undefined
  return {
    url: read('endpoint'),
    bucket: read('bucket'),
    prefix: `${read('prefix')}${uniqueName()}/`,
    versioning: read('versioning') === 'true',
    is_real: true,
  }
}

async function standIn(versioning: boolean): Promise<Target> {
  const data_dir = await mkdtemp(join(tmpdir(), 'gcs-target-'))
  const bucket = 'target-bucket'
  const gcs = await startGcs({ data_dir, fsync: false, versioning, buckets: [bucket] })
  afterAll(async () => {
    await gcs.close()
    await rm(data_dir, { recursive: true, force: true })
  })
  return { url: gcs.url, bucket, prefix: `${uniqueName()}/`, versioning, is_real: false }
}
