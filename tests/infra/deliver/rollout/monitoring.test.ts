import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { monitoring } from '#infra/deliver/rollout/monitoring.ts'
import { systemClock } from '#shared/base/clock.ts'
import { listen } from '#shared/http/server/serve.ts'
import { METRICS } from '#tests/infra/checks/terraform/watching.ts'

/** Answers as `projects.timeSeries.list` is documented to: 64-bit integers as text, distributions reduced to doubles. */
let server: Server
let endpoint: string
let answer: (query: URLSearchParams) => { status: number; body: unknown }
const queries: URLSearchParams[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    queries.push(query)
    const { status, body } = answer(query)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  endpoint = `http://127.0.0.1:${(await listen(server, 0, '127.0.0.1')).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const read = (since: string, until: string, name = 'audiences') =>
  monitoring({ project: 'my-project', endpoint, token: async () => 'a-token', clock: systemClock })(
    { name, revision: `am-${name}-00002` },
    Date.parse(since),
    Date.parse(until),
  )
const counted = (response_code_class: string, count: number) => ({
  metric: { labels: { response_code_class } },
  points: [{ interval: { endTime: '2026-01-01T00:10:00Z' }, value: { int64Value: String(count) } }],
})

describe('what Cloud Monitoring saw of a revision', () => {
  test('is its requests, those with a 5xx among them, and its p95, since the gate began', async () => {
    queries.length = 0
    answer = (query) => ({
      status: 200,
      body: {
        timeSeries: query.get('filter')?.includes('request_latencies')
          ? [{ metric: {}, points: [{ value: { doubleValue: 412.5 } }] }]
          : [counted('2xx', 180), counted('4xx', 9), counted('5xx', 11)],
      },
    })
    const metrics = await read('2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z')
    expect(metrics).toEqual({ requests: 200, server_errors: 11, p95_ms: 412.5 })
    expect(queries).toHaveLength(2)
    for (const query of queries) {
      expect(query.get('filter')).toContain('resource.labels.revision_name = "am-audiences-00002"')
      expect(query.get('interval.startTime')).toBe('2026-01-01T00:00:00.000Z')
      expect(query.get('interval.endTime')).toBe('2026-01-01T00:10:00.000Z')
      expect(query.get('aggregation.alignmentPeriod')).toBe('600s')
    }
  })

  describe('of sync', () => {
    const GATE = ['2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z', 'sync'] as const
    const LOG_BASED = /metric\.type = "logging\.googleapis\.com\/user\/activation\/(\w+)"/
    const logBasedOf = (query: URLSearchParams) => LOG_BASED.exec(query.get('filter') ?? '')?.[1]
    const sums: Readonly<Record<string, number>> = { sync_requests: 120, sync_failures: 13 }

    test('has its pulls and pushes besides, and how many of them failed, as the log says', async () => {
      queries.length = 0
      answer = (query) => {
        const name = logBasedOf(query)
        const points = [{ value: { int64Value: String(sums[name ?? ''] ?? 0) } }]
        return { status: 200, body: { timeSeries: name === undefined ? [] : [{ metric: {}, points }] } }
      }
      expect(await read(...GATE)).toMatchObject({ sync: { requests: 120, failures: 13 } })
      const asked = queries.filter((query) => logBasedOf(query) !== undefined)
      expect(asked.map(logBasedOf).filter((name) => METRICS[name!] === undefined)).toEqual([])
      expect(asked).toHaveLength(2)
      for (const query of asked) {
        expect(query.get('filter')).toContain('resource.labels.revision_name = "am-sync-00002"')
        expect(query.get('aggregation.crossSeriesReducer')).toBe('REDUCE_SUM')
      }
    })

    test('has none while its metrics are not known, because no line was counted yet', async () => {
      answer = (query) =>
        logBasedOf(query) === undefined
          ? { status: 200, body: { timeSeries: [counted('2xx', 7)] } }
          : { status: 404, body: { error: { status: 'NOT_FOUND' } } }
      expect(await read(...GATE)).toMatchObject({ requests: 7, sync: { requests: 0, failures: 0 } })
    })
  })

  test('is asked for a whole minute at least, which is as fine as it aligns', async () => {
    queries.length = 0
    await read('2026-01-01T00:00:50Z', '2026-01-01T00:01:00Z')
    expect(queries[0]?.get('interval.startTime')).toBe('2026-01-01T00:00:00.000Z')
  })

  test('is nothing while it has no series', async () => {
    answer = () => ({ status: 200, body: {} })
    const metrics = await read('2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z')
    expect(metrics).toEqual({ requests: 0, server_errors: 0, p95_ms: undefined })
  })

  test('is unknown, with its reason, when it refuses', async () => {
    answer = () => ({ status: 403, body: { error: { message: 'denied' } } })
    await expect(read('2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z')).rejects.toThrow(/answered 403.*denied/)
  })
})
