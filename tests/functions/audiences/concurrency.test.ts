import { fasterClock } from '#tests/support/clock.ts'
import { effort, longTest } from '#tests/support/effort.ts'
import { expect, test } from 'vitest'

import { audiencesInTest } from './fixture.ts'
import { anAudience, everyAudience, saved, type Client } from './harness.ts'

const PATH = '/api/audiences'

longTest('1000 concurrent saves by one user against one instance: none lost, none twice, at most 10 PUTs', async () => {
  // Client, function and bucket share a thread here, perhaps on a busy machine: a commit that gathers for two seconds
  // instead of 100 ms has the same crowd in front of it as one with a core of its own.
  const running = await audiencesInTest({ clock: fasterClock(1 / 20) })
  const { result: made, writes } = await running.counted(() =>
    Promise.all(Array.from({ length: 1000 }, (_, i) => saved(running, { name: `n${i}` }))),
  )
  expect(new Set(made.map(({ audience_id }) => audience_id)).size).toBe(1000)
  expect(writes).toBeLessThanOrEqual(10)
  const stored = await everyAudience(running)
  expect(stored.map(({ name }) => name).toSorted()).toEqual(Array.from({ length: 1000 }, (_, i) => `n${i}`).toSorted())
  expect(stored.every(({ version }) => version === 1)).toBe(true)
})

longTest('1000 saves over two instances: none lost, none twice', async () => {
  const running = await audiencesInTest()
  const clients = [running, await running.anotherInstance()]
  const made = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => saved(clients[i % 2]!, { name: `n${i}` }).then(({ name }) => name)),
  )
  for (const client of clients) {
    expect((await everyAudience(client)).map(({ name }) => name).toSorted()).toEqual(made.toSorted())
  }
})

longTest('saves of many users side by side stay with their users', async () => {
  const running = await audiencesInTest()
  const users = Array.from({ length: 20 }, (_, i) => running.as(`user ${i}`))
  await Promise.all(
    users.flatMap((user, u) => Array.from({ length: 10 }, (_, i) => saved(user, { name: `${u} ${i}` }))),
  )
  for (const [u, user] of users.entries()) {
    const names = (await everyAudience(user)).map(({ name }) => name).toSorted()
    expect(names).toEqual(Array.from({ length: 10 }, (_, i) => `${u} ${i}`))
  }
})

test('patches of one record from two instances are gapless versions: as many as were acknowledged', async () => {
  const running = await audiencesInTest()
  const clients = [running, await running.anotherInstance()]
  const { audience_id } = await saved(running, { metadata: {} })
  const path = `${PATH}/${audience_id}`
  const versions: number[] = []
  const each = effort(8, 30)
  await Promise.all(
    clients.flatMap((client, c) =>
      Array.from({ length: each }, async (_, i) => {
        const { status, body } = await client.call('PATCH', path, { metadata: { [`${c}-${i}`]: i } })
        expect(status).toBe(200)
        versions.push(body.audience.version)
      }),
    ),
  )
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2 * each }, (_, i) => i + 2))
  const { body } = await running.call('GET', path)
  expect(Object.keys(body.audience.metadata)).toHaveLength(2 * each)
  expect(body.audience.version).toBe(2 * each + 1)
})

test('of many patches with the same If-Match exactly one wins, over two instances', async () => {
  const running = await audiencesInTest()
  const clients = [running, await running.anotherInstance()]
  const { audience_id } = await saved(running)
  const path = `${PATH}/${audience_id}`
  for (let version = 1; version <= effort(2, 5); version++) {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        clients[i % 2]!.call('PATCH', path, { name: `${version} ${i}` }, { 'if-match': `"${version}"` }),
      ),
    )
    const winners = replies.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    for (const { status, headers, body } of replies.filter((reply) => !winners.includes(reply))) {
      expect({ status, etag: headers.get('etag') }).toEqual({ status: 412, etag: `"${version + 1}"` })
      expect(body.audience.name).toBe(winners[0]!.body.audience.name)
    }
  }
})

test('status flips, patches and creates from two instances simultaneously: each version was acknowledged, none twice', async () => {
  const running = await audiencesInTest()
  const clients = [running, await running.anotherInstance()]
  const shared = await Promise.all(Array.from({ length: 4 }, (_, i) => saved(running, { name: `shared ${i}` })))
  const patched = new Map<string, number[]>(shared.map(({ audience_id }) => [audience_id, []]))
  const answered = new Map<string, number[]>(shared.map(({ audience_id }) => [audience_id, [1]]))
  const made: string[] = []
  const [workers, rounds] = [effort(4, 8), effort(3, 6)]
  const work = async (client: Client, other: Client, number: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const { audience_id } = shared[(number + round) % shared.length]!
      const path = `${PATH}/${audience_id}`
      const [flip, patch, create] = await Promise.all([
        client.call('PUT', `${path}/status`, { status: (number + round) % 2 === 0 ? 'active' : 'archived' }),
        client.call('PATCH', path, { description: `${number} ${round}` }),
        client.call('POST', PATH, anAudience({ name: `${number} ${round}` })),
      ])
      expect([flip.status, patch.status, create.status]).toEqual([200, 200, 201])
      made.push(create.body.audience_id)
      patched.get(audience_id)!.push(patch.body.audience.version)
      answered.get(audience_id)!.push(patch.body.audience.version, flip.body.audience.version)
      // Never a 404 on the other instance, for reading or changing.
      const created = `${PATH}/${create.body.audience_id}`
      const [seen, changed] = await Promise.all([
        other.call('GET', created),
        other.call('PATCH', created, { enhanced_name: 'seen' }),
      ])
      expect([seen.status, changed.status]).toEqual([200, 200])
    }
  }
  await Promise.all(
    Array.from({ length: workers }, (_, number) => work(clients[number % 2]!, clients[(number + 1) % 2]!, number)),
  )
  const stored = new Map((await everyAudience(running)).map((row) => [row.audience_id, row]))
  expect(stored.size).toBe(shared.length + made.length)
  for (const id of made) expect(stored.get(id)).toMatchObject({ version: 2, enhanced_name: 'seen' })
  for (const { audience_id } of shared) {
    const { version } = stored.get(audience_id)!
    // A flip to the status that is there already answers with the version that is.
    const all = new Set(answered.get(audience_id))
    expect([...all].toSorted((a, b) => a - b)).toEqual(Array.from({ length: version }, (_, i) => i + 1))
    expect(new Set(patched.get(audience_id)).size).toBe((workers * rounds) / shared.length)
  }
})

test('a record created through one instance is never a 404, a stale copy or a missing row on another', async () => {
  const running = await audiencesInTest()
  const other = await running.anotherInstance()
  await saved(other)
  await everyAudience(other)
  for (let i = 0; i < effort(5, 10); i++) {
    const { audience_id } = await saved(running, { name: `n${i}` })
    const path = `${PATH}/${audience_id}`
    const first = [
      () => other.call('GET', path),
      () => other.call('PATCH', path, { name: 'through the other' }),
      () => other.call('PUT', `${path}/status`, { status: 'archived' }, { 'if-match': '"1"' }),
      () => other.call('PUT', `${path}/status`, { status: 'active' }),
      () => other.call('GET', `${path}/export`),
    ]
    expect((await first[i % first.length]!()).status).toBe(200)
    const { version } = (await other.call('GET', path)).body.audience
    expect((await running.call('PATCH', path, { description: 'x' }, { 'if-match': `"${version}"` })).status).toBe(200)
    expect((await other.call('DELETE', path)).status).toBe(204)
    expect((await running.call('GET', path)).status).toBe(404)
  }
})
