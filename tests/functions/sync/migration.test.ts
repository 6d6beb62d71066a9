import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { type RunningSync, syncInTest } from './harness.ts'

/** What is written down of guests whose records come into an account. */

const MIGRATION = { id: 'mig_1', expected: 3, found: 3 }

const linesOf = ({ lines }: RunningSync) =>
  lines.filter(({ event }) => event === 'guest_migration').map(({ severity, state }) => [severity, state])

const reportOf = async ({ bucket_dir }: RunningSync, client_id: string) =>
  JSON.parse(await readFile(join(bucket_dir, 'migrations', `guest_${client_id}.json`), 'utf8')) as object

test('a migration is written down and logged once, however often it is told', async () => {
  const running = await syncInTest()
  const phone = running.device()
  for (let time = 0; time < 3; time++) {
    const { status } = await phone.send('push', { acked: 0, mutations: [], migration: MIGRATION })
    expect(status).toBe(200)
  }
  expect(linesOf(running)).toEqual([['INFO', 'complete']])
  const { user_hash, ...report } = (await reportOf(running, phone.client_id)) as { user_hash: string }
  expect(report).toMatchObject({ ...MIGRATION, client_id: phone.client_id, state: 'complete' })
  expect(user_hash).not.toContain('demo_user')
})

test('a migration that failed raises the alert, and is complete once its records have come', async () => {
  const running = await syncInTest()
  const phone = running.device()
  const told = (found: number) => phone.send('push', { acked: 0, mutations: [], migration: { ...MIGRATION, found } })
  for (const found of [2, 2, 3, 3, 1]) expect((await told(found)).status).toBe(200)
  expect(linesOf(running)).toEqual([
    ['ERROR', 'failed'],
    ['INFO', 'complete'],
  ])
  expect(await reportOf(running, phone.client_id)).toMatchObject({ found: 3, state: 'complete' })
})

test('another user who names the same client hides nothing, and changes nothing that is written', async () => {
  const running = await syncInTest()
  const phone = running.device()
  const stranger = running.device('somebody_else')
  const stolen = { client_id: phone.client_id, acked: 0, mutations: [], migration: MIGRATION }
  await stranger.send('push', stolen)
  const written = await reportOf(running, phone.client_id)
  await phone.send('push', { acked: 0, mutations: [], migration: { ...MIGRATION, found: 1 } })
  expect(linesOf(running)).toEqual([
    ['INFO', 'complete'],
    ['ERROR', 'failed'],
  ])
  expect(await reportOf(running, phone.client_id)).toEqual(written)
})
