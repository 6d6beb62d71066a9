import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { GoogleApiError } from '#infra/deliver/rollout/google-api.ts'
import { saveAsSmokeUser } from '#infra/doctor/save.ts'
import { systemClock } from '#shared/base/clock.ts'
import { listen } from '#shared/http/server/serve.ts'
import { examine, healthy } from './stand-in.ts'

const ENVIRONMENT = { env: 'dev', project: 'acme-activation-dev', region: 'europe-west1' }
const ACCOUNTS = '/v1/projects/-/serviceAccounts'
const AS_DELIVERY = `${ACCOUNTS}/am-delivery@acme-activation-dev.iam.gserviceaccount.com:generateAccessToken`
const AS_SMOKE = `${ACCOUNTS}/am-smoke@acme-activation-dev.iam.gserviceaccount.com:generateIdToken`

/** IAM, and a function that is out of order, at one address. @returns who called what */
async function startStandIn({ may_deliver }: { may_deliver: boolean }) {
  const calls: string[] = []
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    calls.push(`${headers.authorization ?? 'nobody'}: ${url}`)
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    if (url === AS_DELIVERY && may_deliver) answer(200, { accessToken: 'delivery' })
    else if (url === AS_SMOKE) answer(200, { token: 'smoke' })
    else answer(url.startsWith('/api/') ? 503 : 403, { error: { message: 'denied' } })
  })
  const { port } = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${port}`
  const own = () => Promise.resolve('own')
  const tools = { environment: ENVIRONMENT, token: own, clock: systemClock, endpoint: url, iam_endpoint: url }
  return { calls, save: () => saveAsSmokeUser(tools)(url) }
}

test('a save is tried as the smoke user, by way of the delivery account, and what fails is named', async () => {
  const { calls, save } = await startStandIn({ may_deliver: true })
  expect(await save()).toEqual([expect.stringMatching(/health.*503/)])
  expect(calls.slice(0, 2)).toEqual([`Bearer own: ${AS_DELIVERY}`, `Bearer delivery: ${AS_SMOKE}`])
  expect(calls.slice(2).every((call) => call.startsWith('Bearer smoke: /api/audiences'))).toBe(true)
})

test('who may not act as the delivery account is told how to become one who may', async () => {
  const { save } = await startStandIn({ may_deliver: false })
  await expect(save()).rejects.toThrow(GoogleApiError)
  const [line] = await examine({ ...healthy(), save }, ['save'])
  expect(line?.finding).toMatchObject({ state: 'not asked', remedy: expect.stringMatching(/deployers/) as string })
})
