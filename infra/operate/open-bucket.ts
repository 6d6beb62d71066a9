import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { OperatorError, UsageError } from '#infra/command/operator-error.ts'
import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import { folderSettings } from '#infra/command/folder-settings.ts'
import { startKms, type Kms, LOCAL_KEY } from '#infra/stand-ins/kms/server.ts'
import { type Clock, systemClock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { systemRandom } from '#shared/base/random.ts'
import { cloudKms } from '#shared/credentials/cloud-kms.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { type CredentialVault, credentialVault } from '#shared/credentials/vault.ts'
import { gcsObjectHistory } from '#shared/objects/gcs-object-history.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import type { ObjectHistory } from '#shared/objects/object-history.ts'
import { type ObjectStore, StoreError } from '#shared/objects/object-store.ts'
import { keySettings, storageSettings } from '#shared/settings/edge-settings.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'

/** The bucket that a command works on, or the local data folder as one. */
export interface OpenBucket {
  readonly store: ObjectStore
  readonly history: ObjectHistory
  /** For output and reports: `gs://my-bucket`, or the folder. */
  readonly label: string
  /** The bucket's own name, for which credentials are sealed. */
  readonly bucket: string
  /** `undefined` when no key is configured: then no credentials can be opened or sealed. */
  readonly vault: CredentialVault | undefined
  readonly cache_bytes_max: number
}

export interface OpenBucketOptions {
  /** As it is typed: `npm run import`. */
  readonly program: string
  /** `--data` */
  readonly data_dir: string | undefined
  /** Nothing is written: not even a folder is made. */
  readonly read_only: boolean
  /** By default the process's. */
  readonly environment?: Environment
  /** By default the system's. */
  readonly clock?: Clock
}

const LOCAL_BUCKET = 'activation-local'

const localSettings = {
  ...folderSettings,
  CACHE_BYTES: storageSettings.CACHE_BYTES,
}

/**
 * Opens the configured bucket or, with none configured, the local data folder; closes it when `work` has ended.
 * @throws UsageError, SettingsError; OperatorError for failures of the bucket, the key or a record
 */
export async function withBucket<T>(options: OpenBucketOptions, work: (bucket: OpenBucket) => Promise<T>): Promise<T> {
  const { bucket, close } = await open(options)
  try {
    return await work(bucket)
  } catch (error) {
    throw forOperator(error)
  } finally {
    await close()
  }
}

/** What the store, the key or the table says of a failure is a sentence already. */
function forOperator(error: unknown): unknown {
  const is_foreseen = error instanceof StoreError || error instanceof KeyError || error instanceof Problem
  return is_foreseen ? new OperatorError(error.message, { cause: error }) : error
}

interface Opened {
  readonly bucket: OpenBucket
  readonly close: () => Promise<void>
}

async function open(options: OpenBucketOptions): Promise<Opened> {
  const { data_dir, environment = process.env, clock = systemClock } = options
  const isSet = (name: string): boolean => (environment[name] ?? '') !== ''
  const is_configured = isSet('GCS_BUCKET') || isSet('STORAGE_API_ENDPOINT')
  if (!is_configured) return await openFolder(options, environment, clock)
  if (data_dir !== undefined) {
    throw new UsageError(
      'Choose one: --data for a local folder, or GCS_BUCKET and STORAGE_API_ENDPOINT in the environment for a bucket.',
    )
  }
  // An endpoint alone is the local runtime's, which has one bucket.
  const name = isSet('GCS_BUCKET') ? environment['GCS_BUCKET'] : LOCAL_BUCKET
  const settings = readSettings(storageSettings, { ...environment, GCS_BUCKET: name })
  const storage = { bucket: settings.GCS_BUCKET, api_endpoint: settings.STORAGE_API_ENDPOINT, clock }
  const bucket = {
    store: gcsObjectStore(storage),
    history: gcsObjectHistory(storage),
    label: `gs://${settings.GCS_BUCKET}`,
    bucket: settings.GCS_BUCKET,
    vault: isSet('KMS_KEY') || isSet('KMS_API_ENDPOINT') ? configuredVault(environment, clock) : undefined,
    cache_bytes_max: settings.CACHE_BYTES,
  }
  return { bucket, close: async () => {} }
}

/** An endpoint alone is the local runtime's, which has one key. */
function configuredVault(environment: Environment, clock: Clock): CredentialVault {
  const key = environment['KMS_KEY'] || LOCAL_KEY
  const settings = readSettings(keySettings, { ...environment, KMS_KEY: key })
  return vaultOf(settings.KMS_KEY, settings.KMS_API_ENDPOINT, clock)
}

function vaultOf(key_name: string, api_endpoint: string | undefined, clock: Clock): CredentialVault {
  const keys = cloudKms({ key_name, api_endpoint, clock, random: systemRandom })
  return credentialVault({ keys, random: systemRandom })
}

async function openFolder(
  { data_dir, program, read_only }: OpenBucketOptions,
  environment: Environment,
  clock: Clock,
): Promise<Opened> {
  const settings = readSettings(localSettings, environment)
  const folder = data_dir ?? settings.DATA_DIR
  const temporaryFolder = () => mkdtemp(join(tmpdir(), 'activation-'))
  const stand_in_dir = read_only && !existsSync(folder) ? await temporaryFolder() : undefined
  const gcs = await startStorage(stand_in_dir ?? folder, program)
  // A read-only command makes missing keys outside the folder.
  const has_keys = existsSync(join(folder, 'kms', 'keys.json'))
  const keys_dir = read_only && !has_keys ? (stand_in_dir ?? (await temporaryFolder())) : folder
  let kms: Kms
  try {
    kms = await startKms({ data_dir: keys_dir })
  } catch (error) {
    await gcs.close()
    throw error
  }
  const storage = { bucket: LOCAL_BUCKET, api_endpoint: gcs.url, clock }
  const bucket = {
    store: gcsObjectStore(storage),
    history: gcsObjectHistory(storage),
    label: folder,
    bucket: LOCAL_BUCKET,
    vault: vaultOf(kms.key_name, kms.url, clock),
    cache_bytes_max: settings.CACHE_BYTES,
  }
  const close = async () => {
    await Promise.all([gcs.close(), kms.close()])
    if (stand_in_dir !== undefined) await rm(stand_in_dir, { recursive: true })
    if (keys_dir !== folder) await rm(keys_dir, { recursive: true, force: true })
  }
  return { bucket, close }
}

async function startStorage(data_dir: string, program: string): Promise<Gcs> {
  try {
    return await startGcs({ data_dir, buckets: [LOCAL_BUCKET] })
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.includes('is in use by'))) throw cause
    throw new OperatorError(
      [
        cause.message,
        'The local runtime seems to be running on this folder. Stop it and run this again, or run it through its storage:',
        `  STORAGE_API_ENDPOINT=<the storage address that it printed> ${program} -- …`,
      ].join('\n'),
      { cause },
    )
  }
}
