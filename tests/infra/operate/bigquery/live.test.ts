import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import { everyAudience, saved } from '#tests/functions/audiences/harness.ts'
import {
  aPair,
  created,
  distributionOf,
  PATH as DISTRIBUTIONS_PATH,
  reported,
  runningInTest,
  type DistributionJson,
} from '#tests/functions/distributions/harness.ts'
import {
  connected,
  PATH as PLATFORMS_PATH,
  platformsInTest,
  saved as savedPlatform,
  SECRET,
} from '#tests/functions/platforms/harness.ts'
import { clockAt } from '#tests/support/clock.ts'
import { lakeInTest } from './lake.ts'
import { answered, recordsOf, sideBySide } from './records.ts'

const USERS = ['u1', 'a/b', "o'neil", '🎉']

test('audiences_live has what the API lists: users, months, changes, what was deleted and what was restored', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-06-01T00:00:30Z') })
  for (const user of USERS) {
    const client = running.as(user)
    const full = await saved(client, { name: `${user} ✓`, audience_size: 9007199254740991 })
    await client.call('POST', '/api/audiences', { name: 'bare' }, { 'idempotency-key': 'k' })
    const old = newId('aud', Date.UTC(2024, 11, 31, 23, 59, 59, 999), systemRandom)
    await saved(client, { audience_id: old, name: 'deleted' })
    await client.call('DELETE', `/api/audiences/${old}`)
    const { audience_id } = await saved(client, { name: 'back again' })
    await client.call('DELETE', `/api/audiences/${audience_id}`)
    await client.call('POST', `/api/audiences/${audience_id}/restore`)
    await client.call('PUT', `/api/audiences/${full.audience_id}/status`, { status: 'archived' })
  }
  const lake = await lakeInTest(running.bucket_dir, AUDIENCES)
  for (const user of USERS) {
    const answers = answered(AUDIENCES, await everyAudience(running.as(user), 'full'))
    const rows = recordsOf(AUDIENCES, await lake.live(`user_id = '${user.replaceAll("'", "''")}'`))
    const { records, others } = sideBySide(rows, answers)
    expect(answers.size).toBe(3)
    expect(records).toEqual(answers)
    expect(others).toEqual(['month', 'rev', 'segment_count', 'year'])
  }
  expect(await lake.live()).toHaveLength(3 * USERS.length)
  const december = await lake.live("year = 2024 AND month = '12'")
  expect(december).toEqual([])
})

test('platforms_live has what the API lists, and nothing of credentials', async () => {
  const running = await platformsInTest()
  for (const user of USERS.slice(0, 2)) {
    const client = running.as(user)
    await connected(client)
    const { platform_id } = await savedPlatform(client, { name: 'deleted' })
    await client.call('DELETE', `${PLATFORMS_PATH}/${platform_id}`)
    await savedPlatform(client, { name: 'kept', metadata: { deep: [{ a: 1.5, b: null }] } })
  }
  const lake = await lakeInTest(running.bucket_dir, PLATFORMS)
  const rows = await lake.live()
  for (const user of USERS.slice(0, 2)) {
    const { body } = await running.as(user).call('GET', PLATFORMS_PATH)
    const answers = answered(PLATFORMS, body.platforms)
    const { records, others } = sideBySide(
      recordsOf(
        PLATFORMS,
        rows.filter(({ user_id }) => user_id === user),
      ),
      answers,
    )
    expect(answers.size).toBe(2)
    expect(records).toEqual(answers)
    expect(others).toEqual(['rev'])
  }
  await lake.copy()
  for (const shown of [rows, await lake.native()]) {
    expect(Object.keys(shown[0]!).filter((name) => name.includes('credential'))).toEqual([])
    expect(JSON.stringify(shown)).not.toMatch(new RegExp(`${SECRET}|ciphertext|advertiser-1234|1234"`))
  }
})

test('distributions_live has what the API lists', async () => {
  const running = await runningInTest()
  const pair = await aPair(running)
  const sent = await created(running.distributions, pair)
  await reported(running.distributions, sent, 'in_progress', { status: 'completed' })
  await created(running.distributions, { ...pair, scheduled_at: '2126-01-01T00:00:00.000Z' })
  const { body } = await running.distributions.call('GET', DISTRIBUTIONS_PATH)
  const listed = body['distributions'] as DistributionJson[]
  const whole = listed.map(({ distribution_id }) =>
    running.distributions.call('GET', `${DISTRIBUTIONS_PATH}/${distribution_id}`),
  )
  const answers = answered(DISTRIBUTIONS, (await Promise.all(whole)).map(distributionOf))
  const lake = await lakeInTest(running.bucket_dir, DISTRIBUTIONS)
  const { records, others } = sideBySide(recordsOf(DISTRIBUTIONS, await lake.live()), answers)
  expect(answers.size).toBe(2)
  expect(records).toEqual(answers)
  expect(others).toEqual(['month', 'rev', 'year'])
})
