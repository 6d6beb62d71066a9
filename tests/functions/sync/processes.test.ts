import { expect, test } from 'vitest'

import type { PushResult } from '#functions/sync/push/results.ts'
import { isoTime, systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { Client } from '#tests/functions/audiences/harness.ts'
import { startProcesses, type Processes } from '#tests/functions/audiences/processes.ts'
import { effort, longTest } from '#tests/support/effort.ts'
import type { Pulled } from './harness.ts'

/** Processes that are killed in the middle of a push or an undo: each change takes effect once. Starting three takes seconds. */

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

type Outbox = Pick<ReturnType<typeof outbox>, 'client_id' | 'acked'> & { readonly mutations: readonly object[] }

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

/** Creations of three months and of a platform, of which each takes one commit to be taken back. */
const CREATED = [
  ...[3, 4, 5].map((month) => ({ kind: 'audience', time_ms: Date.UTC(2024, month - 1, 2), value: { name: 'A' } })),
  { kind: 'platform', time_ms: Date.UTC(2024, 0, 2), value: { name: 'P', platform_type: 'meta' } },
] as const

test.each([
  ['one month is written and another not', 'audiences/user_id=demo_user/year=2024/month=04/', 2],
  ['the months are written and the next kind not', 'platforms/', 1],
] as const)(
  'an undo whose process is killed while %s is finished by the next one: nothing twice',
  async (_, prefix, left) => {
    const processes = await startProcesses()
    const client_id = newId('cli', systemClock.nowMs(), systemRandom)
    const at = isoTime(systemClock.nowMs() - 60_000)
    const killed = await processes.startServer('sync')
    const mutations = CREATED.map(({ kind, time_ms, value }, n) => {
      const id = newId(kind === 'audience' ? 'aud' : 'plat', time_ms, systemRandom)
      return { seq: n + 1, mutation_id: `${client_id}/${n}`, op: 'create', kind, id, value }
    })
    const results = await pushed(killed.client, { client_id, acked: 0, mutations })
    expect(results!.map(({ status }) => status)).toEqual(CREATED.map(() => 'applied'))

    const pulled = async (client: Client, from: string | null) => {
      const { body } = await client.call('POST', '/api/sync/pull', { client_id, cursor: from, limit_bytes: 4_000_000 })
      const { partitions, cursor }: Pulled = body as never
      return { cursor, rows: partitions.flatMap((partition) => partition.rows) }
    }
    const { cursor } = await pulled(killed.client, null)
    const before = await writesOf(processes)
    const control = (body: object) =>
      fetch(`${processes.gcs.url}/_faults`, { method: 'POST', body: JSON.stringify(body) })
    await control({ add: [{ fault: 'stall', operations: ['write'], prefix }] })
    const answer = killed.client.call('POST', '/api/undo', { at }).catch(() => undefined)
    const begun = prefix === 'platforms/' ? 4 : 3
    await expect
      .poll(() => writesOf(processes), { interval: 1, timeout: 20_000 })
      .toBeGreaterThanOrEqual(before + begun)
    killed.process.kill('SIGKILL')
    await Promise.all([killed.ended, answer])
    await control({ reset: true })

    const next = await processes.startServer('sync')
    const undo = async () => (await next.client.call('POST', '/api/undo', { at })).body
    expect(await undo()).toMatchObject({ left_count: 0, retry_count: 0, more: false, undone: { length: left } })
    expect(await undo()).toMatchObject({ undone: { length: 0 } })
    const { rows } = await pulled(next.client, cursor)
    expect(rows.map(({ deleted, version }) => [deleted, version])).toEqual(CREATED.map(() => [true, 2]))
  },
)
