import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, saved, type Client } from './harness.ts'

const PATH = '/api/audiences'

/** Names of a page, in its order. */
async function names(client: Client, query = ''): Promise<string[]> {
  const { status, body, text } = await client.call('GET', `${PATH}${query}`)
  if (status !== 200) throw new Error(`${status} ${text}`)
  expect(body.count).toBe(body.audiences.length)
  return body.audiences.map(({ name }) => name)
}

/** An audience created at a time of the test's choosing, as a client that was offline does it. */
function savedAt(client: Client, iso_time: string, more: Record<string, unknown>) {
  return saved(client, { audience_id: newId('aud', Date.parse(iso_time), systemRandom), ...more })
}

test('a user without audiences has an empty page', async () => {
  const { call } = await audiencesInTest()
  const { status, body } = await call('GET', PATH)
  expect(status).toBe(200)
  expect(body).toEqual({ success: true, audiences: [], count: 0, next_cursor: null })
})

test('rows are summaries: no details, but how many segments and variables there are', async () => {
  const running = await audiencesInTest()
  const whole = await saved(running)
  const { segments: _, variable_details: __, ...summary } = whole
  const { body } = await running.call('GET', PATH)
  expect(body.audiences).toEqual([{ ...summary, segment_count: 2, variable_count: 2 }])
  await running.call('PATCH', `${PATH}/${whole.audience_id}`, { segments: [], selected_variables: ['one'] })
  const changed = await running.call('GET', PATH)
  expect(changed.body.audiences).toMatchObject([{ segment_count: 0, variable_count: 1, version: 2 }])
})

test('view=full lists whole records, in the shape of the old system', async () => {
  const running = await audiencesInTest()
  const whole = await saved(running)
  const { body } = await running.call('GET', `${PATH}?view=full`)
  expect(body.audiences).toEqual([whole])
  expect((await running.call('GET', `${PATH}?view=summary`)).body.audiences[0]).not.toHaveProperty('segments')
})

test('a client of the old system, which names its user, gets whole records with a size that it can format', async () => {
  const running = await audiencesInTest()
  const whole = await saved(running)
  const { body } = await running.call('GET', `${PATH}?user_id=demo_user&status=all&limit=10`)
  expect(body.audiences).toEqual([whole])
  expect((await running.call('GET', `${PATH}?user_id=demo_user&view=summary`)).body.audiences[0]).not.toHaveProperty(
    'segments',
  )
  await saved(running, { total_audience_size: null, segments: [] })
  const [newest] = (await running.call('GET', `${PATH}?user_id=demo_user`)).body.audiences
  expect(newest).toMatchObject({ total_audience_size: 0, segments: [] })
  const [as_it_is] = (await running.call('GET', `${PATH}?view=full`)).body.audiences
  expect(as_it_is).toMatchObject({ total_audience_size: null })
})

test('newest come first, across months and whatever the order of saving', async () => {
  const running = await audiencesInTest()
  await savedAt(running, '2024-03-31T23:59:59.999Z', { name: 'end of March' })
  await savedAt(running, '2025-01-01T00:00:00.000Z', { name: 'new year' })
  await savedAt(running, '2024-03-01T00:00:00.000Z', { name: 'start of March' })
  await savedAt(running, '2024-12-31T23:59:59.999Z', { name: 'old year' })
  await savedAt(running, '2024-03-15T12:00:00.000Z', { name: 'middle of March' })
  const newest_first = ['new year', 'old year', 'end of March', 'middle of March', 'start of March']
  expect(await names(running)).toEqual(newest_first)
})

test('without a status drafts and active ones are listed; all adds the archived ones; a status stands for itself', async () => {
  const running = await audiencesInTest()
  for (const status of ['draft', 'active', 'archived']) await saved(running, { name: status, status })
  const gone = await saved(running, { name: 'deleted' })
  await running.call('DELETE', `${PATH}/${gone.audience_id}`)
  expect(await names(running)).toEqual(['active', 'draft'])
  expect(await names(running, '?status=all')).toEqual(['archived', 'active', 'draft'])
  expect(await names(running, '?status=archived')).toEqual(['archived'])
  expect(await names(running, '?status=active')).toEqual(['active'])
  expect(await names(running, '?status=draft')).toEqual(['draft'])
})

test('filters by data type, tag and text, alone and together', async () => {
  const running = await audiencesInTest()
  await saved(running, { name: 'A', data_type: 'third_party', metadata: { tags: ['x', 'y'] }, description: 'Cats' })
  await saved(running, { name: 'B', data_type: 'first_party', metadata: { tags: ['y'] }, original_query: 'cATs?' })
  await saved(running, { name: 'the cats', data_type: null, metadata: { note: 'y', other: ['x'] }, description: null })
  await saved(running, { name: 'D', data_type: 'first_party', metadata: { tags: ['ä "quoted" \\ 🎉'] } })
  expect(await names(running, '?data_type=third_party')).toEqual(['A'])
  expect(await names(running, '?tag=y')).toEqual(['B', 'A'])
  expect(await names(running, '?tag=x')).toEqual(['A'])
  expect(await names(running, `?tag=${encodeURIComponent('ä "quoted" \\ 🎉')}`)).toEqual(['D'])
  expect(await names(running, '?tag=quoted')).toEqual([])
  expect(await names(running, '?q=CATS')).toEqual(['the cats', 'B', 'A'])
  expect(await names(running, '?q=cats%3F')).toEqual(['B'])
  expect(await names(running, '?q=cats&tag=y&data_type=first_party')).toEqual(['B'])
  expect(await names(running, '?q=nothing+like+it')).toEqual([])
})

test('pages join without a gap or a repetition at every size', async () => {
  const running = await audiencesInTest()
  // Of one millisecond too: the id decides then.
  for (let i = 0; i < 9; i++) await savedAt(running, '2025-05-05T05:05:05.005Z', { name: `same ${i}` })
  for (let i = 0; i < 9; i++) await savedAt(running, `2024-0${i + 1}-15T00:00:00Z`, { name: `month ${i}` })
  const everything = await names(running)
  expect(new Set(everything).size).toBe(18)
  for (const limit of [1, 2, 5, 17, 18, 19, 200]) {
    const joined: string[] = []
    let pages = 0
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const after: string = cursor && `&cursor=${cursor}`
      const { body } = await running.call('GET', `${PATH}?limit=${limit}${after}`)
      expect(body.count).toBeLessThanOrEqual(limit)
      joined.push(...body.audiences.map(({ name }) => name))
      cursor = body.next_cursor
    }
    expect(joined).toEqual(everything)
    expect(pages).toBe(Math.ceil(18 / limit))
  }
})

test('a page has 50 rows unless limit says otherwise, and limit is 1 to 200', async () => {
  const running = await audiencesInTest()
  await Promise.all(Array.from({ length: 201 }, (_, i) => saved(running, { name: `a${i}` })))
  expect(await names(running)).toHaveLength(50)
  expect(await names(running, '?limit=1')).toHaveLength(1)
  expect(await names(running, '?limit=200')).toHaveLength(200)
  for (const limit of ['0', '201', '-1', '1.5', '1e2', 'x', '', '%20', '9999999999']) {
    const { status, body } = await running.call('GET', `${PATH}?limit=${limit}`)
    expect({ limit, status }).toEqual({ limit, status: 400 })
    expect(body.errors).toMatchObject([{ path: 'limit' }])
  }
})

test('a cursor stays true while rows are added, changed, archived and deleted between pages', async () => {
  const running = await audiencesInTest()
  const rows: Record<string, string> = {}
  for (let i = 1; i <= 9; i++) {
    const { audience_id } = await savedAt(running, `2025-0${i}-01T00:00:00Z`, { name: `n${i}` })
    rows[`n${i}`] = audience_id
  }
  const first = await running.call('GET', `${PATH}?limit=3`)
  expect(first.body.audiences.map(({ name }) => name)).toEqual(['n9', 'n8', 'n7'])

  await savedAt(running, '2025-09-15T00:00:00Z', { name: 'newer' })
  await savedAt(running, '2025-05-15T00:00:00Z', { name: 'between' })
  await running.call('DELETE', `${PATH}/${rows['n9']}`)
  // The row that the cursor names, and one of the next page.
  await running.call('DELETE', `${PATH}/${rows['n7']}`)
  await running.call('PUT', `${PATH}/${rows['n6']}/status`, { status: 'archived' })
  await running.call('PATCH', `${PATH}/${rows['n5']}`, { name: 'n5 renamed' })
  await running.call('PATCH', `${PATH}/${rows['n8']}`, { name: 'n8 renamed' })

  const second = await running.call('GET', `${PATH}?limit=3&cursor=${first.body.next_cursor}`)
  expect(second.body.audiences.map(({ name }) => name)).toEqual(['between', 'n5 renamed', 'n4'])
  const third = await running.call('GET', `${PATH}?limit=3&cursor=${second.body.next_cursor}`)
  expect(third.body.audiences.map(({ name }) => name)).toEqual(['n3', 'n2', 'n1'])
  expect(third.body.next_cursor).toBeNull()
})

test('what is no cursor of a listing is 400 and names the parameter', async () => {
  const running = await audiencesInTest()
  await saved(running)
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bad = [
    '',
    'x',
    '%00',
    '..%2f..%2fetc',
    'a'.repeat(501),
    encode(null),
    encode({}),
    encode([]),
    encode([1]),
    encode([1, 2]),
    encode(['1', 'aud_x']),
    encode([1.5, 'aud_x']),
    encode([1e300, 'aud_x']),
    encode([1, 'aud_x', 3]),
    encode([[1], ['aud_x']]),
  ]
  for (const cursor of bad) {
    const { status, body } = await running.call('GET', `${PATH}?cursor=${cursor}`)
    expect({ cursor, status }).toEqual({ cursor, status: 400 })
    expect(body.errors).toMatchObject([{ path: 'cursor' }])
  }
  // Well-formed ones from elsewhere open nothing: they are places in one's own list.
  for (const cursor of [encode([0, '']), encode([-8.64e13, 'aud_x']), encode([253402214400000, 'aud_zz\u0000'])]) {
    expect((await running.call('GET', `${PATH}?cursor=${cursor}`)).status).toBe(200)
  }
})

test('a cursor of another user is only a place in one’s own list', async () => {
  const running = await audiencesInTest()
  for (let i = 0; i < 3; i++) await saved(running.as('ann'), { name: `ann ${i}` })
  for (let i = 0; i < 3; i++) await saved(running.as('bob'), { name: `bob ${i}` })
  const { body } = await running.as('bob').call('GET', `${PATH}?limit=1`)
  const mine = await running.as('ann').call('GET', `${PATH}?cursor=${body.next_cursor}`)
  expect(mine.body.audiences.map(({ name }) => name)).toEqual(['ann 2', 'ann 1', 'ann 0'])
})

test('one answer names every bad parameter', async () => {
  const { call } = await audiencesInTest()
  const { status, body } = await call(
    'GET',
    `${PATH}?limit=0&status=ACTIVE&data_type=x&view=all&tag=&q=&unknown=1&limit2=&q=x`,
  )
  expect(status).toBe(400)
  expect(new Set(body.errors.map(({ path }) => path))).toEqual(
    new Set(['limit', 'status', 'data_type', 'view', 'tag[0]', 'unknown', 'limit2', 'q']),
  )
})

test('a list shows what another instance has just saved', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const other = await running.anotherInstance()
  await saved(running, { name: 'one' })
  expect(await names(other)).toEqual(['one'])
  await saved(other, { name: 'two' })
  expect(await names(running)).toEqual(['two', 'one'])
  await other.call('POST', PATH, anAudience({ name: 'three' }))
  expect(await names(running)).toEqual(['three', 'two', 'one'])
})
