import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { apiOf } from '#infra/checks/terraform/apis.ts'
import { type Graph, graphOf, madeBefore } from '#infra/checks/terraform/graph.ts'
import { openTerraform, TERRAFORM_DIR } from '#infra/checks/terraform/terraform.ts'
import { copyOfTerraform } from './planned.ts'

/** The order of the first apply, in a project in which nothing is enabled and no right has arrived yet. */

const terraform = await openTerraform()
afterAll(() => terraform?.close())

describe.skipIf(terraform === undefined)('in an empty project', () => {
  let graph: Graph
  beforeAll(async () => {
    const folder = await copyOfTerraform()
    const versions = join(folder, 'versions.tf')
    const text = await readFile(versions, 'utf8')
    await writeFile(versions, text.replace('backend "gcs" {}', ''))
    graph = await graphOf(terraform!, folder)
    await rm(folder, { recursive: true, force: true })
  })

  const before = (address: string) => madeBefore(graph, address)
  const typeOf = (address: string) => address.replace(/^data\./, '').split('.')[0]!
  /** All but the project itself, which is read with the API that the README enables by hand. */
  const made = () => [...graph.keys()].filter((address) => address !== 'data.google_project.this')

  test('nothing is made before its API is on and has had time to become usable', () => {
    const of_google = made().filter((address) => apiOf(typeOf(address)) !== undefined)
    expect(of_google.length).toBeGreaterThan(80)
    const APIS_ON = ['google_project_service.enabled', 'time_sleep.apis']
    expect(of_google.filter((address) => APIS_ON.some((on) => !before(address).has(on)))).toEqual([])
  })

  test('every API that something needs is enabled, and no other', async () => {
    const code = await readFile(join(TERRAFORM_DIR, 'apis.tf'), 'utf8')
    const lists = code.slice(code.indexOf('services = ['), code.indexOf('\n}\n'))
    const enabled = [...lists.matchAll(/"([a-z]+)"/g)].map(([, name]) => name!)
    // Tokens of the smoke user, and of other build systems.
    const called = ['iamcredentials', 'sts']
    const needed = new Set([...made().flatMap((address) => apiOf(typeOf(address)) ?? []), ...called])
    expect(enabled.toSorted()).toEqual([...needed].toSorted())
  })

  test.each([
    ['google_storage_bucket.data', 'google_kms_crypto_key_iam_member.bucket', 'time_sleep.key_right'],
    [
      'google_cloud_run_v2_service.function',
      'google_secret_manager_secret_iam_member.user_hash_salt',
      'time_sleep.salt_rights',
    ],
    ['google_bigquery_table.lake', 'google_storage_bucket_iam_member.lake_lists', 'time_sleep.lake_rights'],
    ['google_bigquery_table.lake', 'google_storage_bucket_iam_member.lake_reads', 'time_sleep.lake_rights'],
  ])('%s waits until %s holds', (address, right, wait) => {
    expect(before(address)).toContain(wait)
    expect(before(wait)).toContain(right)
  })

  test('the function that the schedule calls is there before the schedule', () => {
    expect(before('google_cloud_scheduler_job.maintenance')).toContain('google_cloud_run_v2_service.function')
  })
})
