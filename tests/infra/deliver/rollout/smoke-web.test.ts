import { expect, test } from 'vitest'

import { smokeTest } from '#infra/deliver/rollout/smoke.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { filesOfRelease, startWeb, writeBuild } from '#tests/functions/web/harness.ts'

/** The smoke test of web against the function itself, with one build and one bucket. */
async function faultsOf(files: Readonly<Record<string, string>>, uploaded: readonly string[]): Promise<string[]> {
  const { url } = await startWeb({ APP_DIR: await writeBuild(files) })
  const smoke = smokeTest({
    clock: systemClock,
    random: systemRandom,
    token: async () => 'none',
    objectExists: async () => false,
    assetExists: async (name) => uploaded.includes(name),
  })
  const checks = await smoke([{ name: 'web', revision: 'local', url }])
  return checks.flatMap(({ step, fault }) => (fault === undefined ? [] : [`${step}: ${fault}`]))
}

const FILES = filesOfRelease('one')

test('page, configuration and assets are there, and nothing is where nothing is', async () => {
  expect(await faultsOf(FILES, ['assets/index-one.js'])).toEqual([])
})

test('fails when the assets in the bucket are those of another build', async () => {
  const found = await faultsOf(FILES, ['assets/index-two.js'])
  expect(found).toEqual(['assets: the assets bucket has no assets/index-one.js'])
})

test('fails for a page without its script', async () => {
  const { 'assets/index-one.js': _, ...without } = FILES
  expect(await faultsOf(without, [])).toEqual([expect.stringMatching(/^assets: answered 404 instead of 200/)])
  const found = await faultsOf({ ...FILES, 'index.html': '<!doctype html>' }, [])
  expect(found).toEqual(['page: the page names no asset'])
})
