import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, saved } from './harness.ts'

const PATH = '/api/audiences'
const anId = (time_ms = systemClock.nowMs()) => newId('aud', time_ms, systemRandom)

test('a save answers 201 with the whole record, its id, its version as ETag and a message', async () => {
  const { call } = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const { status, body, headers } = await call('POST', PATH, anAudience())
  expect(status).toBe(201)
  expect(headers.get('etag')).toBe('"1"')
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(headers.get('cache-control')).toBe('private, no-cache')
  expect(headers.get('vary')).toContain('Authorization')
  expect(body).toEqual({
    success: true,
    audience_id: body.audience_id,
    message: 'Audience saved',
    audience: {
      ...anAudience(),
      audience_id: body.audience_id,
      user_id: 'demo_user',
      status: 'active',
      enhanced_name: null,
      natural_language_criteria: null,
      audience_size: null,
      insights: [],
      version: 1,
      deleted: false,
      client_id: null,
      updated_by: 'demo_user',
      created_at: expect.stringMatching(/^2025-05-28T12:00:\d\d\.\d{3}Z$/) as string,
      updated_at: expect.stringMatching(/^2025-05-28T12:00:\d\d\.\d{3}Z$/) as string,
    },
  })
  expect(body.audience_id).toMatch(/^aud_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  const read = await call('GET', `${PATH}/${body.audience_id}`)
  expect(read.body.audience).toEqual(body.audience)
})

test('only a name is needed: the rest is null, a list or an object that is empty, and the status active', async () => {
  const { call } = await audiencesInTest()
  const { status, body } = await call('POST', PATH, { name: 'x' })
  expect(status).toBe(201)
  expect(body.audience).toMatchObject({
    name: 'x',
    status: 'active',
    description: null,
    data_type: null,
    original_query: null,
    total_audience_size: null,
    audience_size: null,
    selected_variables: [],
    variable_details: [],
    segments: [],
    insights: [],
    metadata: {},
  })
})

test('every optional field of the old clients is kept as sent, to the last digit and character', async () => {
  const { call } = await audiencesInTest()
  const everything = anAudience({
    name: 'Ünïcode 🎉 "quoted" <b>&amp;',
    description: 'line\nline\ttab \u2028 and \u0007 bell',
    enhanced_name: 'Enhanced',
    natural_language_criteria: 'all of them',
    audience_size: Number.MAX_SAFE_INTEGER,
    total_audience_size: 0,
    insights: ['one', '', 'two'],
    status: 'draft',
    data_type: 'clean_room',
    variable_details: [{ code: 'a', relevance_score: 0.1, description: null, type: null, category: null }],
    segments: [
      {
        segment_id: 'seven',
        name: null,
        size: null,
        size_percentage: null,
        characteristics: { n: { a: [1, 2.5e-7] } },
      },
      { segment_id: 8, prizm_segments: null },
    ],
    metadata: { tags: ['a', 'ä'], campaign_id: 7, deep: { list: [null, true, 0.1] }, toString: 'a name like any' },
  })
  const created = await call('POST', PATH, everything)
  expect(created.status).toBe(201)
  const read = await call('GET', `${PATH}/${created.body.audience_id}`)
  expect(read.body.audience).toMatchObject(everything)
  expect(read.body.audience['segments']).toEqual(everything['segments'])
})

test('a client may choose the id, whose time is created_at to the millisecond', async () => {
  const { call } = await audiencesInTest()
  const time_ms = Date.UTC(2024, 1, 29, 23, 59, 59, 999)
  const audience_id = anId(time_ms)
  const { status, body } = await call('POST', PATH, anAudience({ audience_id }))
  expect(status).toBe(201)
  expect(body.audience_id).toBe(audience_id)
  expect(body.audience.created_at).toBe('2024-02-29T23:59:59.999Z')
  expect((await call('GET', `${PATH}/${audience_id}`)).body.audience).toEqual(body.audience)
})

test('a save with the id of an existing audience changes only the fields sent', async () => {
  const running = await audiencesInTest()
  const before = await saved(running)
  const { status, body, headers } = await running.call('POST', PATH, {
    audience_id: before.audience_id,
    name: 'Renamed',
    total_audience_size: null,
  })
  expect(status).toBe(200)
  expect(headers.get('etag')).toBe('"2"')
  expect(body.message).toBe('Audience updated')
  expect(body.audience).toEqual({
    ...before,
    name: 'Renamed',
    total_audience_size: null,
    version: 2,
    updated_at: body.audience.updated_at,
  })
})

test('a save that changes nothing is 200 and no new version', async () => {
  const running = await audiencesInTest()
  const before = await saved(running)
  const again = await running.call('POST', PATH, { ...anAudience(), audience_id: before.audience_id })
  expect(again.status).toBe(200)
  expect(again.body.audience).toEqual(before)
})

test('a whole record echoed back is accepted, and its read-only fields are ignored', async () => {
  const running = await audiencesInTest()
  const before = await saved(running)
  const echo = {
    ...before,
    name: 'Echoed',
    created_at: '1999-01-01T00:00:00Z',
    updated_at: 'whatever',
    version: 99,
    deleted: true,
    client_id: 'me',
    segment_count: 17,
    variable_count: 'x',
  }
  const upserted = await running.call('POST', PATH, echo)
  expect(upserted.status).toBe(200)
  const { updated_at } = upserted.body.audience
  expect(upserted.body.audience).toEqual({ ...before, name: 'Echoed', version: 2, updated_at })

  const patched = await running.call('PATCH', `${PATH}/${before.audience_id}`, { ...echo, name: 'Twice' })
  expect(patched.status).toBe(200)
  expect(patched.body.audience).toMatchObject({ name: 'Twice', version: 3, deleted: false, client_id: null })
  expect(patched.body.audience.created_at).toBe(before.created_at)

  const created = await running.call('POST', PATH, { ...echo, audience_id: undefined })
  expect(created.status).toBe(201)
  expect(created.body.audience).toMatchObject({ version: 1, deleted: false, client_id: null })
})

test('a user_id that is the caller’s is accepted and another one is 403, in body and query', async () => {
  const running = await audiencesInTest()
  const { call } = running
  const own = await call('POST', PATH, anAudience({ user_id: 'demo_user' }))
  expect(own.status).toBe(201)
  const id = own.body.audience_id
  const foreign = { user_id: 'somebody_else' }
  const refused = [
    await call('POST', PATH, anAudience(foreign)),
    await call('PATCH', `${PATH}/${id}`, { name: 'x', ...foreign }),
    await call('PUT', `${PATH}/${id}/status`, { status: 'archived', ...foreign }),
    await call('GET', `${PATH}?user_id=somebody_else`),
    await call('GET', `${PATH}/${id}?user_id=somebody_else`),
    await call('DELETE', `${PATH}/${id}?user_id=somebody_else`),
    await call('POST', `${PATH}/${id}/restore`, foreign),
    await call('GET', `${PATH}/export?user_id=somebody_else`),
  ]
  for (const { status, body } of refused) {
    expect(status).toBe(403)
    expect(body.type).toBe('/problems/forbidden')
  }
  const accepted = [
    await call('GET', `${PATH}?user_id=demo_user`),
    await call('GET', `${PATH}/${id}?user_id=demo_user`),
    await call('PATCH', `${PATH}/${id}`, { name: 'y', user_id: 'demo_user' }),
    await call('PUT', `${PATH}/${id}/status?user_id=demo_user`, { status: 'archived', user_id: 'demo_user' }),
    await call('POST', `${PATH}/${id}/restore`, { user_id: 'demo_user' }),
  ]
  for (const { status } of accepted) expect(status).toBe(200)
})

test('an id that a client chose is refused by code when its time is before 2000 or over a day ahead', async () => {
  const { call, gcs } = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  gcs.operations.reset()
  for (const time_ms of [Date.UTC(1999, 11, 31, 23, 59, 59, 999), Date.UTC(2025, 4, 29, 12, 5), 2 ** 48 - 1, 0]) {
    const { status, body } = await call('POST', PATH, anAudience({ audience_id: anId(time_ms) }))
    expect(status).toBe(400)
    expect(body).toMatchObject({
      type: '/problems/invalid-input',
      code: 'id_time',
      server_time: expect.stringMatching(/^2025-05-28T12:0/) as string,
      errors: [{ path: 'audience_id' }],
    })
  }
  expect(gcs.operations.counts()).toMatchObject({ write: 0, list: 0 })
  for (const time_ms of [Date.UTC(2000, 0, 1), Date.UTC(2025, 4, 29, 11, 59)]) {
    expect((await call('POST', PATH, anAudience({ audience_id: anId(time_ms) }))).status).toBe(201)
  }
})

test('an audience that is there is saved whatever time its id tells: an instance whose clock was ahead made it', async () => {
  const clock = clockAt('2025-05-28T12:00:00Z')
  const { call } = await audiencesInTest({ clock })
  const audience_id = anId(Date.UTC(2025, 4, 29, 11, 59))
  await call('POST', PATH, anAudience({ audience_id }))
  clock.set('2025-05-28T11:58:30Z')
  const { status, body } = await call('POST', PATH, { audience_id, name: 'saved by the id' })
  expect({ status, name: body.audience.name }).toEqual({ status: 200, name: 'saved by the id' })
})

test('the API never creates an id that is not a TypeID of audiences', async () => {
  const { call, bucket_dir: _, gcs } = await audiencesInTest()
  const suffix = anId().slice(4)
  const not_ours = ['aud_ab12cd34', 'aud-ab12cd34', 'x', '', crypto.randomUUID(), `plat_${suffix}`, `AUD_${suffix}`]
  for (const audience_id of [...not_ours, `aud_${suffix}x`, `aud_8${suffix.slice(1)}`, `aud_${suffix.toUpperCase()}`]) {
    const { status, body } = await call('POST', PATH, anAudience({ audience_id }))
    expect({ audience_id, status }).toEqual({ audience_id, status: 400 })
    expect(body.errors).toMatchObject([{ path: 'audience_id' }])
  }
  expect(gcs.operations.counts().write).toBe(0)
})

test('the body must be there, must be JSON and must be called so', async () => {
  const { call } = await audiencesInTest()
  const absent = await call('POST', PATH)
  expect(absent.status).toBe(400)
  expect(absent.body.errors).toEqual([{ path: 'body', message: 'is required' }])
  expect((await call('POST', PATH, '')).status).toBe(400)
  expect((await call('POST', PATH, '{"name": ')).status).toBe(400)
  expect((await call('POST', PATH, '[]')).status).toBe(400)
  expect((await call('POST', PATH, 'null')).status).toBe(400)
  expect((await call('POST', PATH, '"name"')).status).toBe(400)
  expect((await call('POST', PATH, '{"name":"x"}', { 'content-type': 'text/plain' })).status).toBe(415)
  expect((await call('POST', PATH, '{"name":"x"}', { 'content-type': 'application/json; charset=UTF-8' })).status).toBe(
    201,
  )
})

test('a method that a path does not have is 405 and says which it has', async () => {
  const { call } = await audiencesInTest()
  const { status, headers } = await call('PUT', PATH, {})
  expect(status).toBe(405)
  expect(headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS')
  expect((await call('POST', `${PATH}/x`, {})).headers.get('allow')).toBe('GET, PATCH, DELETE, HEAD, OPTIONS')
  expect((await call('GET', `${PATH}/x/status`)).headers.get('allow')).toBe('PUT, OPTIONS')
  expect((await call('GET', `${PATH}/x/nothing`)).status).toBe(404)
})
