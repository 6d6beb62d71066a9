import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { LIST, READ, type Use, WRITE } from '../use.ts'
import { accountOf } from './functions.ts'

const ON_CALL = 'on call'
const GRANT = 'google_project_iam_member.on_call'
const SERVICES = FUNCTION_NAMES.map((name) => `service ${accountOf(name)}`)

/** A step that anybody on call does under their own name. */
function step(what: string, permissions: readonly string[], on: readonly string[] = ['project']): Use {
  return { what, who: ON_CALL, permissions, on, grant: GRANT }
}

/** The runbooks, as far as people on call do them as themselves; they do the rest as the operator account. */
export const ON_CALL_USES: readonly Use[] = [
  step('every runbook: log lines, audit logs among them', [
    'logging.logEntries.list',
    'logging.privateLogEntries.list',
  ]),
  step('every runbook: dashboard, alerts, incidents', [
    'monitoring.alertPolicies.get',
    'monitoring.dashboards.get',
    'monitoring.timeSeries.list',
  ]),
  step('every alert: silences it for a while', ['monitoring.snoozes.create', 'monitoring.snoozes.update']),
  step('the drill: a line that raises its alert', ['logging.logEntries.create']),
  step('npm run doctor -- --when after: looks at the environment each week', [
    'bigquery.datasets.get',
    'bigquery.transfers.get',
    'cloudscheduler.jobs.list',
    'compute.sslCertificates.list',
    'logging.logEntries.list',
    'monitoring.alerts.list',
    'monitoring.notificationChannels.list',
    'run.services.list',
    'serviceusage.services.list',
  ]),
  step('every command: calls count against the project', ['serviceusage.services.use']),
  step(
    'bad-deploy: moves traffic back; bucket-restored: closes the doors',
    ['run.services.get', 'run.services.list', 'run.services.update', 'run.revisions.get', 'run.revisions.list'],
    SERVICES,
  ),
  step('bad-deploy: stops a delivery', ['cloudbuild.builds.get', 'cloudbuild.builds.list', 'cloudbuild.builds.update']),
  step('bucket-restored: pauses maintenance; failed-distributions: looks at the schedule, calls it', [
    'cloudscheduler.jobs.enable',
    'cloudscheduler.jobs.get',
    'cloudscheduler.jobs.list',
    'cloudscheduler.jobs.pause',
    'cloudscheduler.jobs.run',
  ]),
  step('bucket-restored: pauses the copies, where the dataset lies', [
    'bigquery.datasets.get',
    'bigquery.transfers.get',
    'bigquery.transfers.update',
  ]),
  {
    what: 'bucket-restored: the copies run as their account',
    who: ON_CALL,
    permissions: ['iam.serviceAccounts.actAs'],
    on: ['account am-bigquery-copier'],
    grant: 'google_service_account_iam_member.on_call_pauses',
  },
  step(
    'bucket-restored: brings the bucket and its objects back, and waits for that',
    [
      'storage.bucketOperations.get',
      'storage.bucketOperations.list',
      'storage.buckets.get',
      'storage.buckets.list',
      'storage.buckets.restore',
      'storage.objects.create',
      'storage.objects.list',
      'storage.objects.restore',
    ],
    ['data'],
  ),
  step(
    'lost-key-version: looks at the versions, brings one back',
    [
      'cloudkms.cryptoKeyVersions.get',
      'cloudkms.cryptoKeyVersions.list',
      'cloudkms.cryptoKeyVersions.restore',
      'cloudkms.cryptoKeyVersions.update',
    ],
    ['key credentials', 'key bucket'],
  ),
  {
    what: "every command of the runbooks: as the operator account, also with a token for a function's own URL",
    who: ON_CALL,
    permissions: ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.getOpenIdToken'],
    on: ['account am-operator'],
    grant: 'google_service_account_iam_member.on_call_operates',
  },
  {
    what: 'bad-deploy: services run as the account of their function',
    who: ON_CALL,
    permissions: ['iam.serviceAccounts.actAs'],
    on: FUNCTION_NAMES.map((name) => `account ${accountOf(name)}`),
    grant: 'google_service_account_iam_member.on_call_rolls_back',
  },
  {
    what: 'bad-deploy: the lock of the rollouts',
    who: ON_CALL,
    permissions: [...READ, ...LIST, ...WRITE],
    on: ['delivery/locks/'],
    grant: 'google_storage_bucket_iam_member.on_call_locks',
  },
  {
    what: 'bad-deploy, bucket-restored: rollback.sh and writers.sh, without a checkout',
    who: ON_CALL,
    permissions: READ,
    on: ['delivery/rollback.sh', 'delivery/writers.sh'],
    grant: 'google_storage_bucket_iam_member.on_call_locks',
  },
]
