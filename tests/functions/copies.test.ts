import { describe, expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { systemClock } from '#shared/base/clock.ts'
import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import { saved, type AudienceJson, type Client } from '#tests/functions/audiences/harness.ts'
import { PATH as PLATFORMS_PATH, platformsInTest, saved as savedPlatform } from '#tests/functions/platforms/harness.ts'

const PATH = '/api/audiences'

async function copyOf({ call }: Client, id: string, body: Record<string, unknown> = {}): Promise<AudienceJson> {
  const { status, body: answer, text } = await call('POST', `${PATH}/${id}/duplicate`, body)
  if (status !== 201) throw new Error(`${status} ${text}`)
  return answer.audience
}

describe('a copy of an audience', () => {
  test('is a draft with all that users set, and names its source; its past begins with it', async () => {
    const running = await audiencesInTest()
    const source = await saved(running, { name: 'Hikers', metadata: { tags: ['spring'], owner: { name: 'ann' } } })
    await running.call('PATCH', `${PATH}/${source.audience_id}`, { description: 'Outdoors' })
    const copy = await copyOf(running, source.audience_id)
    expect(copy).toEqual({
      ...source,
      audience_id: copy.audience_id,
      created_at: copy.created_at,
      updated_at: copy.updated_at,
      description: 'Outdoors',
      name: 'Hikers (copy)',
      status: 'draft',
      version: 1,
      metadata: { ...source.metadata, copied_from: { audience_id: source.audience_id, version: 2 } },
    })
    const { body } = await running.call('GET', `${PATH}/${copy.audience_id}/versions`)
    expect(body.versions).toMatchObject([{ version: 1, by: 'demo_user', via: 'api', changed: [] }])
    expect((await running.call('GET', `${PATH}/${source.audience_id}`)).body.audience.version).toBe(2)
  })

  test('gets the next free name among all live audiences, archived ones too, or the one that is asked for', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running, { name: 'Hikers' })
    const first = await copyOf(running, audience_id)
    await running.call('PUT', `${PATH}/${first.audience_id}/status`, { status: 'archived' })
    expect((await copyOf(running, audience_id)).name).toBe('Hikers (copy 2)')
    expect((await copyOf(running, first.audience_id)).name).toBe('Hikers (copy 3)')
    await running.call('DELETE', `${PATH}/${first.audience_id}`)
    expect((await copyOf(running, audience_id)).name).toBe('Hikers (copy)')
    expect((await copyOf(running, audience_id, { name: 'Walkers' })).name).toBe('Walkers')
    const longest = await saved(running, { name: 'ü'.repeat(200) })
    const { name } = await copyOf(running, longest.audience_id)
    expect(name).toBe(`${'ü'.repeat(193)} (copy)`)
  })

  test('does without its mark where the metadata has no room for one', async () => {
    const running = await audiencesInTest()
    const metadata = { text: 'x'.repeat(64 * 1024 - 11) }
    const { audience_id } = await saved(running, { metadata })
    expect((await copyOf(running, audience_id)).metadata).toEqual(metadata)
  })

  test('with an id of its own is made once: the same request again finds it, another one is refused', async () => {
    const running = await audiencesInTest()
    const [one, other] = [await saved(running), await saved(running)]
    const audience_id = newId('aud', systemClock.nowMs(), systemRandom)
    const made = await copyOf(running, one.audience_id, { audience_id })
    const again = await running.call('POST', `${PATH}/${one.audience_id}/duplicate`, { audience_id })
    expect({ status: again.status, audience: again.body.audience }).toEqual({ status: 200, audience: made })
    for (const taken of [audience_id, other.audience_id]) {
      const { status, body } = await running.call('POST', `${PATH}/${other.audience_id}/duplicate`, {
        audience_id: taken,
      })
      expect({ status, type: body.type }).toEqual({ status: 409, type: '/problems/conflict' })
    }
    await running.call('DELETE', `${PATH}/${audience_id}`)
    const gone = await running.call('POST', `${PATH}/${one.audience_id}/duplicate`, { audience_id })
    expect({ status: gone.status, deleted: gone.body['deleted'] }).toEqual({ status: 409, deleted: true })
  })

  test('with a key is made once, whatever becomes of its source meanwhile', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running)
    const headers = { 'idempotency-key': 'copy', 'if-match': '"1"' }
    const ask = () => running.call('POST', `${PATH}/${audience_id}/duplicate`, {}, headers)
    const first = await ask()
    await running.call('PATCH', `${PATH}/${audience_id}`, { name: 'changed' })
    const second = await ask()
    await running.call('DELETE', `${PATH}/${audience_id}`)
    const third = await ask()
    for (const { status, body, headers: answered } of [second, third]) {
      expect(status).toBe(201)
      expect(answered.get('idempotency-replayed')).toBe('true')
      expect(body.audience).toEqual(first.body.audience)
    }
  })

  test('of a source that is not there, not of that version, or of another user is not made', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running)
    const ask = (client: Client, id: string, headers = {}) =>
      client.call('POST', `${PATH}/${id}/duplicate`, {}, headers)
    expect((await ask(running, audience_id, { 'if-match': '"2"' })).status).toBe(412)
    expect((await ask(running.as('somebody_else'), audience_id)).status).toBe(404)
    expect((await ask(running, audience_id, { 'if-match': '"1"' })).status).toBe(201)
    await running.call('DELETE', `${PATH}/${audience_id}`)
    for (const id of [audience_id, 'aud_ab12cd34', '%00']) {
      expect([id, (await ask(running, id)).status]).toEqual([id, 404])
    }
    const { body } = await running.call('GET', `${PATH}?status=all`)
    expect(body.count).toBe(1)
  })

  test('is refused where a member is not valid, and the member is named', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running)
    const bodies = [
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ status: 'active' }, 'status'],
      [{ audience_id: 'plat_01h455vb4pex5vsknk084sn02q' }, 'audience_id'],
    ] as const
    for (const [body, path] of bodies) {
      const refused = await running.call('POST', `${PATH}/${audience_id}/duplicate`, body)
      expect([refused.status, refused.body.errors[0]?.path]).toEqual([400, path])
    }
  })

  test('costs a GET, a LIST and a PUT; with a name no LIST', async () => {
    const running = await audiencesInTest()
    const { audience_id } = await saved(running)
    const path = `${PATH}/${audience_id}/duplicate`
    await copyOf(running, audience_id)
    const { reads, writes, lists } = await running.counted(() => running.call('POST', path, {}))
    expect({ reads, writes, lists }).toEqual({ reads: 1, writes: 1, lists: 1 })
    const named = await running.counted(() => running.call('POST', path, { name: 'a' }))
    expect({ reads: named.reads, writes: named.writes, lists: named.lists }).toEqual({ reads: 1, writes: 1, lists: 0 })
  })
})

test('a copy of a platform is pending, without credentials and without the past of its source', async () => {
  const running = await platformsInTest()
  const source = await savedPlatform(running, { name: 'Seat' })
  await running.call('POST', `${PLATFORMS_PATH}/${source.platform_id}/test`)
  const { status, body, headers } = await running.call('POST', `${PLATFORMS_PATH}/${source.platform_id}/duplicate`, {})
  expect({ status, etag: headers.get('etag') }).toEqual({ status: 201, etag: '"1"' })
  expect(body.platform).toMatchObject({
    platform_id: body.platform_id,
    name: 'Seat (copy)',
    status: 'pending',
    platform_type: source['platform_type'],
    settings: source['settings'],
    metadata: { copied_from: { platform_id: source.platform_id } },
    credentials: null,
    last_test: null,
    last_sync_at: null,
    version: 1,
  })
  const { body: versions } = await running.call('GET', `${PLATFORMS_PATH}/${body.platform_id}/versions`)
  expect(versions['versions']).toMatchObject([{ version: 1, changed: [] }])
  const { cost } = await running.counted(() =>
    running.call('POST', `${PLATFORMS_PATH}/${source.platform_id}/duplicate`, {}),
  )
  expect(cost).toEqual({ reads: 2, writes: 1, lists: 0, keys: 0 })
})
