import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  assetsBucketOf,
  dataBucketOf,
  imageOf,
  lockUrlOf,
  serviceOf,
  SMOKE_AUDIENCE,
  smokeAccountOf,
} from '#infra/deliver/rollout/names.ts'
import { settingsOf } from '#infra/generate/terraform/terraform-files.ts'
import { openTerraform } from '#infra/checks/terraform/terraform.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { readSettings } from '#shared/settings/settings.ts'
import { planned, type Planned } from './planned.ts'

/** What Terraform would make, judged by the code that will meet it. */

const terraform = await openTerraform()
afterAll(() => terraform?.close())

const SECOND_ISSUER = { issuer: 'https://second.example.com', audiences: ['app'], alias: 'second' }

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string | null; readonly value_source: unknown[] }[]
}

const ENVIRONMENT = { project: 'example-activation-dev', env: 'dev', region: 'europe-west1' }

const ISSUERS = [{ issuer: 'https://securetoken.google.com/example-activation', audiences: ['a', 'b'] }, SECOND_ISSUER]

describe.skipIf(terraform === undefined)('the plan', () => {
  let resources: readonly Planned[]
  beforeAll(async () => {
    resources = await planned(terraform!, ENVIRONMENT.env, `-var=oidc_issuers=${JSON.stringify(ISSUERS)}`)
  })

  const ofType = (type: string) => resources.filter((resource) => resource.type === type)
  const environmentOf = (name: string): Record<string, string> => {
    const { values } = ofType('google_cloud_run_v2_service').find(({ index }) => index === name)!
    const [template] = values['template'] as readonly { readonly containers: readonly Container[] }[]
    // Secrets are not in a plan; what stands for one is long enough.
    return Object.fromEntries(template!.containers[0]!.env.map(({ name, value }) => [name, value ?? 'x'.repeat(64)]))
  }

  test.each(FUNCTION_NAMES)('gives %s an environment that it starts with on Cloud Run', async (name) => {
    const { FUNCTION_TARGET, ...environment } = environmentOf(name)
    const table = await settingsOf(name)
    expect(FUNCTION_TARGET).toBe(name)
    expect(Object.keys(environment).filter((setting) => table[setting] === undefined)).toEqual([])
    const settings = readSettings(table, { ...environment, K_SERVICE: serviceOf(name), K_REVISION: 'r' })
    expect(settings).toMatchObject({
      FUNCTION_URL: `https://${serviceOf(name)}-123456789012.europe-west1.run.app`,
      ...('GCS_BUCKET' in table && { GCS_BUCKET: dataBucketOf(ENVIRONMENT) }),
      ...('ASSETS_BUCKET' in table && { ASSETS_BUCKET: assetsBucketOf(ENVIRONMENT) }),
    })
    expect(typeof settings['CACHE_BYTES']).toBe('CACHE_BYTES' in table ? 'number' : 'undefined')
    expect(settings['OIDC_ISSUERS']).toContainEqual({ ...SECOND_ISSUER, algorithms: ['RS256'] })
  })

  test('names everything as delivery does', () => {
    const names = ofType('google_cloud_run_v2_service').map(({ values }) => String(values['name']))
    expect(names.toSorted()).toEqual(FUNCTION_NAMES.map(serviceOf).toSorted())
    const buckets = ofType('google_storage_bucket').map(({ values }) => values['name'])
    expect(buckets).toContain(dataBucketOf(ENVIRONMENT))
    expect(buckets.some((bucket) => lockUrlOf(ENVIRONMENT).startsWith(`gs://${String(bucket)}/`))).toBe(true)
    const accounts = ofType('google_service_account').map(({ values }) => String(values['account_id']))
    expect(accounts).toContain(smokeAccountOf(ENVIRONMENT).split('@')[0])
    expect(accounts).toContain('am-delivery')
    const [repository] = ofType('google_artifact_registry_repository')
    expect(imageOf(ENVIRONMENT).split('/')[2]).toBe(repository!.values['repository_id'])
    const issuers = JSON.parse(environmentOf('audiences')['OIDC_ISSUERS']!) as readonly { audiences: string[] }[]
    expect(issuers.some(({ audiences }) => audiences.includes(SMOKE_AUDIENCE))).toBe(true)
  })
})
