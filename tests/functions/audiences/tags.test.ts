import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { withRenamedTag } from '#shared/records/tags.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { clockAt, fasterClock } from '#tests/support/clock.ts'
import { audiencesInTest, storedAudiences } from './fixture.ts'
import { saved, type AudienceJson, type Client } from './harness.ts'

const PATH = '/api/audiences'
const TAGS = '/api/tags'

const tagged = (client: Client, tags: unknown, more: Record<string, unknown> = {}) =>
  saved(client, { metadata: { tags, owner: 'ann' }, ...more })

async function tagsOf({ call }: Client, query = ''): Promise<readonly unknown[]> {
  const { status, body, text } = await call('GET', `${TAGS}${query}`)
  if (status !== 200) throw new Error(text)
  return body['tags'] as readonly unknown[]
}

async function rename({ call }: Client, from: string, to: string): Promise<unknown> {
  const { status, body, text } = await call('POST', `${TAGS}/rename`, { from, to })
  if (status !== 200) throw new Error(text)
  const { success: _, ...answer } = body
  return answer
}

const UNCHANGED = { outcome: 'unchanged', changed: 0, left: [], left_count: 0, more: false }

describe('the list of tags', () => {
  test('counts live and archived audiences of each, by name; one text is one tag, and once in an audience', async () => {
    const running = await audiencesInTest()
    expect(await tagsOf(running)).toEqual([])
    await tagged(running, ['spring', 'café', 'cafe\u0301', 'spring'])
    await tagged(running, ['cafe\u0301'], { status: 'archived' })
    await tagged(running, ['City'], { status: 'draft' })
    await tagged(running, null)
    await tagged(running, ['', 'x'.repeat(201), 'x'.repeat(200)])
    const gone = await tagged(running, ['gone'])
    await running.call('DELETE', `${PATH}/${gone.audience_id}`)
    await tagged(running.as('somebody_else'), ['secret'])
    expect(await tagsOf(running)).toEqual([
      { tag: 'City', live: 1, archived: 0 },
      { tag: 'café', live: 1, archived: 1 },
      { tag: 'spring', live: 1, archived: 0 },
      { tag: 'x'.repeat(200), live: 1, archived: 0 },
    ])
  })

  test('comes in pages of any length, whatever the order in which tags are met', async () => {
    const running = await audiencesInTest()
    const random = seededRandom(7)
    const shuffled = (length: number) =>
      Array.from({ length }, (_, at) => `${random.uniform().toFixed(6)} ${at}`).toSorted((a, b) => (a > b ? -1 : 1))
    const all = [...shuffled(60), ...shuffled(40)]
    for (let at = 0; at < all.length; at += 50) await tagged(running, [...all.slice(at, at + 50), 'everywhere'])
    const expected = [...all, 'everywhere'].toSorted((a, b) => (a < b ? -1 : 1))
    for (const limit of [30, 1000]) {
      const seen: unknown[] = []
      for (let cursor = ''; ;) {
        const { body } = await running.call('GET', `${TAGS}?limit=${limit}${cursor}`)
        const tags = body['tags'] as readonly { tag: string; live: number }[]
        expect(tags.map(({ live }) => live)).toEqual(tags.map(({ tag }) => (tag === 'everywhere' ? 2 : 1)))
        expect(body.count).toBe(tags.length)
        seen.push(...tags.map(({ tag }) => tag))
        if (body.next_cursor === null) break
        cursor = `&cursor=${body.next_cursor}`
      }
      expect(seen).toEqual(expected)
    }
  })

  test('costs one LIST, and refuses what it does not understand', async () => {
    const running = await audiencesInTest()
    await tagged(running, ['\u0001'.repeat(200), '\u0001'.repeat(199)])
    const { body } = await running.call('GET', `${TAGS}?limit=1`)
    expect(await tagsOf(running, `?cursor=${body.next_cursor}`)).toHaveLength(1)
    const { reads, writes, lists } = await running.counted(() => tagsOf(running))
    expect({ reads, writes, lists }).toEqual({ reads: 0, writes: 0, lists: 1 })
    for (const query of ['limit=1001', 'cursor=W10', 'tag=a']) {
      expect([query, (await running.call('GET', `${TAGS}?${query}`)).status]).toEqual([query, 400])
    }
    for (const path of [`${TAGS}/x`, `${TAGS}/rename`])
      expect((await running.call('GET', path)).status).toBeGreaterThan(403)
  })
})

describe('a renamed tag', () => {
  test('stands in the place of the old one on every audience that had it, and other users keep theirs', async () => {
    const running = await audiencesInTest()
    const one = await tagged(running, ['a', 'spring', 'b'])
    const archived = await tagged(running, ['spring'], { status: 'archived' })
    const other = await tagged(running, ['a'])
    const foreign = await tagged(running.as('somebody_else'), ['spring'])
    expect(await rename(running, 'spring', 'Frühling')).toEqual({ ...UNCHANGED, outcome: 'changed', changed: 2 })
    const now = async ({ audience_id }: AudienceJson, client: Client = running) =>
      (await client.call('GET', `${PATH}/${audience_id}`)).body.audience
    expect(await now(one)).toMatchObject({ version: 2, metadata: { tags: ['a', 'Frühling', 'b'], owner: 'ann' } })
    expect(await now(archived)).toMatchObject({ version: 2, status: 'archived', metadata: { tags: ['Frühling'] } })
    expect(await now(other)).toEqual(other)
    expect(await now(foreign, running.as('somebody_else'))).toEqual(foreign)
    const { body } = await running.call('GET', `${PATH}/${one.audience_id}/versions`)
    expect(body.versions[0]).toMatchObject({ changed: ['metadata'], by: 'demo_user', via: 'api' })

    expect(await rename(running, 'spring', 'Frühling')).toEqual(UNCHANGED)
    expect(await rename(running, 'a', 'a')).toEqual(UNCHANGED)
    expect(await rename(running, 'Fru\u0308hling', 'Frühling')).toEqual(UNCHANGED)
  })

  test('is on deleted audiences, too, when they come back; their time until the purge goes on, and nobody is told', async () => {
    const clock = clockAt('2025-05-15T12:00:00Z')
    const running = await audiencesInTest({ clock })
    const [live, gone, full] = await Promise.all([
      tagged(running, ['spring']),
      tagged(running, ['a', 'spring', 'b'], { status: 'archived' }),
      saved(running, { metadata: { tags: ['spring'], text: 'x'.repeat(64 * 1024 - 50) } }),
    ])
    const ids = [gone.audience_id, full.audience_id]
    await running.call('POST', `${PATH}/batch`, { ids, action: 'delete' })
    const stored = () => storedAudiences(running).get('demo_user', gone.audience_id)
    const before = await stored()
    clock.set('2025-06-15T12:00:00Z')
    const to = 's'.repeat(100)
    expect(await rename(running, 'spring', to)).toMatchObject({ changed: 1, left: [{ audience_id: full.audience_id }] })
    const { updated_at } = before!
    expect(await stored()).toMatchObject({ deleted: true, version: 3, updated_at })
    expect((await running.call('GET', `${PATH}/${gone.audience_id}`)).status).toBe(404)
    expect(await tagsOf(running)).toEqual([{ tag: to, live: 1, archived: 0 }])
    expect(await rename(running, 'spring', to)).toMatchObject({ outcome: 'unchanged', changed: 0, left_count: 1 })

    const restored = await running.call('POST', `${PATH}/${gone.audience_id}/restore`)
    expect(restored.body['audience']).toMatchObject({
      status: 'archived',
      version: 4,
      metadata: { tags: ['a', to, 'b'] },
    })
    const { body } = await running.call('GET', `${PATH}/${live.audience_id}`)
    expect(body.audience.metadata['tags']).toEqual([to])
  })

  test('is merged into one that is there', async () => {
    const running = await audiencesInTest()
    await tagged(running, ['spring', 'x', 'Spring'])
    await tagged(running, ['Spring'])
    await rename(running, 'Spring', 'spring')
    expect(await tagsOf(running)).toEqual([
      { tag: 'spring', live: 2, archived: 0 },
      { tag: 'x', live: 1, archived: 0 },
    ])
    const { body } = await running.call('GET', `${PATH}?tag=x`)
    expect(body.audiences[0]!.metadata['tags']).toEqual(['spring', 'x'])
  })

  test.each([
    [
      ['a', 'b'],
      ['z', 'b'],
    ],
    [
      ['b', 'a', 'z'],
      ['b', 'z'],
    ],
    [
      ['z', 'b', 'a', 'a'],
      ['z', 'b'],
    ],
    [['b'], ['b']],
  ])('of %j comes to %j', (tags, expected) => {
    expect(withRenamedTag({ tags, other: 1 }, 'a', 'z')).toEqual({ tags: expected, other: 1 })
  })

  test('costs a LIST and one PUT for each month, however many audiences there are; with nothing to do a LIST', async () => {
    const clock = clockAt('2025-05-15T12:00:00Z')
    const running = await audiencesInTest({ clock })
    for (const month of ['04', '05']) {
      const newIn = () => newId('aud', Date.parse(`2025-${month}-01T00:00:00Z`), systemRandom)
      await Promise.all([0, 1, 2].map(() => tagged(running, ['spring'], { audience_id: newIn() })))
    }
    const { result, reads, writes, lists } = await running.counted(() => rename(running, 'spring', 'autumn'))
    expect(result).toMatchObject({ changed: 6 })
    expect({ reads, writes, lists }).toEqual({ reads: 0, writes: 2, lists: 1 })
    const again = await running.counted(() => rename(running, 'spring', 'autumn'))
    expect({ reads: again.reads, writes: again.writes, lists: again.lists }).toEqual({ reads: 0, writes: 0, lists: 1 })
  })

  test('is told to be asked again where the bucket does not take a month, and the repetition does nothing twice', async () => {
    const running = await audiencesInTest({ clock: fasterClock(60) })
    const ids = ['03', '04'].map((month) => newId('aud', Date.parse(`2025-${month}-15`), systemRandom))
    for (const audience_id of ids) await tagged(running, ['a'], { audience_id })
    const prefix = 'audiences/user_id=demo_user/year=2025/month=04'
    running.gcs.faults.add({ fault: 'unavailable', operations: ['write'], prefix })
    expect(await rename(running, 'a', 'b')).toEqual({ ...UNCHANGED, outcome: 'changed', changed: 1, more: true })
    const refused = await running.call('POST', `${TAGS}/rename`, { from: 'a', to: 'b' })
    expect({ status: refused.status, retry_after: Number(refused.headers.get('retry-after')) > 0 }).toEqual({
      status: 503,
      retry_after: true,
    })
    running.gcs.faults.reset()
    expect(await rename(running, 'a', 'b')).toEqual({ ...UNCHANGED, outcome: 'changed', changed: 1 })
    const { body } = await running.call('GET', PATH)
    expect(body.audiences.map(({ version, metadata }) => [version, metadata['tags']])).toEqual([
      [2, ['b']],
      [2, ['b']],
    ])
  })

  test('loses nothing that another instance does to the same audiences simultaneously', async () => {
    const running = await audiencesInTest()
    const ids = await Promise.all([0, 1, 2].map(async () => (await tagged(running, ['a'])).audience_id))
    const other = await running.anotherInstance()
    await Promise.all([
      rename(running, 'a', 'b'),
      other.call('POST', `${PATH}/batch`, { ids, action: 'tag', tags: ['c'] }),
      other.call('PATCH', `${PATH}/${ids[0]}`, { name: 'renamed meanwhile' }),
    ])
    const { body } = await running.call('GET', PATH)
    expect(body.audiences.map(({ metadata }) => metadata['tags'])).toEqual(ids.map(() => ['b', 'c']))
    expect(body.audiences.map(({ name }) => name)).toContain('renamed meanwhile')
  })

  test('is left as it was where an audience has no room for the new name, and the answer says so', async () => {
    const running = await audiencesInTest()
    const text = 'x'.repeat(64 * 1024 - 40)
    const full = await saved(running, { name: 'full', metadata: { tags: ['a'], text } })
    await tagged(running, ['a'])
    const answer = await rename(running, 'a', 'b'.repeat(200))
    expect(answer).toMatchObject({
      outcome: 'changed',
      changed: 1,
      left: [
        { audience_id: full.audience_id, name: 'full', problem: { status: 400, type: '/problems/invalid-input' } },
      ],
      left_count: 1,
      more: false,
    })
    expect(await rename(running, 'a', 'b'.repeat(200))).toMatchObject({
      outcome: 'unchanged',
      changed: 0,
      left_count: 1,
    })
  })

  test('is refused where a name is none, and the field is named', async () => {
    const running = await audiencesInTest()
    const bodies = [
      [{ from: 'a' }, 'to'],
      [{ from: '', to: 'b' }, 'from'],
      [{ from: 'a', to: 'x'.repeat(201) }, 'to'],
      [{ from: 'a', to: ['b'] }, 'to'],
      [{ from: 'a', to: 'b', kind: 'audience' }, 'kind'],
    ] as const
    for (const [body, path] of bodies) {
      const refused = await running.call('POST', `${TAGS}/rename`, body)
      expect([refused.status, refused.body.errors[0]?.path]).toEqual([400, path])
    }
  })
})
