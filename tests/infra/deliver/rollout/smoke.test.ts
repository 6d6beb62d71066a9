import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { smokeTest } from '#infra/deliver/rollout/smoke.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { type RunningAudiences, startAudiences } from '#tests/functions/audiences/harness.ts'

/** The smoke test of audiences against the function itself, whose revision here is called `local`. */
let running: RunningAudiences
let looked_for: string[]
beforeAll(async () => {
  running = await startAudiences()
})
afterAll(() => running.close())
beforeEach(() => (looked_for = []))

const candidate = (revision = 'local', url = running.url) => [{ name: 'audiences' as const, revision, url }]
const smoke = (objectExists = (name: string) => existsSync(join(running.bucket_dir, name))) =>
  smokeTest({
    clock: systemClock,
    random: systemRandom,
    token: () => running.token('smoke'),
    objectExists: async (name) => {
      looked_for.push(name)
      return objectExists(name)
    },
    assetExists: async () => true,
  })
const faults = async (checks: ReturnType<ReturnType<typeof smoke>>) =>
  (await checks).flatMap(({ step, fault }) => (fault === undefined ? [] : [`${step}: ${fault}`]))
const listed = async () => (await running.as('smoke').call('GET', '/api/audiences?status=all')).body.count

describe('the smoke test', () => {
  test('saves, gets, lists, finds the object, archives, and removes what it made', async () => {
    const checks = await smoke()(candidate())
    expect(checks.filter(({ fault }) => fault !== undefined)).toEqual([])
    expect(checks.map(({ step }) => step)).toEqual([
      'health',
      'refuse a caller without a token',
      'tags',
      'save',
      'get',
      'list',
      'usage',
      'object at its path',
      'archive',
      'remove',
    ])
    expect(checks.reduce((sum, { requests }) => sum + requests, 0)).toBe(10)
    expect(looked_for).toEqual([expect.stringMatching(/^audiences\/user_id=smoke\/year=\d{4}\/month=\d\d\/audiences_/)])
    expect(await listed()).toBe(0)
  })

  test('fails, and still removes what it made, when the object is not where it belongs', async () => {
    const found = await faults(smoke(() => false)(candidate()))
    expect(found).toEqual([
      expect.stringMatching(/^object at its path: the bucket has no object audiences\/user_id=smoke\//),
    ])
    expect(await listed()).toBe(0)
  })

  test('fails when another revision answers, before it saves anything', async () => {
    const found = await faults(smoke()(candidate('am-audiences-00002')))
    expect(found).toEqual(['health: answered by local, not am-audiences-00002'])
    expect(looked_for).toEqual([])
  })

  test('fails when nobody answers, saying why', async () => {
    const [fault = ''] = await faults(smoke()(candidate('local', 'http://127.0.0.1:9')))
    expect(fault).toMatch(/^health: fetch failed: .+/)
  })

  test('fails for every candidate when there is no token', async () => {
    const without = smokeTest({
      clock: systemClock,
      random: systemRandom,
      token: () => Promise.reject(new Error('not allowed to impersonate')),
      objectExists: async () => true,
      assetExists: async () => true,
    })
    expect(await faults(without(candidate()))).toEqual([
      "token: the smoke user's token could not be obtained: not allowed to impersonate",
    ])
  })
})
