import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import { routes } from '#functions/platforms/routes.ts'
import { audienceRoutes } from '#shared/contract/audiences.ts'
import { distributionRoutes } from '#shared/contract/distributions.ts'
import { syncRoutes } from '#shared/contract/sync.ts'
import type { Route } from '#shared/contract/route.ts'
import { createInputReader } from '#shared/http/request/request-input.ts'
import { problemAnswer } from '#shared/http/response/problems.ts'
import { hostileBodies } from '#tests/attack/hostile-bodies.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'

/** The answer to a body, before any handler; `undefined` when the edge accepts it. */
function refusalOf(route: Route, body: string) {
  const request = new IncomingMessage(new Socket())
  request.headers['content-type'] = 'application/json'
  try {
    createInputReader(route)(request, '', Buffer.from(body), undefined)
  } catch (error) {
    if (error instanceof Problem) return problemAnswer(error, 'id').body
    throw error
  }
  return undefined
}

/** With the fields that each type of platform needs. */
const { savePlatform } = routes

const SAVES: readonly Route[] = [
  audienceRoutes.saveAudience,
  audienceRoutes.patchAudience,
  savePlatform,
  distributionRoutes.saveDistribution,
  distributionRoutes.setDistributionStatus,
  syncRoutes.pull,
  syncRoutes.push,
]

describe('a hostile body', () => {
  test.each(hostileBodies(seededRandom(FIRST_SEED), 16 * 1024))(
    'with $shape is answered by at most 100 short errors and the number of the others',
    ({ body }) => {
      for (const route of SAVES) {
        const answer = refusalOf(route, body)
        if (answer === undefined) continue
        const errors = (answer['errors'] ?? []) as { path: string; message: string }[]
        expect(JSON.stringify(answer).length).toBeLessThan(64 * 1024)
        expect(errors.length).toBeLessThanOrEqual(100)
        expect(Math.max(0, ...errors.map(({ path }) => path.length))).toBeLessThanOrEqual(200)
        expect(answer['errors_omitted'] === undefined || errors.length === 100).toBe(true)
      }
    },
  )

  test('counts every fault that it does not name', () => {
    const list = (count: number, value: string) => `[${Array.from({ length: count }, () => value).join(',')}]`
    const bodies: [string, number][] = [
      [`{"metadata":{"a":${list(3000, '"\\ud800"')}}}`, 3000],
      [`{"metadata":{"a":${list(3000, '1e999')}}}`, 3000],
      [`{"metadata":{"a":${list(300, '{"b":0,"b":0,"c":[{"d":0,"d":0}]}')}}}`, 600],
      [`{"segments":${list(500, '{"segment_id":{},"x":0,"y":0}')},"name":"x"}`, 1500],
    ]
    for (const [body, count] of bodies) {
      const answer = refusalOf(audienceRoutes.saveAudience, body)
      expect([body.slice(0, 40), answer?.['errors_omitted']]).toEqual([body.slice(0, 40), count - 100])
    }
    const unknown = Array.from({ length: 3000 }, (_, at) => `"c${at}":0`).join(',')
    const platform = refusalOf(
      savePlatform,
      `{"platform_type":"tiktok","name":"x","a":0,"credentials":{"access_token":"x","advertiser_id":"1",${unknown}}}`,
    )
    expect(platform?.['errors_omitted']).toBe(3001 - 100)
  })
})
