import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { FLAGS_OBJECT } from '#functions/flags/config.ts'
import { pointOf } from '#functions/flags/decision.ts'
import { createFlagsApp } from '#functions/flags/index.ts'
import { smokeTest } from '#infra/deliver/rollout/smoke.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { writeJson } from '#shared/objects/json-object.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { runningInTest } from '#tests/functions/distributions/harness.ts'
import { closed, listening } from '#tests/http/harness.ts'

/** The smoke test of flags, against the function itself and against one that decides otherwise. */

async function smoked(url: string, token: () => Promise<string>): Promise<string[]> {
  const exists = async () => true
  const smoke = smokeTest({
    clock: systemClock,
    random: systemRandom,
    token,
    objectExists: exists,
    assetExists: exists,
  })
  const checks = await smoke([{ name: 'flags', revision: 'local', url }])
  return checks.map(({ step, fault }) => (fault === undefined ? step : `${step}: ${fault}`))
}

test.each([0, 5, 50, 99.99, 100])('passes whatever the percentage is: %d', async (percent) => {
  const running = await runningInTest()
  const store = gcsObjectStore({ bucket: BUCKET, api_endpoint: running.gcs.url, clock: systemClock })
  const json = JSON.stringify({ flags: { persistence_v2: { percent, enabled: true } } })
  await writeJson(store, FLAGS_OBJECT.name, json, NO_OBJECT)
  const { url } = await running.instance(createFlagsApp)
  const passed = await smoked(url, () => running.tokenOf('smoke'))
  expect(passed).toEqual(['health', 'flags of guests', 'flags of the smoke user'])
})

/** A function that decides by itself. */
async function deciding(isOn: (client_id: string, is_guest: boolean) => boolean): Promise<string> {
  const server = createServer(({ url, headers }, response) => {
    const { pathname, searchParams } = new URL(url!, 'http://x')
    const client_id = searchParams.get('client_id')
    const is_guest = headers.authorization === undefined
    if (is_guest && client_id === null) response.writeHead(400)
    const flags = { persistence_v2: isOn(client_id ?? '', is_guest) }
    response.end(JSON.stringify(pathname.endsWith('/health') ? { revision: 'local' } : { flags }))
  })
  onTestFinished(() => closed(server))
  return await listening(server)
}
const token = async () => 'token'

test('fails when guests are on although others before them are off', async () => {
  const url = await deciding((client_id) => pointOf('persistence_v2', client_id) >= 50)
  expect(await smoked(url, token)).toEqual([
    'health',
    'flags of guests: no percentage explains for which guests persistence_v2 is on',
  ])
})

test("fails when a user's flags depend on the client", async () => {
  const url = await deciding((client_id, is_guest) => is_guest || client_id.endsWith('s6'))
  expect(await smoked(url, token)).toEqual([
    'health',
    'flags of guests',
    'flags of the smoke user: the flags of a user depend on the client',
  ])
})
