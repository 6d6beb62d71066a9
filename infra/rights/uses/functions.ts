import { FUNCTION_NAMES, type FunctionName } from '#shared/contract/functions.ts'
import { LIST, READ, type Use, WRITE } from '../use.ts'

/** What a function does with the objects of a folder. */
interface Folders {
  readonly reads?: Readonly<Record<string, string>>
  readonly writes?: Readonly<Record<string, string>>
}

const LEGACY_IDS = { 'indexes/': 'finds the month of an id of the old system' }

/** By function. That it does nothing else is tested: the whole system runs with these rights and no others. */
const FOLDERS: Readonly<Record<FunctionName, Folders>> = {
  audiences: {
    writes: { 'audiences/': 'saves audiences' },
    reads: {
      'distributions/': 'looks whether an audience is in use',
      'platforms/': 'looks which platforms refresh an audience',
      ...LEGACY_IDS,
    },
  },
  platforms: {
    writes: { 'platforms/': 'saves platforms' },
    reads: { 'distributions/': 'looks whether a platform is in use', ...LEGACY_IDS },
  },
  distributions: {
    writes: { 'distributions/': 'saves distributions', 'platforms/': 'notes when a platform was last sent to' },
    reads: { 'audiences/': 'copies the audience that is sent', ...LEGACY_IDS },
  },
  insights: {
    reads: {
      'audiences/': 'counts audiences',
      'platforms/': 'counts platforms',
      'distributions/': 'counts distributions',
    },
  },
  sync: {
    writes: {
      'audiences/': 'pulls and pushes audiences',
      'platforms/': 'pulls and pushes platforms',
      'distributions/': 'pulls and pushes distributions',
      'migrations/': "reports a guest's migration",
    },
    reads: LEGACY_IDS,
  },
  flags: { reads: { 'config/': 'reads flags and notice' } },
  maintenance: {
    writes: {
      'audiences/': 'archives and purges audiences',
      'platforms/': 'purges platforms, seals credentials again',
      'distributions/': 'starts and purges distributions',
      'maintenance/': 'notes how far a job has come',
    },
    reads: LEGACY_IDS,
  },
  web: {},
}

/** The functions that seal and open credentials. */
const KEEPERS: readonly FunctionName[] = ['platforms', 'maintenance']

export function accountOf(name: FunctionName): string {
  return `am-${name}`
}

function usesOf(name: FunctionName): Use[] {
  const who = accountOf(name)
  const { reads = {}, writes = {} } = FOLDERS[name]
  const grant = 'google_storage_bucket_iam_member.function'
  return [
    {
      what: 'starts: the salt of user hashes',
      who,
      permissions: ['secretmanager.versions.access'],
      on: ['secret am-user-hash-salt'],
      grant: 'google_secret_manager_secret_iam_member.user_hash_salt',
    },
    ...Object.entries(writes).map(([folder, what]) => {
      return { what, who, permissions: [...READ, ...WRITE], on: [`data/${folder}`], grant }
    }),
    ...Object.entries(reads).map(([folder, what]) => ({ what, who, permissions: READ, on: [`data/${folder}`], grant })),
  ]
}

export const FUNCTION_USES: readonly Use[] = [
  ...FUNCTION_NAMES.flatMap(usesOf),
  ...FUNCTION_NAMES.filter((name) => name !== 'web').map((name) => ({
    what: 'lists months, and tells an object that is absent from one that it may not read',
    who: accountOf(name),
    permissions: LIST,
    on: ['data'],
    grant: 'google_storage_bucket_iam_member.lists',
  })),
  ...KEEPERS.map((name) => ({
    what: 'seals and opens credentials',
    who: accountOf(name),
    permissions: ['cloudkms.cryptoKeyVersions.useToEncrypt', 'cloudkms.cryptoKeyVersions.useToDecrypt'],
    on: ['key credentials'],
    grant: 'google_kms_crypto_key_iam_member.credentials',
  })),
  {
    what: 'which version of the key is primary: its deep health check',
    who: 'am-platforms',
    permissions: ['cloudkms.cryptoKeys.get'],
    on: ['key credentials'],
    grant: 'google_kms_crypto_key_iam_member.credentials',
  },
  {
    what: 'which version of the key is primary: what is sealed under another one is sealed again',
    who: 'am-maintenance',
    permissions: ['cloudkms.cryptoKeys.get'],
    on: ['key credentials'],
    grant: 'google_kms_crypto_key_iam_member.credentials',
  },
  {
    what: 'serves the assets of earlier releases',
    who: 'am-web',
    permissions: READ,
    on: ['assets/assets/'],
    grant: 'google_storage_bucket_iam_member.assets_reads',
  },
  {
    what: 'tells an asset that is absent from one that it may not read; its deep health check',
    who: 'am-web',
    permissions: LIST,
    on: ['assets'],
    grant: 'google_storage_bucket_iam_member.assets_lists',
  },
]
