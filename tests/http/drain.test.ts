import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { createDrain, createEnding } from '#shared/http/server/drain.ts'

test('a pipelined request whose client is gone is not under way: nothing waits for it, and nothing is cut off', async () => {
  let seen = 0
  // Neither is ever answered, so the second never gets the connection.
  const server = createServer(() => void seen++)
  const ending = createEnding()
  const drain = createDrain(server, systemClock, ending)
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await expect.poll(() => seen).toBe(2)
  client.destroy()
  await closed
  expect(await drain.start()).toBe(0)
  expect(ending.signal.aborted).toBe(false)
})
