import { describe, expect, test } from 'vitest'

import { CHECKS } from '#infra/doctor/checks.ts'
import { HARMLESS_CONSTRAINTS } from '#infra/doctor/checks/policies.ts'
import { reportText } from '#infra/doctor/report.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { AT, copy, examine, healthy, job, policyOf, QUOTAS, quotaOf, service, type StandIn } from './stand-in.ts'

interface Fault {
  /** The check that has to notice. */
  readonly title: string
  readonly when: string
  readonly plant: (stand_in: StandIn) => void
  /** What the line says, and what it tells the reader to do. */
  readonly says: RegExp
  readonly remedy: RegExp
  /** Default: a problem. */
  readonly state?: 'not asked'
}

const failed = (stderr: string) => ({ exit_code: 1, stdout: '', stderr })
const printed = (stdout: string) => ({ exit_code: 0, stdout, stderr: '' })
const policy =
  (constraint: string, ...rules: object[]) =>
  (stand_in: StandIn) =>
    void stand_in.answers.set(policyOf(constraint), { spec: { rules } })
const enforced = (constraint: string) => policy(constraint, { enforce: true })
const answer = (at: string, body: object) => (stand_in: StandIn) => void stand_in.answers.set(at, { ...body })
const program = (call: string, result: ReturnType<typeof failed> | undefined) => (stand_in: StandIn) =>
  void stand_in.programs.set(call, result)
const services = (change: (name: string) => object) => answer(AT.run, { services: FUNCTION_NAMES.map(change) })
const jobs = (...changes: object[]) => answer(AT.jobs, { jobs: changes.map((change) => job('dispatch', change)) })
const copies = (change: object) =>
  answer(AT.copies, { transferConfigs: [copy('audiences', change), copy('platforms'), copy('distributions')] })
const planned = (changes: Partial<StandIn['planned']>) => (stand_in: StandIn) =>
  void (stand_in.planned = { ...stand_in.planned, ...changes })

const MACHINE: Fault[] = [
  {
    title: 'terraform',
    when: 'it is not installed',
    plant: program('terraform version', undefined),
    says: /not installed/,
    remedy: /install terraform 1\.11/,
  },
  {
    title: 'terraform',
    when: 'it is too old',
    plant: program('terraform version', printed('{"terraform_version": "1.9.8"}')),
    says: /1\.9\.8/,
    remedy: /install/,
  },
  {
    title: 'terraform',
    when: 'it is newer than what was checked',
    plant: program('terraform version', printed('{"terraform_version": "2.0.0"}')),
    says: /2\.0\.0/,
    remedy: /below 2/,
  },
  {
    title: 'gcloud',
    when: 'it is not installed',
    plant: program('gcloud version', undefined),
    says: /not installed/,
    remedy: /sdk/,
  },
  {
    title: 'gcloud',
    when: 'it is too old',
    plant: program('gcloud version', printed('{"Google Cloud SDK": "400.0.0"}')),
    says: /400\.0\.0/,
    remedy: /components update/,
  },
  {
    title: 'gcloud',
    when: 'nobody is signed in',
    plant: program('gcloud auth list', printed('\n')),
    says: /nobody is signed in/,
    remedy: /^gcloud auth login$/,
  },
  {
    title: 'docker',
    when: 'it does not start',
    plant: program('docker --version', failed('no daemon')),
    says: /no daemon/,
    remedy: /again/,
    state: 'not asked',
  },
  {
    title: 'node',
    when: 'it is too old',
    plant: program('node --version', printed('v20.1.0')),
    says: /20\.1\.0/,
    remedy: /npm run doctor/,
  },
]

const BEFORE: Fault[] = [
  {
    title: 'credentials',
    when: 'nobody created any',
    plant: program('gcloud auth application-default', failed('ERROR: Your default credentials were not found.')),
    says: /were not found/,
    remedy: /^gcloud auth application-default login$/,
  },
  {
    title: 'credentials',
    when: 'they are not accepted any more',
    plant: program('gcloud auth application-default', printed('an-old-token')),
    says: /any more/,
    remedy: /application-default login/,
  },
  {
    title: 'variables',
    when: 'they are still those of the example',
    plant: planned({ project: 'acme-activation-dev', state_bucket: 'example-terraform-state' }),
    says: /example’s: bucket/,
    remedy: /dev\.tfvars/,
  },
  {
    title: 'project',
    when: 'it does not exist',
    plant: answer(AT.project, { status_code: 403, error: { message: 'Permission denied.' } }),
    says: /does not exist, or is not yours/,
    remedy: /gcloud projects create/,
  },
  {
    title: 'project',
    when: 'it is being deleted',
    plant: answer(AT.project, { state: 'DELETE_REQUESTED' }),
    says: /DELETE_REQUESTED/,
    remedy: /undelete/,
  },
  {
    title: 'project',
    when: 'the service that tells is off',
    plant: answer(AT.project, {
      status_code: 403,
      error: {
        message: 'Off.',
        details: [{ reason: 'SERVICE_DISABLED', metadata: { service: 'cloudresourcemanager.googleapis.com' } }],
      },
    }),
    says: /cloudresourcemanager\.googleapis\.com is not enabled/,
    remedy: /^gcloud services enable cloudresourcemanager\.googleapis\.com --project=/,
    state: 'not asked',
  },
  { title: 'billing', when: 'it is off', plant: answer(AT.billing, {}), says: /off/, remedy: /billing projects link/ },
  {
    title: 'billing',
    when: 'the account may not see it',
    plant: answer(AT.billing, { status_code: 403, error: { message: 'The caller does not have permission' } }),
    says: /may not see this: The caller/,
    remedy: /owner/,
    state: 'not asked',
  },
  {
    title: 'services',
    when: 'one is off',
    plant: answer(AT.services, { services: [{ config: { name: 'serviceusage.googleapis.com' } }] }),
    says: /off: cloudresourcemanager/,
    remedy: /gcloud services enable cloudresourcemanager\.googleapis\.com/,
  },
  {
    title: 'rights',
    when: 'the account is no owner',
    plant: answer(AT.permissions, { permissions: ['run.services.create'] }),
    says: /you lack .*setIamPolicy/,
    remedy: /roles\/owner/,
  },
  {
    title: 'state bucket',
    when: 'nobody created it',
    plant: (stand_in) => void stand_in.answers.delete(AT.state),
    says: /does not exist/,
    remedy: /setting-up/,
  },
  {
    title: 'state bucket',
    when: 'it keeps no versions',
    plant: answer(AT.state, {}),
    says: /no versions/,
    remedy: /--versioning/,
  },
  {
    title: 'quota of vCPUs',
    when: 'it is smaller than the instances of a function',
    plant: planned({ vcpus_max: 40 }),
    says: /20 in europe-west1, but one function may use 40/,
    remedy: /request more/,
  },
  {
    title: 'quota of vCPUs',
    when: 'the region has none',
    plant: answer(QUOTAS, quotaOf('0')),
    says: /^0 in/,
    remedy: /Total CPU/,
  },
  {
    title: 'quota of vCPUs',
    when: 'nothing is told of it',
    plant: answer(QUOTAS, {}),
    says: /no quota/,
    remedy: /Quotas/,
    state: 'not asked',
  },
]

const REMEDY = /exception of this project/
const ofPolicy = (title: string, says: RegExp, ...plant: Fault['plant'][]): Fault => ({
  title,
  when: 'the organisation restricts it',
  plant: (stand_in) => plant.forEach((change) => change(stand_in)),
  says,
  remedy: REMEDY,
})
const allowed = (name: string, ...allowedValues: string[]) => policy(name, { values: { allowedValues } })
const denied = (name: string, ...deniedValues: string[]) => policy(name, { values: { deniedValues } })

const POLICIES: Fault[] = [
  ofPolicy('run.managed.requireInvokerIam', /browser/, enforced('run.managed.requireInvokerIam')),
  ofPolicy('run.allowedIngress', /internet/, allowed('run.allowedIngress', 'internal')),
  ofPolicy(
    'iam.allowedPolicyMemberDomains',
    /acme\.test and partner\.test/,
    allowed('iam.allowedPolicyMemberDomains', 'C0123abc'),
    planned({ members: ['group:a@acme.test', 'user:b@partner.test'] }),
  ),
  ofPolicy('iam.disableServiceAccountCreation', /account of its own/, enforced('iam.disableServiceAccountCreation')),
  ofPolicy('gcp.resourceLocations', /europe-west1 is not/, allowed('gcp.resourceLocations', 'in:us-locations')),
  ofPolicy('gcp.resourceLocations', /europe-west1 is not/, denied('gcp.resourceLocations', 'in:eu-locations')),
  ofPolicy(
    'gcp.restrictNonCmekServices',
    /key: storage/,
    denied('gcp.restrictNonCmekServices', 'storage.googleapis.com'),
  ),
  ofPolicy(
    'gcp.restrictServiceUsage',
    /not every service/,
    allowed('gcp.restrictServiceUsage', 'storage.googleapis.com'),
  ),
  ofPolicy(
    'compute.restrictLoadBalancerCreationForTypes',
    /load balancer/,
    policy('compute.restrictLoadBalancerCreationForTypes', { denyAll: true }),
  ),
  ofPolicy('compute.disableGlobalLoadBalancing', /load balancer/, enforced('compute.disableGlobalLoadBalancing')),
]

const AFTER: Fault[] = [
  {
    title: 'functions',
    when: 'one is missing',
    plant: answer(AT.run, { services: FUNCTION_NAMES.slice(1).map((name) => service(name)) }),
    says: /not there: am-/,
    remedy: /terraform apply/,
  },
  {
    title: 'functions',
    when: 'one does not start',
    plant: services((name) =>
      service(
        name,
        name === 'sync' ? { terminalCondition: { state: 'CONDITION_FAILED', message: 'out of memory' } } : {},
      ),
    ),
    says: /^am-sync: out of memory$/,
    remedy: /logs/,
  },
  {
    title: 'image',
    when: 'the placeholder is still there',
    plant: services((name) =>
      service(name, { template: { containers: [{ image: 'us-docker.pkg.dev/cloudrun/container/hello' }] } }),
    ),
    says: /placeholder/,
    remedy: /deliver/,
  },
  {
    title: 'traffic',
    when: 'a cancelled build left it split',
    plant: services((name) =>
      service(name, {
        trafficStatuses: [
          { revision: 'a', percent: 90 },
          { revision: 'b', percent: 10 },
        ],
      }),
    ),
    says: /am-audiences: a 90 %, b 10 %/,
    remedy: /npm run rollback/,
  },
  {
    title: 'save',
    when: 'it fails',
    plant: (stand_in) => void (stand_in.save = () => Promise.resolve(['save: answered 503'])),
    says: /503/,
    remedy: /bad-deploy/,
  },
  {
    title: 'save',
    when: 'nobody asked for it',
    plant: (stand_in) => void (stand_in.save = undefined),
    says: /nothing was saved/,
    remedy: /--save/,
    state: 'not asked',
  },
  {
    title: 'services, all',
    when: 'one is off',
    plant: answer(AT.services, { services: [] }),
    says: /off: artifactregistry/,
    remedy: /apply/,
  },
  { title: 'schedule', when: 'there is none', plant: jobs(), says: /not there/, remedy: /terraform apply/ },
  {
    title: 'schedule',
    when: 'it is paused',
    plant: jobs({ state: 'PAUSED' }),
    says: /maintenance-dispatch \(PAUSED\)/,
    remedy: /gcloud scheduler jobs resume maintenance-dispatch --location=europe-west1/,
  },
  {
    title: 'schedule',
    when: 'its calls are refused',
    plant: jobs({ status: { code: 7 } }),
    says: /maintenance-dispatch: code 7/,
    remedy: /token/,
  },
  {
    title: 'schedule',
    when: 'it no longer runs',
    plant: jobs({ lastAttemptTime: '2026-11-28T11:30:00Z' }),
    says: /last called 2026-11-28T11:30/,
    remedy: /scheduler jobs run/,
  },
  {
    title: 'certificate',
    when: 'the name does not resolve',
    plant: answer(AT.certificates, {
      items: [
        {
          managed: {
            domains: ['activation.acme.test'],
            status: 'PROVISIONING',
            domainStatus: { 'activation.acme.test': 'FAILED_NOT_VISIBLE' },
          },
        },
      ],
    }),
    says: /PROVISIONING.*FAILED_NOT_VISIBLE/,
    remedy: /dns_records/,
  },
  {
    title: 'certificate',
    when: 'there is none of this domain',
    plant: answer(AT.certificates, {}),
    says: /there is none/,
    remedy: /apply/,
  },
  { title: 'receivers', when: 'there is none', plant: answer(AT.channels, {}), says: /nobody/, remedy: /alerting/ },
  {
    title: 'receivers',
    when: 'the only one is off',
    plant: answer(AT.channels, { notificationChannels: [{ enabled: false }] }),
    says: /nobody/,
    remedy: /alerting/,
  },
  { title: 'alert', when: 'none was raised', plant: answer(AT.alerts, {}), says: /none/, remedy: /setting-up/ },
  {
    title: 'alert',
    when: 'the newest is of last year',
    plant: answer(AT.alerts, { alerts: [{ openTime: '2025-11-28T12:00:00Z' }] }),
    says: /old/,
    remedy: /setting-up/,
  },
  {
    title: 'BigQuery copy',
    when: 'its last run failed',
    plant: copies({ state: 'FAILED' }),
    says: /audiences: FAILED/,
    remedy: /last run/,
  },
  {
    title: 'BigQuery copy',
    when: 'it is paused',
    plant: copies({ disabled: true }),
    says: /audiences: disabled/,
    remedy: /last run/,
  },
  {
    title: 'BigQuery copy',
    when: 'there is none',
    plant: answer(AT.copies, {}),
    says: /audiences: there is none/,
    remedy: /last run/,
  },
  { title: 'rollback', when: 'nobody rehearsed it', plant: answer(AT.log, {}), says: /nobody/, remedy: /setting-up/ },
]

const FAULTS = [...MACHINE, ...BEFORE, ...POLICIES, ...AFTER]

test('a project in which all is well has no line but ok', async () => {
  const lines = await examine(healthy())
  expect(lines.filter(({ finding }) => finding.state !== 'ok')).toEqual([])
  expect(lines).toHaveLength(CHECKS.length)
})

describe('what is wrong is told by its line, with what to do', () => {
  test.each(FAULTS)('$title: $when', async ({ title, plant, says, remedy, state = 'problem' }) => {
    const stand_in = healthy()
    plant(stand_in)
    const [line] = await examine(stand_in, [title])
    expect(line?.finding).toEqual({
      state,
      text: expect.stringMatching(says) as string,
      remedy: expect.stringMatching(remedy) as string,
    })
  })
})

test('every line was seen to fail, but those of policies that hinder nothing', () => {
  const seen = new Set([...FAULTS.map(({ title }) => title), ...HARMLESS_CONSTRAINTS])
  expect(CHECKS.map(({ title }) => title).filter((title) => !seen.has(title))).toEqual([])
})

test('without credentials no line is ok that asks Google, and each names the way to get them', async () => {
  const stand_in = healthy()
  stand_in.programs.set('gcloud auth application-default', failed('none'))
  const lines = await examine(stand_in, ['credentials', 'billing', 'run.allowedIngress', 'schedule'])
  expect(lines.map(({ finding }) => finding)).toEqual(
    ['problem', 'not asked', 'not asked', 'not asked'].map((state) => ({
      state,
      text: expect.any(String) as string,
      remedy: 'gcloud auth application-default login',
    })),
  )
})

test('an answer of another form is no ok', async () => {
  const stand_in = healthy()
  stand_in.answers.set(AT.jobs, { jobs: 'many' })
  const [line] = await examine(stand_in, ['schedule'])
  expect(line?.finding).toMatchObject({ state: 'not asked', text: expect.stringMatching(/another form/) as string })
})

test('the report has a line for each check, and an arrow under each that is not ok', async () => {
  const stand_in = healthy()
  stand_in.answers.set(AT.billing, {})
  const lines = await examine(stand_in, ['billing', 'state bucket', 'rollback'])
  expect(reportText({ env: 'dev', project: 'acme', region: 'europe-west1' }, lines).split('\n')).toEqual([
    'dev: project acme, europe-west1',
    '',
    'Before the first apply',
    '  PROBLEM  billing       off',
    '           → gcloud billing projects link acme-activation-dev --billing-account=ACCOUNT',
    '  ok       state bucket  gs://acme-terraform-state keeps versions',
    '',
    'After apply and delivery',
    '  ok       rollback      rehearsed 2026-11-19T09:00:00Z by someone@acme.test',
    '',
    '2 ok, 1 problems, 0 could not be asked',
    '',
  ])
})
