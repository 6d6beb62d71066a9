import { expect, test } from 'vitest'

import type { Started } from '#tests/faults/child-process.ts'
import { startProcesses } from './processes.ts'
import { anAudience, everyAudience, saved, type Client, type Reply } from './harness.ts'

const PATH = '/api/audiences'
const namesOf = (count: number) => Array.from({ length: count }, (_, i) => `n${String(i).padStart(4, '0')}`)

/** The answer, or `undefined` when the connection broke: then the outcome is not known. */
async function attempt(client: Client, ...call: Parameters<Client['call']>): Promise<Reply | undefined> {
  try {
    return await client.call(...call)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** Creates audiences of these names, so many at a time; returns the names that were acknowledged. */
async function createAll(
  clients: readonly Client[],
  names: readonly string[],
  { at_a_time, onAcknowledged }: { at_a_time: number; onAcknowledged?: (count: number) => void },
): Promise<string[]> {
  const acknowledged: string[] = []
  const statuses = new Set<number | undefined>()
  const queue = [...names]
  const work = async (client: Client): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const reply = await attempt(client, 'POST', PATH, anAudience({ name }))
      statuses.add(reply?.status)
      if (reply?.status !== 201) continue
      acknowledged.push(name)
      onAcknowledged?.(acknowledged.length)
    }
  }
  await Promise.all(Array.from({ length: at_a_time }, (_, i) => work(clients[i % clients.length]!)))
  expect([201, 503, undefined]).toEqual(expect.arrayContaining([...statuses]))
  return acknowledged
}

/** Everything acknowledged is stored, and nothing is stored twice. */
async function expectStored(client: Client, acknowledged: readonly string[]): Promise<string[]> {
  const stored = (await everyAudience(client)).map(({ name }) => name).toSorted()
  expect(new Set(stored).size).toBe(stored.length)
  expect(stored).toEqual(expect.arrayContaining([...acknowledged]))
  return stored
}

async function operationsOf(gcs: Started): Promise<{ write: number }> {
  return (await (await fetch(`${gcs.url}/_operations`)).json()) as { write: number }
}

test('two server processes over one stand-in hammering one user lose and double nothing', async () => {
  const { startServer } = await startProcesses()
  const servers = await Promise.all([startServer(), startServer()])
  const clients = servers.map(({ client }) => client)
  const shared = await saved(clients[0]!, { name: 'shared', metadata: {} })
  const path = `${PATH}/${shared.audience_id}`
  const names = namesOf(200)
  const versions: number[] = []
  const patchMany = async (client: Client, mark: string): Promise<void> => {
    for (let i = 0; i < 15; i++) {
      const { status, body } = await client.call('PATCH', path, { metadata: { [`${mark}${i}`]: i } })
      expect(status).toBe(200)
      versions.push(body.audience.version)
    }
  }
  const [acknowledged] = await Promise.all([
    createAll(clients, names, { at_a_time: 20 }),
    ...clients.flatMap((client, c) => [patchMany(client, `${c}a`), patchMany(client, `${c}b`)]),
  ])
  expect(acknowledged.toSorted()).toEqual(names)
  for (const client of clients) {
    expect(await expectStored(client, acknowledged)).toEqual([...names, 'shared'])
    const { body } = await client.call('GET', path)
    expect(body.audience.version).toBe(61)
    expect(Object.keys(body.audience.metadata)).toHaveLength(60)
  }
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 2))
})

test.each([1, 80])(
  'kill -9 of a server in the middle of a burst (after %i) loses no acknowledged save',
  async (acknowledged_min) => {
    const { startServer } = await startProcesses()
    const [killed, other] = await Promise.all([startServer(), startServer()])
    const onAcknowledged = (count: number) => {
      if (count === acknowledged_min) killed.process.kill('SIGKILL')
    }
    const acknowledged = await createAll([killed.client], namesOf(300), { at_a_time: 30, onAcknowledged })
    expect(await killed.ended).toEqual([null, 'SIGKILL'])
    expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledged_min)
    await expectStored(other.client, acknowledged)
    const again = await startServer()
    await expectStored(again.client, acknowledged)
    await saved(again.client, { name: 'after' })
  },
)

test('kill -9 of the stand-in in the middle of a burst loses no acknowledged save, and the servers recover by themselves', async () => {
  const { startServer, gcs, restartGcs } = await startProcesses()
  const servers = await Promise.all([startServer(), startServer()])
  const clients = servers.map(({ client }) => client)
  let restarted: Promise<Started> | undefined
  const onAcknowledged = (count: number) => {
    if (count !== 50) return
    gcs.process.kill('SIGKILL')
    restarted = gcs.ended.then(restartGcs)
  }
  const acknowledged = await createAll(clients, namesOf(200), { at_a_time: 20, onAcknowledged })
  await restarted
  expect(acknowledged.length).toBeGreaterThanOrEqual(50)
  for (const client of clients) await expectStored(client, acknowledged)
  for (const [i, client] of clients.entries()) await saved(client, { name: `after ${i}` })
  for (const server of servers) expect(server.process.exitCode).toBeNull()
})

test('SIGTERM in the middle of a burst: what is under way is answered, what was acknowledged is there, the exit is clean', async () => {
  const { startServer } = await startProcesses()
  const [ending, other] = await Promise.all([startServer(), startServer()])
  const onAcknowledged = (count: number) => {
    if (count === 30) ending.process.kill('SIGTERM')
  }
  const acknowledged = await createAll([ending.client], namesOf(300), { at_a_time: 30, onAcknowledged })
  expect(await ending.ended).toEqual([0, null])
  expect(acknowledged.length).toBeGreaterThanOrEqual(30)
  await expectStored(other.client, acknowledged)
  expect(ending.lines.at(-1)).toMatchObject({ message: 'ended', cut_off_requests: 0 })
})

test('a save that SIGTERM meets while its PUT is under way is answered 201', async () => {
  const { startServer, gcs } = await startProcesses()
  const [ending, other] = await Promise.all([startServer(), startServer()])
  await saved(ending.client)
  const faults = { latency: { write_ms: 500 } }
  await fetch(`${gcs.url}/_faults`, { method: 'POST', body: JSON.stringify(faults) })
  await fetch(`${gcs.url}/_operations`, { method: 'DELETE' })
  const under_way = ending.client.call('POST', PATH, anAudience({ name: 'under way' }))
  while ((await operationsOf(gcs)).write === 0);
  ending.process.kill('SIGTERM')
  expect((await under_way).status).toBe(201)
  expect(await ending.ended).toEqual([0, null])
  await expectStored(other.client, ['under way'])
})

test('a key is honoured by the process that comes after the one that was killed', async () => {
  const { startServer } = await startProcesses()
  const first = await startServer()
  const key = { 'idempotency-key': 'survives' }
  const { body } = await first.client.call('POST', PATH, anAudience(), key)
  first.process.kill('SIGKILL')
  await first.ended
  const second = await startServer()
  const again = await second.client.call('POST', PATH, anAudience(), key)
  expect({ status: again.status, id: again.body.audience_id }).toEqual({ status: 201, id: body.audience_id })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(await everyAudience(second.client)).toHaveLength(1)
})
