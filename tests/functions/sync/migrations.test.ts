import { expect, test } from 'vitest'

import { syncInTest, type RunningSync } from './harness.ts'

/** What the server keeps and tells of guests who came into an account. */

const reported = ({ lines }: RunningSync) => lines.filter(({ event }) => event === 'guest_migration')

async function storedReport({ gcs }: RunningSync, client_id: string): Promise<Record<string, unknown>> {
  const name = encodeURIComponent(`migrations/guest_${client_id}.json`)
  const response = await fetch(`${gcs.url}/storage/v1/b/activation-test/o/${name}?alt=media`)
  return (await response.json()) as Record<string, unknown>
}

test('a migration is written down and told once, however often its push is repeated', async () => {
  const running = await syncInTest()
  const phone = running.device()
  const change = phone.change('create', 'audience', phone.newId('aud'), { value: { name: 'Private name' } })
  const migration = { id: 'plan-1', expected: 3, found: 3 }
  for (const found of [3, 3, 1]) {
    const reply = await phone.send('push', { acked: 0, mutations: [change], migration: { ...migration, found } })
    expect(reply.status).toBe(200)
  }
  expect(reported(running)).toMatchObject([{ severity: 'INFO', state: 'complete', expected: 3, found: 3 }])
  const report = await storedReport(running, phone.client_id)
  expect(report).toMatchObject({ ...migration, client_id: phone.client_id, state: 'complete' })
  expect(JSON.stringify(running.lines)).not.toMatch(/Private name|demo_user|plan-1/)
})

test('a migration that lacks records is an error in the log', async () => {
  const running = await syncInTest()
  const phone = running.device()
  await phone.send('push', { acked: 0, mutations: [], migration: { id: 'plan-1', expected: 3, found: 2 } })
  expect(reported(running)).toMatchObject([{ severity: 'ERROR', state: 'failed', expected: 3, found: 2 }])
})

test('another user who names the same client id hides nothing, and changes nothing of what is written', async () => {
  const running = await syncInTest()
  const [phone, thief] = [running.device(), running.device('thief')]
  const migration = { id: 'plan-1', expected: 3, found: 3 }
  await thief.send('push', { client_id: phone.client_id, acked: 0, mutations: [], migration })
  await phone.send('push', { acked: 0, mutations: [], migration: { ...migration, found: 1 } })
  expect(reported(running)).toMatchObject([{ state: 'complete' }, { state: 'failed' }])
  const [theirs, ours] = reported(running).map(({ user_hash }) => user_hash)
  expect(theirs).not.toBe(ours)
  expect(await storedReport(running, phone.client_id)).toMatchObject({ state: 'complete', user_hash: theirs })
})

test('a migration that the bucket does not take makes the push fail, and its repetition complete', async () => {
  const running = await syncInTest()
  const phone = running.device()
  const body = { acked: 0, mutations: [], migration: { id: 'plan-1', expected: 0, found: 0 } }
  running.gcs.faults.add({ fault: 'unavailable' })
  expect((await phone.send('push', body)).status).toBe(503)
  expect(reported(running)).toEqual([])
  running.gcs.faults.reset()
  expect((await phone.send('push', body)).status).toBe(200)
  expect(reported(running)).toHaveLength(1)
})

test('what an app tells of itself is logged as names and numbers; of what users wrote nothing', async () => {
  const running = await syncInTest()
  const phone = running.device()
  const client = {
    app_version: '1.2.3',
    mode: 'account',
    outbox_pending: 4,
    errors: { count: 1, last: { name: 'TypeError' } },
  }
  await phone.send('pull', { cursor: null, client: { ...client, flag: 'a text of a user', unknown: 'secret' } })
  const line = running.lines.find(({ route }) => String(route).includes('pull'))
  expect(JSON.stringify(line)).toContain('1.2.3')
  await phone.makeAudience({ name: 'Private name', metadata: { private_member: 'Private value' } })
  const id = await phone.makeAudience({ name: 'Private name' })
  const wrong = { base_version: 1, set: { metadata: { private_member: 2 } }, base: { metadata: { private_member: 1 } } }
  await phone.push(
    phone.change('patch', 'audience', id, wrong),
    phone.change('create', 'audience', phone.newId('aud'), { value: { private_field: 1 } }),
  )
  expect(JSON.stringify(running.lines)).not.toMatch(/private|a text of a user|secret|demo_user/i)
})
