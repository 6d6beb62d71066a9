import { createServer, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { startSchedule } from '#infra/local/schedule.ts'
import { systemClock } from '#shared/base/clock.ts'
import type { LogEntry } from '#shared/http/log.ts'
import { listening } from '#tests/functions/audiences/running.ts'

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
  const stop = startSchedule({
    maintenance_url: await listening(server),
    token: () => Promise.resolve('a token'),
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
  return { requests, lines, waits_ms, stop }
}

test('dispatch is called each minute as an operator calls it, until the runtime ends', async () => {
  const { requests, lines, waits_ms, stop } = await scheduled(200)
  await expect.poll(() => requests.length).toBeGreaterThan(2)
  await stop()
  const called = requests.length
  expect(requests[0]).toMatchObject({
    method: 'POST',
    url: '/api/maintenance/dispatch',
    headers: { authorization: 'Bearer a token' },
  })
  expect(new Set(waits_ms)).toEqual(new Set([60_000]))
  await systemClock.sleep(30)
  expect([requests.length, lines]).toEqual([called, []])
})

test('a run that fails is told of, and the next one comes all the same', async () => {
  const { requests, lines } = await scheduled(503)
  await expect.poll(() => requests.length).toBeGreaterThan(2)
  expect(lines[0]).toMatchObject({ severity: 'WARNING', message: 'scheduled dispatch: 503 why' })
})
