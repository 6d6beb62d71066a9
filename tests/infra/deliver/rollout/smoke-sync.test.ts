import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'

import { createSyncApp } from '#functions/sync/index.ts'
import { smokeTest } from '#infra/deliver/rollout/smoke.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { syncInTest } from '#tests/functions/sync/harness.ts'
import { closed, listening } from '#tests/http/harness.ts'
import { fasterClock } from '#tests/support/clock.ts'

/** The smoke test of sync, against the function itself and against one that answers as a test says. */

const STEPS = ['health', 'refuse a device without a token', 'pull', 'pull again', 'push', 'pull it back']

function smokeOf(url: string, token: () => Promise<string>): () => Promise<string[]> {
  const exists = async () => true
  const smoke = smokeTest({
    clock: systemClock,
    random: systemRandom,
    token,
    objectExists: exists,
    assetExists: exists,
  })
  return async () => {
    const checks = await smoke([{ name: 'sync', revision: 'local', url }])
    return checks.map(({ step, fault }) => (fault === undefined ? step : `${step}: ${fault}`))
  }
}

test('passes round after round, though the user has many records, and leaves tombstones only', async () => {
  const running = await syncInTest()
  const other = running.device('smoke')
  const value = { name: 'Hikers', description: 'x'.repeat(1000) }
  await other.push(
    ...Array.from({ length: 100 }, () => other.change('create', 'audience', other.newId('aud'), { value })),
  )
  const { url } = await running.instance(createSyncApp)
  const smoke = smokeOf(url, () => running.tokenOf('smoke'))
  for (let round = 0; round < 3; round++) expect(await smoke()).toEqual([...STEPS, 'push its deletion'])
  const rows = (await other.pullAll()).flatMap((partition) => partition.rows)
  expect(rows.filter(({ deleted }) => deleted !== true)).toHaveLength(100)
  expect(rows.filter(({ name }) => name === 'Smoke test')).toEqual([])
})

test('passes in the next rollout, too: its device is another one, and makes other changes', async () => {
  const running = await syncInTest()
  const { url } = await running.instance(createSyncApp)
  for (let rollout = 0; rollout < 2; rollout++) {
    const smoke = smokeOf(url, () => running.tokenOf('smoke'))
    expect(await smoke()).toEqual([...STEPS, 'push its deletion'])
  }
})

test('fails when the function answers 503', async () => {
  const running = await syncInTest({ clock: fasterClock(40) })
  const { url } = await running.instance(createSyncApp)
  running.gcs.faults.add({ fault: 'unavailable', operations: ['list'] })
  const [first] = await smokeOf(url, () => running.tokenOf('smoke'))()
  expect(first).toMatch(/^health: answered 503/)
})

interface Sent {
  readonly acked: number
  readonly mutations: readonly [{ seq: number; mutation_id: string; op: string; id: string; base_version?: number }]
}

interface Behaviour {
  /** The status of a push, or none for `applied`. */
  readonly status?: (pushes: number) => string | undefined
  readonly brings_rows?: boolean
  readonly has_end?: boolean
}

/** A sync function that keeps nothing but what was pushed. */
async function answering({ status, brings_rows = true, has_end = true }: Behaviour) {
  const pushed: Sent[] = []
  const pull = () => {
    const rows = brings_rows ? pushed.map(({ mutations: [{ id }] }) => ({ audience_id: id })) : []
    return { cursor: 'c', more: !has_end, partitions: [{ partition: 'audiences/2026-01', rows }] }
  }
  const push = (sent: Sent) => {
    pushed.push(sent)
    const [{ seq }] = sent.mutations
    return { results: [{ seq, status: status?.(pushed.length) ?? 'applied', version: seq, retry_after_ms: 1 }] }
  }
  const answer = async (request: IncomingMessage): Promise<object> => {
    if (request.url!.includes('/health')) return { revision: 'local' }
    const body = await json(request)
    return request.url === '/api/sync/push' ? push(body as Sent) : pull()
  }
  const server = createServer((request, response) => {
    const is_open = request.headers.authorization !== undefined || request.url!.includes('/health')
    void answer(request).then((body) => response.writeHead(is_open ? 200 : 401).end(JSON.stringify(body)))
  })
  onTestFinished(() => closed(server))
  return { pushed, smoke: smokeOf(await listening(server), async () => 'token') }
}

test('removes what it pushed, in each round as the same device, and acknowledges every answer', async () => {
  const { pushed, smoke } = await answering({})
  for (let round = 0; round < 2; round++) expect(await smoke()).toEqual([...STEPS, 'push its deletion'])
  expect(pushed.map(({ acked, mutations: [{ seq, op }] }) => [acked, seq, op])).toEqual([
    [0, 1, 'create'],
    [1, 2, 'delete'],
    [2, 3, 'create'],
    [3, 4, 'delete'],
  ])
  expect(pushed[1]!.mutations[0]).toMatchObject({ id: pushed[0]!.mutations[0].id, base_version: 1 })
})

test('repeats a deferred change as it was, and takes it for done when it was', async () => {
  const { pushed, smoke } = await answering({ status: (pushes) => ['retry', 'duplicate'][pushes - 1] })
  expect(await smoke()).toEqual([...STEPS, 'push its deletion'])
  expect(pushed[1]).toEqual(pushed[0])
  expect(pushed.map(({ acked }) => acked)).toEqual([0, 0, 1])
})

test('fails when a change is deferred again and again, or refused', async () => {
  const deferring = await answering({ status: (pushes) => (pushes <= 4 ? 'retry' : 'applied') })
  expect((await deferring.smoke()).slice(4)).toEqual(['push: the change is retry, not applied', 'push its deletion'])
  const refusing = await answering({ status: (pushes) => (pushes === 1 ? 'invalid' : 'applied') })
  expect((await refusing.smoke()).slice(4)).toEqual(['push: the change is invalid, not applied', 'push its deletion'])
})

test('fails, and still removes what it made, when a pull does not bring it', async () => {
  const { smoke } = await answering({ brings_rows: false })
  expect((await smoke()).slice(5)).toEqual([
    expect.stringMatching(/^pull it back: the pull does not bring aud_\w+$/),
    'push its deletion',
  ])
})

test('fails when a pull has no end, and pushes nothing', async () => {
  const { pushed, smoke } = await answering({ has_end: false })
  expect((await smoke()).slice(2)).toEqual(['pull: the pull has more than 50 pages'])
  expect(pushed).toEqual([])
})
