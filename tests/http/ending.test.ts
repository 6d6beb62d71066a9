import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { createEnding } from '#shared/http/server/drain.ts'
import { bodyOf, startToy } from './harness.ts'
import { toyState } from './toy-function.ts'

/** What callers are answered whose requests are not done when the process is about to be cut off. */

async function endingToy() {
  const ending = createEnding()
  const toy = await startToy({ ending: ending.signal })
  onTestFinished(() => toy.close())
  // The issuer's keys are known from then on.
  expect((await toy.call('/api/audiences/a')).status).toBe(200)
  return { ...toy, ending }
}

test('a change whose handler has begun is 503 with Retry-After and an unknown outcome, and its handler learns of it', async () => {
  const { call, ending, lines } = await endingToy()
  const { started, aborted } = toyState
  const under_way = call('/api/audiences/fail', { method: 'POST', json: { how: 'slow 20000' } })
  await expect.poll(() => toyState.started).toBe(started + 1)
  ending.abort()
  const answer = await under_way
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await bodyOf(answer)).toMatchObject({ type: '/problems/unavailable', outcome: 'unknown' })
  await expect.poll(() => toyState.aborted).toBe(aborted + 1)
  expect(lines.at(-1)).toMatchObject({ severity: 'WARNING', outcome: 'unavailable' })
})

test('one whose handler has not begun changed nothing, and never does: keys or a body are waited for', async () => {
  const ending = createEnding()
  const toy = await startToy({ ending: ending.signal })
  onTestFinished(() => toy.close())
  const [answered] = toy.issuer_server.listeners('request')
  toy.issuer_server.removeAllListeners('request')
  const asked = new Promise<() => void>((resolve) => {
    toy.issuer_server.on('request', (...exchange) => resolve(() => void answered!.call(toy.issuer_server, ...exchange)))
  })
  const waiting = toy.call('/api/audiences/fail', { method: 'POST', json: { how: 'slow 1' } })
  const release = await asked
  const { started } = toyState

  const { hostname, port } = new URL(toy.url)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString()))
  const head = ['POST /api/audiences HTTP/1.1', 'Host: x', `Authorization: Bearer ${await toy.token()}`]
  socket.write([...head, 'Content-Type: application/json', 'Content-Length: 9', '', '{"na'].join('\r\n'))
  await expect.poll(() => socket.bytesWritten).toBeGreaterThan(100)

  ending.abort()
  const answer = await waiting
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await bodyOf(answer)).not.toHaveProperty('outcome')
  await expect.poll(() => received).toMatch(/^HTTP\/1.1 503 [^]*Nothing was changed/)
  socket.destroy()
  release()
  await systemClock.turn()
  expect(toyState.started).toBe(started)
})

test('a request that comes even later is 503 too; answers that are there already go out', async () => {
  const { call, ending } = await endingToy()
  ending.abort()
  expect((await call('/api/audiences/fail', { method: 'POST', json: { how: 'slow 20000' } })).status).toBe(503)
})
