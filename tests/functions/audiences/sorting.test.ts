import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { audiencesInTest } from './fixture.ts'
import { saved, type AnswerBody, type Client } from './harness.ts'

const PATH = '/api/audiences'

/** Names of all pages, in their order. */
async function names(client: Client, query: string): Promise<string[]> {
  const found: string[] = []
  for (let cursor = ''; ;) {
    const { status, body, text } = await client.call('GET', `${PATH}?${query}${cursor}`)
    if (status !== 200) throw new Error(`${status} ${text}`)
    found.push(...body.audiences.map(({ name }) => name))
    if (body.next_cursor === null) return found
    cursor = `&cursor=${body.next_cursor}`
  }
}

/** The first path that a refusal names; undefined of a success. */
const pathOf = ({ errors }: Partial<AnswerBody>) => errors?.[0]?.path

const savedAt = (client: Client, iso_time: string, more: Record<string, unknown>) =>
  saved(client, { audience_id: newId('aud', Date.parse(iso_time), systemRandom), ...more })

async function withAudiences() {
  const clock = clockAt('2025-05-15T12:00:00Z')
  const running = await audiencesInTest({ clock })
  const of = (more: Record<string, unknown>) => ({ total_audience_size: null, audience_size: null, ...more })
  await savedAt(running, '2025-03-01T00:00:00Z', of({ name: 'beta', total_audience_size: 9 }))
  await savedAt(running, '2025-05-01T00:00:00Z', of({ name: 'Alpha', audience_size: 100 }))
  await savedAt(running, '2025-04-01T00:00:00Z', of({ name: 'Émile' }))
  await savedAt(running, '2025-02-01T00:00:00Z', of({ name: 'gamma', total_audience_size: 9, audience_size: 500 }))
  await savedAt(running, '2025-01-01T00:00:00Z', of({ name: 'zeta', status: 'archived' }))
  return { clock, running }
}

const ORDERS = [
  ['sort=name', ['Alpha', 'beta', 'gamma', 'Émile']],
  ['sort=-name', ['Émile', 'gamma', 'beta', 'Alpha']],
  ['sort=name&status=all', ['Alpha', 'beta', 'gamma', 'zeta', 'Émile']],
  ['sort=name&q=a', ['Alpha', 'beta', 'gamma', 'Émile']],
  ['sort=size', ['beta', 'gamma', 'Alpha', 'Émile']],
  ['sort=-size', ['Alpha', 'beta', 'gamma', 'Émile']],
  ['sort=created_at', ['gamma', 'beta', 'Émile', 'Alpha']],
  ['sort=-created_at', ['Alpha', 'Émile', 'beta', 'gamma']],
] as const

test('by name, size or age, in pages of any length', async () => {
  const { running } = await withAudiences()
  for (const [at, [query, expected]] of ORDERS.entries()) {
    const paging = at % 2 === 0 ? 'limit=2' : 'limit=50'
    expect([query, await names(running, `${query}&${paging}`)]).toEqual([query, expected])
  }
})

test('sorted by its last change, an audience that changes comes first, and again if it was on an earlier page', async () => {
  const { clock, running } = await withAudiences()
  const rename = async (name: string, to: string) => {
    const { body } = await running.call('GET', `${PATH}?q=${name}`)
    await running.call('PATCH', `${PATH}/${body.audiences[0]!.audience_id}`, { name: to })
  }
  clock.set('2025-05-16T00:00:00Z')
  await rename('gamma', 'delta')
  expect((await names(running, 'sort=-updated_at'))[0]).toBe('delta')
  expect((await names(running, 'sort=updated_at')).at(-1)).toBe('delta')
  const first = (await running.call('GET', `${PATH}?sort=updated_at&limit=1`)).body
  clock.set('2025-05-17T00:00:00Z')
  await rename(first.audiences[0]!.name, 'seen before')
  expect((await names(running, `sort=updated_at&limit=9&cursor=${first.next_cursor}`)).at(-1)).toBe('seen before')
})

test('a cursor is good for its own sort only, and has room for the longest name', async () => {
  const running = await audiencesInTest()
  for (const letter of ['\u{1D160}', '\u0001']) {
    const name = letter.repeat(200 / letter.length)
    await Promise.all([saved(running, { name }), saved(running, { name })])
    expect(await names(running, `sort=-name&limit=1&q=${encodeURIComponent(letter)}`)).toEqual([name, name])
  }
  const cursors = new Map<string, string>()
  for (const sort of ['-created_at', 'name', '-name']) {
    const { body } = await running.call('GET', `${PATH}?sort=${sort}&limit=1`)
    cursors.set(sort, body.next_cursor!)
  }
  for (const [of, cursor] of cursors) {
    for (const sort of cursors.keys()) {
      const { status, body } = await running.call('GET', `${PATH}?sort=${sort}&cursor=${cursor}`)
      const expected = of === sort ? [200, undefined] : [400, 'cursor']
      expect([of, sort, status, pathOf(body)]).toEqual([of, sort, ...expected])
    }
  }
})

test('a cursor whose key is none of its sort is refused, and so is one of another shape', async () => {
  const running = await audiencesInTest()
  const statusOf = async (sort: string, content: unknown) => {
    const cursor = Buffer.from(JSON.stringify(content)).toString('base64url')
    const { status, body } = await running.call('GET', `${PATH}?sort=${sort}&cursor=${cursor}`)
    return status === 400 ? [status, pathOf(body)] : [status]
  }
  const KEYS = [
    [
      ['name', '-name'],
      ['x', ''],
      [null, 0, true, [], {}],
    ],
    [
      ['size', '-size'],
      [null, 0, 1e12],
      ['x', 1.5, true, [], {}],
    ],
    [
      ['created_at', 'updated_at', '-updated_at'],
      [0, 1.7e12],
      [null, 'x', 1.5, true, [], {}],
    ],
  ] as const
  for (const [sorts, good, bad] of KEYS) {
    for (const sort of sorts) {
      for (const key of good) expect([sort, key, await statusOf(sort, [sort, key, 'x'])]).toEqual([sort, key, [200]])
      for (const key of bad) {
        expect([sort, key, await statusOf(sort, [sort, key, 'x'])]).toEqual([sort, key, [400, 'cursor']])
      }
    }
  }
  for (const content of [['name', 'x'], ['name', 'x', 1], ['name', 'x', 'x', 1], { 0: 'name', 1: 'x', 2: 'x' }]) {
    expect([content, await statusOf('name', content)]).toEqual([content, [400, 'cursor']])
  }
})

test('a sorted list has summaries only, which an old client gets, too', async () => {
  const { running } = await withAudiences()
  const { status, body } = await running.call('GET', `${PATH}?sort=name&view=full`)
  expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['view']])
  expect((await running.call('GET', `${PATH}?sort=-created_at&view=full`)).body.audiences[0]).toHaveProperty('segments')
  const of_old = await running.call('GET', `${PATH}?sort=name&user_id=demo_user`)
  expect(of_old.body.audiences[0]).not.toHaveProperty('segments')
})

test('any page of a sorted list costs one LIST', async () => {
  const { running } = await withAudiences()
  const { body } = await running.call('GET', `${PATH}?sort=size&limit=2`)
  for (const query of ['sort=size&limit=2', `sort=size&limit=2&cursor=${body.next_cursor}`, 'sort=-name']) {
    const { reads, writes, lists } = await running.counted(() => running.call('GET', `${PATH}?${query}`))
    expect({ reads, writes, lists }).toEqual({ reads: 0, writes: 0, lists: 1 })
  }
})

test('of several tags an audience has to have all, in lists and exports', async () => {
  const running = await audiencesInTest()
  await saved(running, { name: 'both', metadata: { tags: ['spring', 'city', 'x'] } })
  await saved(running, { name: 'one', metadata: { tags: ['spring'] } })
  await saved(running, { name: 'none', metadata: { tags: null } })
  expect(await names(running, 'tag=spring&tag=city')).toEqual(['both'])
  expect(await names(running, 'tag=spring&tag=spring&sort=name')).toEqual(['both', 'one'])
  expect(await names(running, 'tag=spring&tag=city&tag=other')).toEqual([])
  expect((await running.call('GET', `${PATH}/export?tag=spring&tag=city`)).body.audiences).toHaveLength(1)
  const many = Array.from({ length: 21 }, () => 'tag=a').join('&')
  for (const query of [
    many,
    'tag=',
    'tag=a&tag=',
    `tag=${'x'.repeat(201)}`,
    'sort=',
    'sort=Name',
    'sort=name&sort=size',
  ]) {
    expect([query, (await running.call('GET', `${PATH}?${query}`)).status]).toEqual([query, 400])
  }
})
