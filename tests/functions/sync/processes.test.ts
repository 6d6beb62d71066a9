import { expect, test } from 'vitest'

import type { PushResult } from '#functions/sync/push/results.ts'
import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Client } from '#tests/functions/audiences/harness.ts'
import { startProcesses, type Processes } from '#tests/functions/audiences/processes.ts'
import { effort, longTest } from '#tests/support/effort.ts'
import type { Pulled } from './harness.ts'

/** Pushes to processes of their own, which are killed: each change takes effect once. Starting three takes seconds. */

const PATCHES = 20

/** Audiences of several months with changes of each, as one outbox. */
function outbox(months: number) {
  const client_id = newId('cli', systemClock.nowMs(), systemRandom)
  const ids = Array.from({ length: months }, (_, n) => newId('aud', Date.UTC(2024, n, 2), systemRandom))
  const changes = ids.flatMap((id) => [
    { op: 'create', id, value: { name: '0' } },
    ...Array.from({ length: PATCHES }, (_, n) => {
      return { op: 'patch', id, base_version: 0, set: { name: `${n + 1}` }, base: { name: `${n}` } }
    }),
  ])
  const mutations = changes.map((change, at) => {
    return { seq: at + 1, mutation_id: `${client_id}/${at}`, kind: 'audience', ...change }
  })
  return { client_id, acked: 0, mutations }
}

type Outbox = ReturnType<typeof outbox>

/** The results; undefined when the connection broke. */
async function pushed(client: Client, sent: Outbox): Promise<readonly PushResult[] | undefined> {
  try {
    const { status, text, body } = await client.call('POST', '/api/sync/push', sent)
    if (status !== 200) throw new Error(`the push was answered ${status}: ${text}`)
    return body['results'] as readonly PushResult[]
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** Every record is as if each change had been made once, in order. */
async function expectOnce(client: Client, { client_id }: Outbox, months: number): Promise<void> {
  const { body } = await client.call('POST', '/api/sync/pull', { client_id, limit_bytes: 4_000_000 })
  const pulled: Pulled = body as never
  const rows = pulled.partitions.flatMap((partition) => partition.rows)
  expect(rows.map(({ name, version }) => [name, version])).toEqual(
    Array.from({ length: months }, () => [`${PATCHES}`, PATCHES + 1]),
  )
}

longTest('two processes that get the same outbox simultaneously, again and again, make each change once', async () => {
  const months = 6
  const { startServer } = await startProcesses()
  const servers = await Promise.all([startServer('sync'), startServer('sync')])
  const sent = outbox(months)
  const results = await Promise.all([0, 1, 0, 1, 0, 1].map((server) => pushed(servers[server]!.client, sent)))
  const statuses = new Set(results.flatMap((one) => one!.map(({ status }) => status)))
  expect(['applied', 'merged', 'duplicate', 'retry']).toEqual(expect.arrayContaining([...statuses]))
  await expectOnce(servers[0].client, sent, months)
})

async function writesOf({ gcs }: Processes): Promise<number> {
  const { write } = (await (await fetch(`${gcs.url}/_operations`)).json()) as { write: number }
  return write
}

test('a process that is killed in the middle of a push leaves an outbox that can be pushed again: each change once', async () => {
  const months = 12
  const processes = await startProcesses()
  for (let round = 0; round < effort(1, 6); round++) {
    const sent = outbox(months)
    const before = await writesOf(processes)
    const killed = await processes.startServer('sync')
    const answer = pushed(killed.client, sent)
    await expect.poll(() => writesOf(processes), { interval: 1, timeout: 20_000 }).toBeGreaterThan(before + round)
    killed.process.kill('SIGKILL')
    await Promise.all([killed.ended, answer])
    const next = await processes.startServer('sync')
    const results = await pushed(next.client, sent)
    expect(results!.every(({ status }) => ['applied', 'merged', 'duplicate'].includes(status))).toBe(true)
    const again = await pushed(next.client, sent)
    expect(again!.every(({ status, version }) => status === 'duplicate' && version === PATCHES + 1)).toBe(true)
    await expectOnce(next.client, sent, months * (round + 1))
  }
})
