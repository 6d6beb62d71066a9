import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod/mini'

import { startKms, type Kms, LOCAL_KEY } from '#infra/stand-ins/kms/server.ts'
import { systemRandom } from '#shared/base/random.ts'
import { cloudKms } from '#shared/credentials/cloud-kms.ts'
import { type CredentialVault, credentialVault } from '#shared/credentials/vault.ts'
import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import type { Clock } from '#shared/base/clock.ts'
import { keySettings, storageSettings } from '#shared/settings/edge-settings.ts'
import { type Environment, readSettings, setting } from '#shared/settings/settings.ts'
import { gcsObjectHistory } from '#shared/objects/gcs-object-history.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import type { ObjectHistory } from '#shared/objects/object-history.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { ImportFailure } from './import-failure.ts'

/** Where the records go. */
export interface Target {
  readonly store: ObjectStore
  readonly history: ObjectHistory
  /** As reports name it. */
  readonly name: string
  /** What credentials are sealed for. */
  readonly bucket: string
  /** `undefined` when no key is configured: then no credentials can come in. */
  readonly vault: CredentialVault | undefined
  readonly cache_bytes_max: number
  readonly close: () => Promise<void>
}

export interface TargetOptions {
  /** As it is typed: `import`. */
  readonly command: string
  readonly environment: Environment
  /** `--data` */
  readonly data_dir: string | undefined
  /** Nothing is to be written: not even a folder may appear. */
  readonly read_only: boolean
  readonly clock: Clock
}

const LOCAL_BUCKET = 'activation-local'

const localSettings = {
  DATA_DIR: setting({
    schema: z._default(z.string(), '.data'),
    description: 'Folder of the local runtime, where records go when no bucket is configured.',
    example: '.data',
  }),
  CACHE_BYTES: storageSettings.CACHE_BYTES,
}

/**
 * The configured bucket, or, with none configured, the local data folder.
 * @throws SettingsError, ImportFailure
 */
export async function openTarget({ command, environment, data_dir, read_only, clock }: TargetOptions): Promise<Target> {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== ''
  const is_configured = isSet('GCS_BUCKET') || isSet('STORAGE_API_ENDPOINT')
  if (is_configured && data_dir !== undefined) {
    throw new ImportFailure('Say one: --data for a local folder, or GCS_BUCKET in the environment for a bucket.')
  }
  if (!is_configured) {
    const settings = readSettings(localSettings, environment)
    const cache_bytes_max = settings.CACHE_BYTES
    return await openFolder(data_dir ?? settings.DATA_DIR, { command, read_only, clock, cache_bytes_max })
  }
  // An endpoint alone is the local runtime's, which has but one bucket.
  const bucket = isSet('GCS_BUCKET') ? environment['GCS_BUCKET'] : LOCAL_BUCKET
  const settings = readSettings(storageSettings, { ...environment, GCS_BUCKET: bucket })
  const storage = { bucket: settings.GCS_BUCKET, api_endpoint: settings.STORAGE_API_ENDPOINT, clock }
  return {
    store: gcsObjectStore(storage),
    history: gcsObjectHistory(storage),
    name: `gs://${settings.GCS_BUCKET}`,
    bucket: settings.GCS_BUCKET,
    vault: isSet('KMS_KEY') || isSet('KMS_API_ENDPOINT') ? configuredVault(environment, clock) : undefined,
    cache_bytes_max: settings.CACHE_BYTES,
    close: async () => {},
  }
}

/** An endpoint alone is the local runtime's, which has but one key. */
function configuredVault(environment: Environment, clock: Clock): CredentialVault {
  const key = environment['KMS_KEY'] || LOCAL_KEY
  const settings = readSettings(keySettings, { ...environment, KMS_KEY: key })
  return vaultOf(settings.KMS_KEY, settings.KMS_API_ENDPOINT, clock)
}

function vaultOf(key_name: string, api_endpoint: string | undefined, clock: Clock): CredentialVault {
  const keys = cloudKms({ key_name, api_endpoint, clock, random: systemRandom })
  return credentialVault({ keys, random: systemRandom })
}

interface FolderOptions extends Omit<TargetOptions, 'environment' | 'data_dir'> {
  readonly cache_bytes_max: number
}

async function openFolder(
  folder: string,
  { command, read_only, clock, cache_bytes_max }: FolderOptions,
): Promise<Target> {
  const stand_in_dir = read_only && !existsSync(folder) ? await mkdtemp(join(tmpdir(), 'import-')) : undefined
  const gcs = await start(stand_in_dir ?? folder, command)
  // Where nothing is to be written, keys that are not there yet are made elsewhere.
  const has_keys = existsSync(join(folder, 'kms', 'keys.json'))
  const keys_dir = read_only && !has_keys ? (stand_in_dir ?? (await mkdtemp(join(tmpdir(), 'import-')))) : folder
  let kms: Kms
  try {
    kms = await startKms({ data_dir: keys_dir })
  } catch (error) {
    await gcs.close()
    throw error
  }
  const storage = { bucket: LOCAL_BUCKET, api_endpoint: gcs.url, clock }
  return {
    store: gcsObjectStore(storage),
    history: gcsObjectHistory(storage),
    name: folder,
    bucket: LOCAL_BUCKET,
    vault: vaultOf(kms.key_name, kms.url, clock),
    cache_bytes_max,
    close: async () => {
      await Promise.all([gcs.close(), kms.close()])
      if (stand_in_dir !== undefined) await rm(stand_in_dir, { recursive: true })
      if (keys_dir !== folder) await rm(keys_dir, { recursive: true, force: true })
    },
  }
}

async function start(data_dir: string, command: string): Promise<Gcs> {
  try {
    return await startGcs({ data_dir, buckets: [LOCAL_BUCKET] })
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.includes('is in use by process'))) throw cause
    throw new ImportFailure(
      [
        cause.message,
        `The local runtime seems to be running on this folder. Stop it and run this again, or run it through its storage:`,
        `  STORAGE_API_ENDPOINT=<the storage address that it printed> npm run ${command} -- …`,
      ].join('\n'),
      { cause },
    )
  }
}
