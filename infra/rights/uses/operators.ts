import { LIST, READ, type Use, WRITE } from '../use.ts'

const OPERATOR = 'am-operator'
const ON_DATA = 'google_storage_bucket_iam_member.operator'
const EVERY_FOLDER = [
  'audiences/',
  'platforms/',
  'distributions/',
  'indexes/',
  'migrations/',
  'config/',
  'maintenance/',
]
const NATIVE = ['audiences', 'platforms', 'distributions'].map((kind) => `table activation_manager.${kind}_native`)
const ON_TABLES = ['dataset activation_manager', 'dataset activation_manager_lake']

/** Operators' commands (`infra/operate`), runbooks and the calendar: all of them as the account that operators impersonate. */
export const OPERATOR_USES: readonly Use[] = [
  {
    what: 'every command, and calls of maintenance: as the operator account',
    who: 'operators',
    permissions: ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.getOpenIdToken'],
    on: ['account am-operator'],
    grant: 'google_service_account_iam_member.operator',
  },
  {
    what: 'restore, import, maintenance, flags: objects and their generations',
    who: OPERATOR,
    permissions: [...READ, ...WRITE],
    on: EVERY_FOLDER.map((folder) => `data/${folder}`),
    grant: ON_DATA,
  },
  {
    what: 'restore --list, user-hash --find, integrity',
    who: OPERATOR,
    permissions: LIST,
    on: ['data'],
    grant: ON_DATA,
  },
  {
    what: 'import: seals credentials',
    who: OPERATOR,
    permissions: ['cloudkms.cryptoKeyVersions.useToEncrypt'],
    on: ['key credentials'],
    grant: 'google_kms_crypto_key_iam_member.operator',
  },
  {
    what: 'maintenance -- reencrypt: which version of the key is primary',
    who: OPERATOR,
    permissions: ['cloudkms.cryptoKeys.get'],
    on: ['key credentials'],
    grant: 'google_kms_crypto_key_iam_member.operator',
  },
  {
    what: 'user-hash: the salt',
    who: OPERATOR,
    permissions: ['secretmanager.versions.access'],
    on: ['secret am-user-hash-salt'],
    grant: 'google_secret_manager_secret_iam_member.user_hash_salt_operator',
  },
  {
    what: 'bigquery:load: loads, merges, removes what it loaded',
    who: OPERATOR,
    permissions: [
      'bigquery.datasets.get',
      'bigquery.tables.create',
      'bigquery.tables.delete',
      'bigquery.tables.get',
      'bigquery.tables.getData',
      'bigquery.tables.updateData',
    ],
    on: ON_TABLES,
    grant: 'google_bigquery_dataset_iam_member.operator_loads',
  },
  {
    what: 'bigquery:load: sees all rows, else its merge would be refused',
    who: OPERATOR,
    permissions: ['bigquery.rowAccessPolicies.getFilteredData'],
    on: NATIVE,
    grant: 'google_bigquery_row_access_policy.everything',
  },
  {
    what: 'bigquery:load: jobs',
    who: OPERATOR,
    permissions: ['bigquery.jobs.create'],
    on: ['project'],
    grant: 'google_project_iam_member.operator_runs',
  },
]
