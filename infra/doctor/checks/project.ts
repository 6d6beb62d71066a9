import * as z from 'zod'

import { GoogleApiError } from '#infra/deliver/rollout/google-api.ts'
import { type Check, ok, problem } from '../check.ts'
import { CredentialsError, SIGN_IN } from '../credentials.ts'
import { serviceHost } from '../google.ts'
import { exampleValues } from '../planned.ts'
import { enabledServices } from '../services.ts'

/** Terraform itself needs the first two, doctor the others. They are free, and none of them needs billing. */
const FIRST_SERVICES = ['cloudresourcemanager', 'serviceusage', 'cloudbilling', 'orgpolicy'] as const

/** One permission for each kind of thing that an apply creates; the role of an owner has them all. */
export const APPLY_PERMISSIONS = [
  'artifactregistry.repositories.create',
  'bigquery.datasets.create',
  'cloudkms.keyRings.create',
  'cloudscheduler.jobs.create',
  'iam.roles.create',
  'iam.serviceAccounts.create',
  'logging.logMetrics.create',
  'monitoring.alertPolicies.create',
  'resourcemanager.projects.setIamPolicy',
  'run.services.create',
  'secretmanager.secrets.create',
  'serviceusage.services.enable',
  'storage.buckets.create',
]

const project = z.object({ state: z.string(), displayName: z.string().optional() })
const billing = z.object({ billingEnabled: z.boolean().default(false), billingAccountName: z.string().optional() })
const granted = z.object({ permissions: z.array(z.string()).default([]) })
const bucket = z.object({ versioning: z.object({ enabled: z.boolean() }).optional() })

/** The project, and who asks. */
export const PROJECT_CHECKS: readonly Check[] = [
  {
    title: 'credentials',
    when: 'before',
    async ask({ google, environment }) {
      try {
        await google.get('cloudresourcemanager', `/v3/projects/${environment.project}`)
      } catch (error) {
        if (error instanceof CredentialsError)
          return problem(`no application-default credentials: ${error.message}`, SIGN_IN)
        if (error instanceof GoogleApiError && error.status === 401) {
          return problem('Google does not take the application-default credentials any more', SIGN_IN)
        }
        if (!(error instanceof GoogleApiError)) throw error
      }
      return ok('the application-default credentials are accepted')
    },
  },
  {
    title: 'variables',
    when: 'before',
    async ask({ environment: { env }, planned }) {
      const left = exampleValues(planned)
      return left.length === 0
        ? ok(`terraform/envs/${env}.tfvars names no example`)
        : problem(
            `still the example’s: ${left.join(', ')}`,
            `fill in terraform/envs/${env}.tfvars and ${env}.gcs.tfbackend`,
          )
    },
  },
  {
    title: 'project',
    when: 'before',
    async ask({ google, environment }) {
      const name = environment.project
      try {
        const { state } = project.parse(await google.get('cloudresourcemanager', `/v3/projects/${name}`))
        return state === 'ACTIVE'
          ? ok(`${name} is active`)
          : problem(`${name} is ${state}`, `gcloud projects undelete ${name}, or another project`)
      } catch (error) {
        const is_hidden = error instanceof GoogleApiError && [403, 404].includes(error.status)
        if (!is_hidden || error.message.includes('SERVICE_DISABLED')) throw error
        return problem(`${name} does not exist, or is not yours`, `gcloud projects create ${name}`)
      }
    },
  },
  {
    title: 'billing',
    when: 'before',
    async ask({ google, environment: { project: name } }) {
      const info = billing.parse(await google.get('cloudbilling', `/v1/projects/${name}/billingInfo`))
      return info.billingEnabled
        ? ok(`on, ${info.billingAccountName ?? 'account unknown'}`)
        : problem('off', `gcloud billing projects link ${name} --billing-account=ACCOUNT`)
    },
  },
  {
    title: 'services',
    when: 'before',
    async ask({ google, environment: { project: name } }) {
      const enabled = await enabledServices(google, name)
      const missing = FIRST_SERVICES.map(serviceHost).filter((service) => !enabled.has(service))
      return missing.length === 0
        ? ok('Terraform and doctor have what they need first')
        : problem(`off: ${missing.join(', ')}`, `gcloud services enable ${missing.join(' ')} --project=${name}`)
    },
  },
  {
    title: 'rights',
    when: 'before',
    async ask({ google, environment: { project: name } }) {
      const body = { permissions: APPLY_PERMISSIONS }
      const answer = await google.post('cloudresourcemanager', `/v3/projects/${name}:testIamPermissions`, body)
      const { permissions } = granted.parse(answer)
      const missing = APPLY_PERMISSIONS.filter((permission) => !permissions.includes(permission))
      return missing.length === 0
        ? ok('you may create what Terraform creates')
        : problem(`you lack ${missing.join(', ')}`, 'apply as an owner of the project (roles/owner)')
    },
  },
  {
    title: 'state bucket',
    when: 'before',
    async ask({ google, planned: { state_bucket: name } }) {
      try {
        const { versioning } = bucket.parse(await google.get('storage', `/storage/v1/b/${name}`))
        return versioning?.enabled
          ? ok(`gs://${name} keeps versions`)
          : problem(`gs://${name} keeps no versions`, `gcloud storage buckets update gs://${name} --versioning`)
      } catch (error) {
        if (!(error instanceof GoogleApiError) || error.status !== 404) throw error
        return problem(`gs://${name} does not exist`, 'step 4 of infra/docs/guides/setting-up.md creates it')
      }
    },
  },
]
