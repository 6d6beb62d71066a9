import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { expect, onTestFinished, test } from 'vitest'

import type { PushBody } from '#shared/client/store/answers.ts'
import { json } from '#tests/client/api/harness.ts'
import { type MetRequest, sessionOf, StandInService } from '#tests/client/store/stand-in.ts'
import { createClient, listening } from '#tests/functions/audiences/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { SoakDevice } from './clients/device.ts'
import { Evidence } from './evidence.ts'
import { Ledger } from './ledger.ts'

/** That a device of the soak sees immediately what it was told wrongly. */

const USER = 'u'

/** Answers without a pause. */
class NoTime extends VirtualClock {
  override sleep(): Promise<void> {
    return Promise.resolve()
  }
}

/** @param instead answers in place of the service @returns what a device reports that changes something and is told that it is sent */
async function faultsOf(instead: (request: MetRequest) => Response | undefined = () => undefined): Promise<Ledger> {
  const service = new StandInService(new NoTime())
  service.instead = instead
  const server = createServer((request, response) => {
    void (async () => {
      const { url = '/', headers } = request
      const id = /^\/api\/audiences\/(\w+)$/.exec(url)?.[1]
      const body = await text(request)
      const init = { headers: { Authorization: headers.authorization ?? '' }, ...(body !== '' && { body }) }
      const record = id === undefined ? undefined : service.record(USER, id)
      const answer = record
        ? json({ success: true, audience: record })
        : await service.fetch(`http://service${url}`, init)
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })()
  })
  const url = await listening(server)
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const ledger = new Ledger()
  const ending = new AbortController()
  const session = sessionOf(USER)
  const token = async () => String(await session.token({ is_renewal: false, signal: undefined }))
  const system = {
    edge: { url },
    issuer_url: 'https://issuer.test',
    tokenOf: token,
    as: () => createClient(url, token),
  }
  const device = new SoakDevice(
    {
      system,
      ledger,
      evidence: new Evidence(),
      random: seededRandom(2),
      ending: ending.signal,
      distributions: new Map(),
      // One round of changes.
      count: () => ending.abort(),
    },
    USER,
    'a device',
  )
  await device.work()
  return ledger
}

test('a device has nothing to report of changes that are stored', async () => {
  const ledger = await faultsOf()
  expect(ledger.faults).toEqual([])
  expect(ledger.counts().acknowledged).toBeGreaterThan(0)
})

test('a device reports a change that it is told is sent, and that the service does not have', async () => {
  const { faults } = await faultsOf(({ path, body }) => {
    if (path !== '/api/sync/push') return undefined
    const { mutations } = body as PushBody
    return json({ success: true, results: mutations.map(({ seq }) => ({ seq, status: 'applied', version: 1 })) })
  })
  expect(faults).not.toEqual([])
  for (const fault of faults)
    expect(fault).toMatch(/^a device was told that m\d of aud_\w+ is sent, and was answered .*not-found/)
})

test('a device reports a change that was put aside, though nothing waits any more', async () => {
  const { faults } = await faultsOf(({ path, body }) => {
    if (path !== '/api/sync/push') return undefined
    const { mutations } = body as PushBody
    const refusal = { status: 'invalid', problem: { detail: 'It is refused.' } }
    return json({ success: true, results: mutations.map(({ seq }) => ({ seq, ...refusal })) })
  })
  expect(faults).toContainEqual(expect.stringMatching(/^a device has put changes aside: /))
})
