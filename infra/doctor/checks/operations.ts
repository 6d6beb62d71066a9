import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

import { deliveryAccountOf } from '#infra/deliver/rollout/names.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { isoTime } from '#shared/base/clock.ts'
import { DAY_MS, MINUTE_MS } from '#shared/base/durations.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { type Check, ok, problem } from '../check.ts'
import { serviceHost } from '../google.ts'
import { enabledServices } from '../services.ts'

/** Dispatch is due each minute. */
const DISPATCH_AGE_MS_MAX = 10 * MINUTE_MS
/** An alert and a rollback are rehearsed each quarter. */
const REHEARSAL_AGE_MS_MAX = 100 * DAY_MS

const jobs = z.object({
  jobs: z
    .array(
      z.object({
        name: z.string(),
        state: z.string(),
        lastAttemptTime: z.string().optional(),
        /** Of the last attempt: without a code it was answered with 2xx. */
        status: z.object({ code: z.number().default(0), message: z.string().optional() }).optional(),
      }),
    )
    .default([]),
})
const certificates = z.object({
  items: z
    .array(
      z.object({
        managed: z
          .object({
            domains: z.array(z.string()).default([]),
            status: z.string(),
            domainStatus: z.record(z.string(), z.string()).default({}),
          })
          .optional(),
      }),
    )
    .default([]),
})
const channels = z.object({
  notificationChannels: z
    .array(
      z.object({
        displayName: z.string().default(''),
        enabled: z.boolean().default(true),
        verificationStatus: z.string().optional(),
      }),
    )
    .default([]),
})
const alerts = z.object({
  alerts: z
    .array(z.object({ openTime: z.string(), policy: z.object({ displayName: z.string().default('') }).optional() }))
    .default([]),
})
const dataset = z.object({ location: z.string() })
const transfers = z.object({
  transferConfigs: z
    .array(
      z.object({
        displayName: z.string(),
        state: z.string().default('never run'),
        disabled: z.boolean().default(false),
      }),
    )
    .default([]),
})
const entries = z.object({
  entries: z
    .array(
      z.object({
        timestamp: z.string(),
        protoPayload: z.object({ authenticationInfo: z.object({ principalEmail: z.string().default('') }).optional() }),
      }),
    )
    .default([]),
})

/** What runs beside the functions, and what was rehearsed. */
export const OPERATIONS_CHECKS: readonly Check[] = [
  {
    title: 'services, all',
    when: 'after',
    async ask({ google, environment: { project } }) {
      const terraform = await readFile(join(PROJECT_ROOT, 'terraform/apis.tf'), 'utf8')
      const [, list = ''] = /\bservices = \[([^\]]*)\]/.exec(terraform) ?? []
      const wanted = Array.from(list.matchAll(/"(\w+)"/g), ([, name]) => serviceHost(name!))
      const enabled = await enabledServices(google, project)
      const missing = wanted.filter((service) => !enabled.has(service))
      return missing.length === 0
        ? ok(`${wanted.length} are on`)
        : problem(`off: ${missing.join(', ')}`, 'terraform apply')
    },
  },
  {
    title: 'schedule',
    when: 'after',
    async ask({ google, environment: { project, region }, clock }) {
      const path = `/v1/projects/${project}/locations/${region}/jobs`
      const found = jobs.parse(await google.get('cloudscheduler', path)).jobs
      const named = found.map((job) => ({ ...job, name: job.name.split('/').at(-1)! }))
      const own = named.filter(({ name }) => name.startsWith('maintenance-'))
      const dispatch = own.find(({ name }) => name === 'maintenance-dispatch')
      if (dispatch === undefined) return problem('maintenance-dispatch is not there', 'terraform apply')
      const paused = own.filter(({ state }) => state !== 'ENABLED')
      if (paused.length > 0) {
        const [{ name }] = paused as [(typeof paused)[number]]
        return problem(
          `not enabled: ${paused.map((job) => `${job.name} (${job.state})`).join(', ')}`,
          `gcloud scheduler jobs resume ${name} --location=${region} --project=${project}`,
        )
      }
      const refused = own.filter(({ status }) => status !== undefined && status.code !== 0)
      if (refused.length > 0) {
        return problem(
          refused.map(({ name, status }) => `${name}: ${status?.message ?? `code ${status?.code}`}`).join('; '),
          'look at the log of am-maintenance: 401 or 403 is the token, 404 the placeholder, 5xx infra/docs/runbooks',
        )
      }
      const age_ms = clock.nowMs() - Date.parse(dispatch.lastAttemptTime ?? '1970-01-01T00:00:00Z')
      return age_ms <= DISPATCH_AGE_MS_MAX
        ? ok(`the last call of each of ${own.length} jobs was answered with success`)
        : problem(
            `dispatch was last called ${dispatch.lastAttemptTime ?? 'never'}`,
            `gcloud scheduler jobs run maintenance-dispatch --location=${region} --project=${project}`,
          )
    },
  },
  {
    title: 'certificate',
    when: 'after',
    async ask({ google, environment: { project }, planned: { domain } }) {
      if (domain === undefined) return ok('no load balancer: functions have Google’s own certificates')
      const path = `/compute/v1/projects/${project}/global/sslCertificates`
      const found = certificates.parse(await google.get('compute', path)).items
      const own = found.find(({ managed }) => managed?.domains.includes(domain))?.managed
      if (own === undefined) return problem(`there is none of ${domain}`, 'terraform apply')
      return own.status === 'ACTIVE'
        ? ok(`active for ${domain}`)
        : problem(
            `${own.status}, ${domain}: ${own.domainStatus[domain] ?? 'unknown'}`,
            'enter terraform output dns_records at your DNS, and wait up to an hour after the name resolves',
          )
    },
  },
  {
    title: 'receivers',
    when: 'after',
    async ask({ google, environment: { project, env } }) {
      const answer = await google.get('monitoring', `/v3/projects/${project}/notificationChannels`)
      const found = channels.parse(answer).notificationChannels
      const usable = found.filter(({ enabled, verificationStatus }) => enabled && verificationStatus !== 'UNVERIFIED')
      return usable.length > 0
        ? ok(`alerts go to ${usable.map(({ displayName }) => displayName).join(', ')}`)
        : problem('nobody receives an alert', `set alerting in terraform/envs/${env}.tfvars, and terraform apply`)
    },
  },
  {
    title: 'alert',
    when: 'after',
    async ask({ google, environment: { project }, clock }) {
      const query = { orderBy: 'open_time desc', pageSize: '1' }
      const [newest] = alerts.parse(await google.get('monitoring', `/v3/projects/${project}/alerts`, query)).alerts
      const remedy = 'step 11 of infra/docs/guides/setting-up.md raises one; ask its receivers whether it came'
      if (newest === undefined) return problem('none was ever raised', remedy)
      const is_recent = clock.nowMs() - Date.parse(newest.openTime) <= REHEARSAL_AGE_MS_MAX
      const text = `"${newest.policy?.displayName ?? 'unnamed'}" was raised ${newest.openTime}`
      return is_recent ? ok(text) : problem(`the newest is old: ${text}`, remedy)
    },
  },
  {
    title: 'BigQuery copy',
    when: 'after',
    async ask({ google, environment: { project } }) {
      const path = `/bigquery/v2/projects/${project}/datasets/activation_manager`
      const { location } = dataset.parse(await google.get('bigquery', path))
      const found = transfers.parse(
        await google.get(
          'bigquerydatatransfer',
          `/v1/projects/${project}/locations/${location.toLowerCase()}/transferConfigs`,
          { dataSourceIds: 'scheduled_query' },
        ),
      ).transferConfigs
      const faults = [AUDIENCES, PLATFORMS, DISTRIBUTIONS].flatMap(({ name }) => {
        const copy = found.find(({ displayName }) => displayName === `activation: ${name}_native`)
        if (copy === undefined) return [`${name}: there is none`]
        if (copy.disabled) return [`${name}: disabled`]
        return copy.state === 'SUCCEEDED' ? [] : [`${name}: ${copy.state}`]
      })
      return faults.length === 0
        ? ok('the last run of each copy succeeded')
        : problem(faults.join('; '), 'look at its last run (BigQuery → Scheduled queries); it runs hourly by default')
    },
  },
  {
    title: 'rollback',
    when: 'after',
    async ask({ google, environment, clock }) {
      const { project } = environment
      const answer = await google.post('logging', '/v2/entries:list', {
        resourceNames: [`projects/${project}`],
        // What moves traffic and is not the delivery: somebody who goes back by hand.
        filter: [
          `logName="projects/${project}/logs/cloudaudit.googleapis.com%2Factivity"`,
          'resource.type="cloud_run_revision"',
          'protoPayload.requestMetadata.callerSuppliedUserAgent:"run.services.update-traffic"',
          `protoPayload.authenticationInfo.principalEmail!="${deliveryAccountOf(environment)}"`,
          `timestamp>="${isoTime(clock.nowMs() - REHEARSAL_AGE_MS_MAX)}"`,
        ].join(' AND '),
        orderBy: 'timestamp desc',
        pageSize: 1,
      })
      const [newest] = entries.parse(answer).entries
      return newest === undefined
        ? problem('nobody went back by hand in 100 days', 'step 12 of infra/docs/guides/setting-up.md rehearses it')
        : ok(`rehearsed ${newest.timestamp} by ${newest.protoPayload.authenticationInfo?.principalEmail ?? 'somebody'}`)
    },
  },
]
