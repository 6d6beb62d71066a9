import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import {
  assetsBucketOf,
  dataBucketOf,
  deliveryAccountOf,
  imageOf,
  lockUrlOf,
  PROVEN_ROUTE,
  scheduledJobOf,
  serviceOf,
  SMOKE_AUDIENCE,
  smokeAccountOf,
} from '#infra/deliver/rollout/names.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'

/** Every value that Terraform gives to an argument of this name, with its references as they would be for `ENVIRONMENT`. */
async function valuesOf(argument: string): Promise<string[]> {
  const values: string[] = []
  for await (const path of glob('terraform/*.tf', { cwd: PROJECT_ROOT })) {
    const text = await readFile(join(PROJECT_ROOT, path), 'utf8')
    for (const [, value = ''] of text.matchAll(new RegExp(`^\\s*${argument}\\s*=\\s*"(.*)"$`, 'gm'))) {
      values.push(
        value
          .replace('${google_storage_bucket.data.name}', dataBucketOf(ENVIRONMENT))
          .replace('${var.project_id}', ENVIRONMENT.project)
          .replace('${var.environment}', ENVIRONMENT.env)
          .replace('${each.key}', 'audiences'),
      )
    }
  }
  return values
}

const ENVIRONMENT = { env: 'prod', project: 'my-project', region: 'europe-west1' }

test('what delivery calls things is what Terraform makes', async () => {
  expect(await valuesOf('name')).toEqual(
    expect.arrayContaining([
      serviceOf('audiences'),
      dataBucketOf(ENVIRONMENT),
      assetsBucketOf(ENVIRONMENT),
      // The bucket of the lock.
      lockUrlOf(ENVIRONMENT).split('/')[2],
      scheduledJobOf('/api/maintenance/audiences'),
    ]),
  )
  expect(await valuesOf(PROVEN_ROUTE.split('/').at(-1)!)).toContainEqual(expect.stringMatching(/^[*/\d]+ \* \* \* \*$/))
  expect(await valuesOf('repository_id')).toEqual([imageOf(ENVIRONMENT).split('/')[2]])
  expect(await valuesOf('account_id')).toContain(smokeAccountOf(ENVIRONMENT).split('@')[0])
  expect(await valuesOf('account_id')).toContain(deliveryAccountOf(ENVIRONMENT).split('@')[0])
  expect(await valuesOf('smoke_audience')).toEqual([SMOKE_AUDIENCE])
})
