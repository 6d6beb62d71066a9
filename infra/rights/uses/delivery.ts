import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { LIST, READ, type Use, WRITE } from '../use.ts'
import { accountOf } from './functions.ts'

const DELIVERY = 'am-delivery'
const NIGHTLY = 'am-nightly'
const SCHEDULER = 'am-scheduler'
const DEPLOYERS = 'deployers'
const SERVICES = FUNCTION_NAMES.map((name) => `service ${accountOf(name)}`)
const ON_SERVICES = 'google_cloud_run_v2_service_iam_member.delivery'
const ON_LOCK = 'google_storage_bucket_iam_member.delivery'
const ON_ASSETS = 'google_storage_bucket_iam_member.assets_delivery'

/** The steps of `cloudbuild.yaml`, of `infra/deliver/rollout`, and of the nightly build. */
export const DELIVERY_USES: readonly Use[] = [
  {
    what: 'push: the image',
    who: DELIVERY,
    permissions: [
      'artifactregistry.repositories.uploadArtifacts',
      'artifactregistry.repositories.downloadArtifacts',
      'artifactregistry.tags.create',
    ],
    on: ['repository'],
    grant: 'google_artifact_registry_repository_iam_member.delivery',
  },
  {
    what: 'rollout: the digest of the image',
    who: DELIVERY,
    permissions: ['artifactregistry.repositories.get', 'artifactregistry.versions.list'],
    on: ['repository'],
    grant: 'google_artifact_registry_repository_iam_member.delivery',
  },
  {
    what: 'rollout: the lock',
    who: DELIVERY,
    permissions: [...READ, ...LIST, ...WRITE],
    on: ['delivery/locks/'],
    grant: ON_LOCK,
  },
  { what: 'build: bills of materials', who: DELIVERY, permissions: WRITE, on: ['delivery/builds/'], grant: ON_LOCK },
  {
    what: 'rollout: looks at services',
    who: DELIVERY,
    permissions: ['run.services.get'],
    on: SERVICES,
    grant: ON_SERVICES,
  },
  {
    what: 'rollout: candidates, tags, traffic',
    who: DELIVERY,
    permissions: ['run.services.update'],
    on: SERVICES,
    grant: ON_SERVICES,
  },
  {
    what: 'rollout: candidates run as the account of their function',
    who: DELIVERY,
    permissions: ['iam.serviceAccounts.actAs'],
    on: FUNCTION_NAMES.map((name) => `account ${accountOf(name)}`),
    grant: 'google_service_account_iam_member.delivery_uses',
  },
  {
    what: 'rollout: uploads assets, lists and dates them',
    who: DELIVERY,
    permissions: [...READ, ...LIST, ...WRITE, 'storage.objects.update'],
    on: ['assets/assets/'],
    grant: ON_ASSETS,
  },
  {
    what: 'smoke: an identity token of the smoke user',
    who: DELIVERY,
    permissions: ['iam.serviceAccounts.getOpenIdToken'],
    on: ['account am-smoke'],
    grant: 'google_service_account_iam_member.delivery_smokes',
  },
  {
    what: 'smoke: finds the object that it saved',
    who: DELIVERY,
    permissions: READ,
    on: ['data/audiences/user_id=SMOKE/'],
    grant: 'google_storage_bucket_iam_member.delivery_smokes',
  },
  {
    what: 'gate: metrics of the candidates',
    who: DELIVERY,
    permissions: ['monitoring.timeSeries.list'],
    on: ['project'],
    grant: 'google_project_iam_member.delivery',
  },
  {
    what: 'rollout, at its end: the schedule calls maintenance',
    who: DELIVERY,
    permissions: ['cloudscheduler.jobs.run'],
    on: ['project'],
    grant: 'google_project_iam_member.delivery',
  },
  {
    what: 'rollout, at its end: what maintenance answered',
    who: DELIVERY,
    permissions: ['logging.logEntries.list'],
    on: ['project'],
    grant: 'google_project_iam_member.delivery',
  },
  { what: 'build by hand: its sources', who: DELIVERY, permissions: READ, on: ['delivery/source/'], grant: ON_LOCK },
  {
    what: 'by hand: submits a build, follows and cancels it',
    who: DEPLOYERS,
    permissions: ['cloudbuild.builds.create', 'cloudbuild.builds.get', 'cloudbuild.builds.update'],
    on: ['project'],
    grant: 'google_project_iam_member.deployer',
  },
  {
    what: 'by hand: uploads count against the project',
    who: DEPLOYERS,
    permissions: ['serviceusage.services.use'],
    on: ['project'],
    grant: 'google_project_iam_member.deployer',
  },
  {
    what: 'by hand: reads the log of the build',
    who: DEPLOYERS,
    permissions: ['logging.logEntries.list'],
    on: ['project'],
    grant: 'google_project_iam_member.deployer',
  },
  {
    what: 'by hand: the sources of the build; gcloud looks at their bucket first',
    who: DEPLOYERS,
    permissions: ['storage.buckets.get', 'storage.objects.create'],
    on: ['delivery'],
    grant: 'google_storage_bucket_iam_member.deployer',
  },
  {
    what: 'by hand: the build runs as the delivery account; npm run deploy acts as that account',
    who: DEPLOYERS,
    permissions: ['iam.serviceAccounts.actAs', 'iam.serviceAccounts.getAccessToken'],
    on: ['account am-delivery'],
    grant: 'google_service_account_iam_member.deployer',
  },
  {
    what: 'build: its log',
    who: DELIVERY,
    permissions: ['logging.logEntries.create'],
    on: ['project'],
    grant: 'google_project_iam_member.delivery',
  },
  {
    what: 'nightly: starts the build',
    who: SCHEDULER,
    permissions: ['cloudbuild.builds.create'],
    on: ['project'],
    grant: 'google_project_iam_member.nightly_starts',
  },
  {
    what: 'nightly: the build runs as an account of its own',
    who: SCHEDULER,
    permissions: ['iam.serviceAccounts.actAs'],
    on: ['account am-nightly'],
    grant: 'google_service_account_iam_member.nightly_starts',
  },
  {
    what: 'nightly: its log',
    who: NIGHTLY,
    permissions: ['logging.logEntries.create'],
    on: ['project'],
    grant: 'google_project_iam_member.nightly',
  },
]
