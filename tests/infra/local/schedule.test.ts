import { createServer, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { startSchedule } from '#infra/local/schedule.ts'
import { systemClock } from '#shared/base/clock.ts'
import type { LogEntry } from '#shared/logging/log.ts'
import { listening } from '#tests/functions/audiences/harness.ts'

/** A schedule whose minutes pass in no time, over a function that answers `status`. */
async function scheduled(status: number) {
  const requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    response.writeHead(status).end('why')
  })
  onTestFinished(() => void server.close())
  const lines: LogEntry[] = []
  const waits_ms: number[] = []
  const maintenance_url = await listening(server)
  const calls = { begun: 0 }
  const stop = startSchedule({
    maintenance_url,
    token: () => {
      calls.begun++
      return Promise.resolve('a token')
    },
    clock: {
      ...systemClock,
      sleep: (duration_ms, signal) => {
        waits_ms.push(duration_ms)
        return systemClock.sleep(5, signal)
      },
    },
    log: { write: (entry) => void lines.push(entry), flush: () => Promise.resolve() },
  })
  onTestFinished(stop)
  return { requests, calls, lines, waits_ms, stop }
}

test('dispatch is called each minute as an operator calls it, until the runtime ends', async () => {
  const { requests, calls, lines, waits_ms, stop } = await scheduled(200)
  await expect.poll(() => requests.filter(({ url }) => url?.endsWith('/dispatch')).length).toBeGreaterThan(2)
  await stop()
  const { begun } = calls
  expect(requests.find(({ url }) => url === '/api/maintenance/dispatch')).toMatchObject({
    method: 'POST',
    headers: { authorization: 'Bearer a token' },
  })
  expect(new Set(waits_ms)).toEqual(new Set([60_000, 3_600_000]))
  await systemClock.sleep(30)
  expect([calls.begun, lines]).toEqual([begun, []])
})

test('every other job is called each hour, one after another', async () => {
  const { requests } = await scheduled(200)
  const jobs = ['retention', 'purge', 'integrity', 'metrics', 'reencrypt'].map((job) => `/api/maintenance/${job}`)
  const called = () => requests.map(({ url }) => url!).filter((url) => jobs.includes(url))
  await expect.poll(() => called().length).toBeGreaterThan(9)
  expect(called().slice(0, 10)).toEqual([...jobs, ...jobs])
})

test('a failed run is reported, and the next run still starts', async () => {
  const { requests, lines } = await scheduled(503)
  await expect.poll(() => requests.filter(({ url }) => url?.endsWith('/dispatch')).length).toBeGreaterThan(2)
  expect(lines).toContainEqual({ severity: 'WARNING', message: 'scheduled dispatch: 503 why' })
})
