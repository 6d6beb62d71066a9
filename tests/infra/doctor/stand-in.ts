import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'

import { APPLY_PERMISSIONS } from '#infra/doctor/checks/project.ts'
import { CHECKS } from '#infra/doctor/checks.ts'
import { defaultCredentials } from '#infra/doctor/credentials.ts'
import { askAll, type Line } from '#infra/doctor/findings.ts'
import { googleApis } from '#infra/doctor/google.ts'
import type { PlannedEnvironment } from '#infra/doctor/planned.ts'
import type { ProgramResult } from '#infra/doctor/programs.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { listen } from '#shared/http/server/serve.ts'
import { systemClock } from '#shared/base/clock.ts'

/** A project of Google in which all is well, as the services that doctor asks show it. A test breaks one thing of it. */

const PROJECT = 'acme-activation-dev'
const REGION = 'europe-west1'
const OF_PROJECT = `/v1/projects/${PROJECT}`
const IN_REGION = `locations/${REGION}`
const TOKEN = 'token-of-the-credentials'
const NOW_MS = Date.parse('2026-11-28T12:00:00Z')

/** An answer: 200 with this body, unless it says another status. */
export type Answer = Readonly<Record<string, unknown>> & { readonly status_code?: number }

export interface StandIn {
  /** By service and path, without the query. */
  readonly answers: Map<string, Answer>
  /** By program and first argument. */
  readonly programs: Map<string, ProgramResult | undefined>
  planned: PlannedEnvironment
  /** Saves end to end, and tells what it found wrong; undefined: it is not tried. */
  save: (() => Promise<string[]>) | undefined
}

const done = (stdout: string): ProgramResult => ({ exit_code: 0, stdout, stderr: '' })

export function healthy(): StandIn {
  const services = [...FIRST, ...LATER].map((name) => ({ config: { name: `${name}.googleapis.com` } }))
  return {
    planned: {
      project: PROJECT,
      region: REGION,
      domain: 'activation.acme.test',
      vcpus_max: 10,
      state_bucket: 'acme-terraform-state',
      members: ['group:operators@acme.test'],
      runbook_base_url: 'https://code.acme.test/runbooks',
    },
    save: () => Promise.resolve([]),
    programs: new Map([
      ['terraform version', done('{"terraform_version": "1.11.4"}')],
      ['gcloud version', done('{"Google Cloud SDK": "528.0.0"}')],
      ['gcloud auth list', done('owner@acme.test\n')],
      ['gcloud auth application-default', done(`${TOKEN}\n`)],
      ['docker --version', done('Docker version 28.1.1\n')],
      ['node --version', done('v24.21.0\n')],
    ]),
    answers: new Map<string, Answer>([
      [`cloudresourcemanager /v3/projects/${PROJECT}`, { state: 'ACTIVE', displayName: 'Activation' }],
      [`cloudresourcemanager /v3/projects/${PROJECT}:testIamPermissions`, { permissions: APPLY_PERMISSIONS }],
      [
        `cloudbilling ${OF_PROJECT}/billingInfo`,
        { billingEnabled: true, billingAccountName: 'billingAccounts/012345-6789AB-CDEF01' },
      ],
      [`serviceusage ${OF_PROJECT}/services`, { services }],
      [`storage /storage/v1/b/acme-terraform-state`, { versioning: { enabled: true } }],
      [QUOTAS, quotaOf('20000')],
      [`run /v2/projects/${PROJECT}/${IN_REGION}/services`, { services: FUNCTION_NAMES.map((name) => service(name)) }],
      [
        `cloudscheduler ${OF_PROJECT}/${IN_REGION}/jobs`,
        { jobs: ['dispatch', 'metrics', 'retention'].map((name) => job(name)) },
      ],
      [
        `compute /compute/v1/projects/${PROJECT}/global/sslCertificates`,
        { items: [{ managed: { domains: ['activation.acme.test'], status: 'ACTIVE' } }] },
      ],
      [
        `monitoring /v3/projects/${PROJECT}/notificationChannels`,
        { notificationChannels: [{ displayName: 'on-call@acme.test' }] },
      ],
      [
        `monitoring /v3/projects/${PROJECT}/alerts`,
        { alerts: [{ openTime: '2026-11-20T08:00:00Z', policy: { displayName: 'Refusals (dev)' } }] },
      ],
      [`bigquery /bigquery/v2/projects/${PROJECT}/datasets/activation_manager`, { location: 'EU' }],
      [
        `bigquerydatatransfer ${OF_PROJECT}/locations/eu/transferConfigs`,
        { transferConfigs: ['audiences', 'platforms', 'distributions'].map((kind) => copy(kind)) },
      ],
      [
        'logging /v2/entries:list',
        {
          entries: [
            {
              timestamp: '2026-11-19T09:00:00Z',
              protoPayload: { authenticationInfo: { principalEmail: 'someone@acme.test' } },
            },
          ],
        },
      ],
    ]),
  }
}

/** Those that Terraform and doctor need first, and those of `terraform/apis.tf`. */
const FIRST = ['cloudresourcemanager', 'serviceusage', 'cloudbilling', 'orgpolicy']
const LATER = [
  'artifactregistry',
  'bigquery',
  'bigqueryconnection',
  'bigquerydatatransfer',
  'cloudbuild',
  'cloudkms',
  'cloudscheduler',
  'compute',
  'iam',
  'iamcredentials',
  'logging',
  'monitoring',
  'run',
  'secretmanager',
  'storage',
]

export const QUOTAS = `serviceusage /v1beta1/projects/${PROJECT}/services/run.googleapis.com/consumerQuotaMetrics`

/** As Cloud Run tells how many thousandths of a vCPU a region may use. */
export function quotaOf(limit: string): Answer {
  const buckets = [{ effectiveLimit: '1000' }, { effectiveLimit: limit, dimensions: { region: REGION } }]
  return {
    metrics: [{ metric: 'run.googleapis.com/cpu_allocation', consumerQuotaLimits: [{ quotaBuckets: buckets }] }],
  }
}

export function service(name: string, changes: object = {}): object {
  return {
    name: `projects/${PROJECT}/${IN_REGION}/services/am-${name}`,
    uri: `https://am-${name}-1.${REGION}.run.app`,
    template: {
      containers: [{ image: `${REGION}-docker.pkg.dev/${PROJECT}/activation-manager/persistence@sha256:1a2b` }],
    },
    terminalCondition: { state: 'CONDITION_SUCCEEDED' },
    trafficStatuses: [
      { revision: `am-${name}-00002`, percent: 100 },
      { revision: `am-${name}-00001`, tag: 'previous' },
    ],
    ...changes,
  }
}

export function job(name: string, changes: object = {}): object {
  return {
    name: `projects/${PROJECT}/${IN_REGION}/jobs/maintenance-${name}`,
    state: 'ENABLED',
    lastAttemptTime: '2026-11-28T11:59:00Z',
    status: {},
    ...changes,
  }
}

export function copy(kind: string, changes: object = {}): object {
  return { displayName: `activation: ${kind}_native`, state: 'SUCCEEDED', ...changes }
}

/** Serves the answers of a stand-in, as Google does, to callers with the credentials' token and a project for the quota. */
export async function serve({ answers }: StandIn): Promise<string> {
  const server = createServer((request, response) => {
    const [, name = '', path = ''] = /^\/([^/]+)(\/[^?]*)/.exec(request.url ?? '') ?? []
    const answerTo = (): Answer => {
      const { authorization, 'x-goog-user-project': quota_project } = request.headers
      if (authorization !== `Bearer ${TOKEN}`) return { status_code: 401, error: { message: 'No such token.' } }
      if (quota_project !== PROJECT)
        return { status_code: 403, error: { message: 'The API requires a quota project.' } }
      const unset =
        name === 'orgpolicy' ? { spec: { rules: [] } } : { status_code: 404, error: { message: 'Not found.' } }
      return answers.get(`${name} ${decodeURIComponent(path)}`) ?? unset
    }
    const { status_code = 200, ...body } = answerTo()
    response.writeHead(status_code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const { port } = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${port}`
}

/** What doctor finds in a stand-in. @param titles of the checks to ask; default: all */
export async function examine(stand_in: StandIn, titles?: readonly string[]): Promise<Line[]> {
  const { planned, programs, save } = stand_in
  const clock = { ...systemClock, nowMs: () => NOW_MS }
  const runProgram = (program: string, args: readonly string[]) => {
    const name = program === process.execPath ? 'node' : program
    const known = [1, 2].map((count) => [name, ...args.slice(0, count)].join(' ')).find((call) => programs.has(call))
    if (known === undefined) throw new Error(`the stand-in has no ${name} ${args.join(' ')}`)
    return Promise.resolve(programs.get(known))
  }
  const token = defaultCredentials(runProgram)
  const google = googleApis({ project: planned.project, token, clock, endpoint: await serve(stand_in) })
  const checks = CHECKS.filter(({ title }) => titles === undefined || titles.includes(title))
  return askAll(checks, {
    environment: { env: 'dev', project: planned.project, region: planned.region },
    planned,
    google,
    runProgram,
    clock,
    trySave: save,
  })
}

/** The address of an organisation's policy. */
export const policyOf = (constraint: string): string =>
  `orgpolicy /v2/projects/${PROJECT}/policies/${constraint}:getEffectivePolicy`

/** Where the answers of a service lie. */
export const AT = {
  project: `cloudresourcemanager /v3/projects/${PROJECT}`,
  permissions: `cloudresourcemanager /v3/projects/${PROJECT}:testIamPermissions`,
  billing: `cloudbilling ${OF_PROJECT}/billingInfo`,
  services: `serviceusage ${OF_PROJECT}/services`,
  state: 'storage /storage/v1/b/acme-terraform-state',
  run: `run /v2/projects/${PROJECT}/${IN_REGION}/services`,
  jobs: `cloudscheduler ${OF_PROJECT}/${IN_REGION}/jobs`,
  certificates: `compute /compute/v1/projects/${PROJECT}/global/sslCertificates`,
  channels: `monitoring /v3/projects/${PROJECT}/notificationChannels`,
  alerts: `monitoring /v3/projects/${PROJECT}/alerts`,
  dataset: `bigquery /bigquery/v2/projects/${PROJECT}/datasets/activation_manager`,
  copies: `bigquerydatatransfer ${OF_PROJECT}/locations/eu/transferConfigs`,
  log: 'logging /v2/entries:list',
} as const
