import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import { saved, type Client, type Reply } from '#tests/functions/audiences/harness.ts'
import { created, runningInTest } from '#tests/functions/distributions/harness.ts'
import { connected, PATH as PLATFORMS_PATH, platformsInTest, SECRET } from '#tests/functions/platforms/harness.ts'

const PATH = '/api/audiences'

/** An audience that was changed twice: `first`, `second`, `third`. */
async function changedTwice() {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'first', metadata: { owner: 'ann' } })
  const path = `${PATH}/${audience_id}`
  await running.call('PATCH', path, { name: 'second', metadata: { owner: null, team: 'b' } })
  await running.call('PATCH', path, { name: 'third' })
  return { running, path }
}

const versionsOf = (client: Client, path: string, query = ''): Promise<Reply> =>
  client.call('GET', `${path}/versions${query}`)

describe('the versions of a record', () => {
  test('are listed newest first, page by page', async () => {
    const { running, path } = await changedTwice()
    const { status, body } = await versionsOf(running, path)
    expect(status).toBe(200)
    expect(body).toMatchObject({ count: 3, kept_since_version: 1, gap: false, next_cursor: null })
    expect(body.versions).toMatchObject([
      { version: 3, by: 'demo_user', via: 'api', client_id: null, changed: ['name'] },
      { version: 2, changed: ['name', 'metadata'] },
      { version: 1, changed: [] },
    ])
    const seen: unknown[] = []
    let query = '?limit=1'
    for (;;) {
      const page = (await versionsOf(running, path, query)).body
      seen.push(...page.versions.map(({ version }) => version))
      if (page.next_cursor === null) break
      query = `?limit=1&cursor=${page.next_cursor}`
    }
    expect(seen).toEqual([3, 2, 1])
    expect((await versionsOf(running, path, '?cursor=nonsense')).body.errors).toMatchObject([{ path: 'cursor' }])
  })

  test('cost one conditional GET, and a restore one PUT', async () => {
    const { running, path } = await changedTwice()
    for (const ask of ['/versions', '/versions/2']) {
      const { reads, writes, lists } = await running.counted(() => running.call('GET', `${path}${ask}`))
      expect({ reads, writes, lists }).toEqual({ reads: 1, writes: 0, lists: 0 })
    }
    const { reads, writes } = await running.counted(() => running.call('POST', `${path}/versions/2/restore`))
    expect({ reads, writes }).toEqual({ reads: 0, writes: 1 })
  })

  test('are shown whole, as they were', async () => {
    const { running, path } = await changedTwice()
    const { body, headers } = await running.call('GET', `${path}/versions/1`)
    expect(headers.get('etag')).toBe('"1"')
    expect(body).toMatchObject({
      audience: { name: 'first', metadata: { owner: 'ann' }, version: 1 },
      restorable: true,
    })
    expect((await running.call('GET', `${path}/versions/3`)).body.audience).toMatchObject({ name: 'third', version: 3 })
  })

  test.each(['0', '4', '-1', '1.0', '1e0', 'x', '99999999999999999999', '1%2f2'])(
    'are 404 when they are not kept, or none: %s',
    async (version) => {
      const { running, path } = await changedTwice()
      for (const [method, ask] of [
        ['GET', ''],
        ['POST', '/restore'],
      ] as const) {
        const { status, body } = await running.call(method, `${path}/versions/${version}${ask}`)
        expect({ status, type: body.type }).toEqual({ status: 404, type: '/problems/not-found' })
      }
    },
  )

  test('are nobody else’s, and gone with the record', async () => {
    const { running, path } = await changedTwice()
    const other = running.as('zoe')
    const asks = [
      ['GET', '/versions'],
      ['GET', '/versions/1'],
      ['POST', '/versions/1/restore'],
      ['DELETE', '/versions'],
    ] as const
    for (const [method, ask] of asks) expect((await other.call(method, `${path}${ask}`)).status).toBe(404)
    await running.call('DELETE', path)
    for (const [method, ask] of asks) expect((await running.call(method, `${path}${ask}`)).status).toBe(404)
    await running.call('POST', `${path}/restore`)
    expect((await versionsOf(running, path)).body.versions.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1])
  })

  test('are restored as one more change, under If-Match, once for a key', async () => {
    const { running, path } = await changedTwice()
    const stale = await running.call('POST', `${path}/versions/1/restore`, undefined, { 'if-match': '"2"' })
    expect(stale.status).toBe(412)
    const stale_and_unkept = await running.call('POST', `${path}/versions/99/restore`, undefined, { 'if-match': '"2"' })
    expect(stale_and_unkept.status).toBe(412)
    const key = { 'idempotency-key': 'k', 'if-match': '"3"' }
    const restored = await running.call('POST', `${path}/versions/1/restore`, undefined, key)
    expect(restored.body.audience).toMatchObject({ name: 'first', metadata: { owner: 'ann' }, version: 4 })
    const again = await running.call('POST', `${path}/versions/1/restore`, undefined, key)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const same = await running.call('POST', `${path}/versions/1/restore`)
    expect(same.body.audience.version).toBe(4)
  })

  test('of a draft are restored as a version of its own, so that what it replaces can be restored again', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running, { status: 'draft', name: 'first' })
    const path = `${PATH}/${audience_id}`
    const client_id = newId('cli', 0, systemRandom)
    await running.call('PATCH', path, { name: 'second' }, { 'client-id': client_id })
    await running.call('POST', `${path}/versions/1/restore`, undefined, { 'client-id': client_id })
    expect((await running.call('GET', path)).body.audience).toMatchObject({ name: 'first', version: 3 })
    await running.call('POST', `${path}/versions/2/restore`, undefined, { 'client-id': client_id })
    expect((await running.call('GET', path)).body.audience).toMatchObject({ name: 'second', version: 4 })
  })

  test('are not restored against the machine of the record, and it is told what stands against it', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running, { status: 'draft' })
    const path = `${PATH}/${audience_id}`
    await running.call('PUT', `${path}/status`, { status: 'active' })
    const { body } = await running.call('GET', `${path}/versions/1`)
    expect(body).toMatchObject({ restorable: false, obstacles: [{ path: 'status' }] })
    const refused = await running.call('POST', `${path}/versions/1/restore`)
    expect({ status: refused.status, type: refused.body.type }).toEqual({
      status: 409,
      type: '/problems/illegal-transition',
    })
  })

  test('say which fields of them were too large to keep, and are not restored without them', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running, { metadata: { long: 'x'.repeat(9000) }, name: 'first' })
    const path = `${PATH}/${audience_id}`
    await running.call('PATCH', path, { metadata: { long: null }, name: 'second' })
    const { body } = await running.call('GET', `${path}/versions/1`)
    expect(body.audience).toMatchObject({ name: 'first' })
    expect(body.audience).not.toHaveProperty('metadata')
    expect(body).toMatchObject({ restorable: false, obstacles: [{ path: 'metadata' }] })
    expect((await running.call('POST', `${path}/versions/1/restore`)).status).toBe(409)
  })

  test('can be forgotten: the record stays as it is, and its past is in no answer and not in the object', async () => {
    const { running, path } = await changedTwice()
    expect((await running.call('DELETE', `${path}/versions`, undefined, { 'if-match': '"2"' })).status).toBe(412)
    expect((await running.call('DELETE', `${path}/versions`)).status).toBe(204)
    expect((await running.call('GET', path)).body.audience).toMatchObject({ name: 'third', version: 4 })
    expect((await versionsOf(running, path)).body).toMatchObject({ versions: [], kept_since_version: 4, gap: false })
    expect((await running.call('GET', `${path}/versions/1`)).status).toBe(404)
  })
})

test('a platform’s past tells that credentials were replaced, and never from what to what', async () => {
  const running = await platformsInTest()
  const { platform_id } = await connected(running)
  const path = `${PLATFORMS_PATH}/${platform_id}`
  await running.call('PUT', `${path}/credentials`, { credentials: { api_key: SECRET, account_id: 'other-9876' } })
  await running.call('PATCH', path, { name: 'renamed' })
  const { text, body } = await running.call('GET', `${path}/versions`)
  expect(body).toMatchObject({ versions: [{ changed: ['name'] }, { changed: ['status', 'credentials'] }, {}, {}] })
  const past = await running.call('GET', `${path}/versions/1`)
  for (const shown of [text, past.text]) {
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain('9876')
    expect(shown).not.toContain('sealed')
  }
  const restored = await running.call('POST', `${path}/versions/1/restore`)
  expect(restored.status).toBe(200)
  const { platform } = (await running.call('GET', path)).body
  expect(platform).toMatchObject({ status: 'pending', credentials: { hint: { account_id: '…9876' } } })
})

test('a distribution’s past gives its metadata back, and leaves how far its work is', async () => {
  const running = await runningInTest()
  const { audience_id } = await saved(running.audiences)
  const platform_id = await running.platform()
  const sent = { audience_id, platform_id, metadata: { campaign: 'first' } }
  const { distribution_id } = await created(running.distributions, sent)
  const path = `/api/distributions/${distribution_id}`
  await running.distributions.call('PUT', `${path}/status`, { status: 'in_progress' })
  await running.distributions.call('POST', '/api/distributions', { distribution_id, metadata: { campaign: 'second' } })
  const listed = await running.distributions.call('GET', `${path}/versions`)
  expect(listed.body).toMatchObject({
    versions: [{ changed: ['metadata'] }, { changed: ['status'] }, { changed: [] }],
    gap: false,
  })
  expect((await running.distributions.call('GET', `${path}/versions/1`)).body).toMatchObject({ restorable: true })
  const { status } = await running.distributions.call('POST', `${path}/versions/1/restore`)
  expect(status).toBe(200)
  expect((await running.distributions.call('GET', path)).body).toMatchObject({
    distribution: { metadata: { campaign: 'first' }, status: 'in_progress', version: 4 },
  })
})
