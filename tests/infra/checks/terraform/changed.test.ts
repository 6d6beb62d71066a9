import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

import { openTerraform } from '#infra/checks/terraform/terraform.ts'
import { copyInTest, planned } from './planned.ts'

/** Terraform's code, changed. */

const terraform = await openTerraform()
afterAll(() => terraform?.close())

describe.skipIf(terraform === undefined)('the check without a cloud', () => {
  const cdn = 'enable_cdn = contains(each.value.path_prefixes, "/")'
  const address = 'google_compute_global_address.lb["lb"]'

  test.each([
    ['an argument that there is not', 'location = var.region', 'locatoin = var.region', 'Unsupported argument'],
    ['an argument that is missing', 'location = var.region', '', 'Missing required argument'],
    ['a value of the wrong type', cdn, 'enable_cdn = []', 'bool required'],
    ['a block that there is not', 'cloud_run {', 'cloud_runs {', 'Unsupported block type'],
    ['a reference to nothing', `${address}.id`, `${address}.adress`, 'Unsupported attribute'],
  ])('finds %s', async (_, right, wrong, message) => {
    const folder = await copyInTest()
    for (const file of ['functions.tf', 'edge.tf']) {
      const path = join(folder, file)
      await writeFile(path, (await readFile(path, 'utf8')).replace(spaced(right), wrong))
    }
    const { exit_code, stdout, stderr } = await terraform!.run(`-chdir=${folder}`, 'validate', '-no-color')
    expect(`${stdout}${stderr}`).toContain(message)
    expect(exit_code).toBe(1)
  })
})

describe.skipIf(terraform === undefined)('a function that comes later', () => {
  test('is an entry in the list: its service, its paths, and the root with a cache when it answers that', async () => {
    const folder = await copyInTest()
    const path = join(folder, 'functions.json')
    const functions = JSON.parse(await readFile(path, 'utf8')) as Record<string, object>
    const like = (more: object) => ({ ...functions['insights'], ...more })
    const added = {
      ...functions,
      flags: like({ path_prefixes: ['/api/flags'], reads: ['config/'] }),
      web: like({ path_prefixes: ['/api/web', '/', '/openapi.json'], reads: [], writes: [] }),
    }
    await writeFile(path, JSON.stringify(added))
    const resources = await planned(terraform!, 'staging', `-chdir=${folder}`)
    const services = resources.filter(({ type }) => type === 'google_cloud_run_v2_service')
    expect(services.map(({ index }) => index)).toEqual(Object.keys(added).toSorted())
    const backends = resources.filter(({ type }) => type === 'google_compute_backend_service')
    expect(backends.filter(({ values }) => values['enable_cdn']).map(({ index }) => index)).toEqual(['web'])
    const folders = resources.filter(({ type }) => type === 'google_storage_bucket_iam_member')
    expect(folders.filter(({ index }) => /^(web|flags) (reads|writes)/.test(index ?? ''))).toHaveLength(1)
    const [map] = resources.filter(
      ({ type, values }) => type === 'google_compute_url_map' && values['path_matcher'] !== null,
    )
    expect(JSON.stringify(map!.values['path_matcher'])).toContain(
      '["/","/api/web","/api/web/*","/openapi.json","/openapi.json/*"]',
    )
  })
})

/** A pattern for text whose spaces Terraform's formatter may have widened. */
function spaced(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(' ', ' +'))
}
