import { expect, test } from 'vitest'

import { audiencesInTest } from '#tests/functions/audiences/fixture.ts'
import { anAudience, saved } from '#tests/functions/audiences/harness.ts'

const PATH = '/api/audiences'
const CLIENT = 'cli_01h455vb4pex5vsknk084sn02q'

test('a client that names itself is the record’s last writer, and who does not leaves null', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  const patch = (name: string, headers: Record<string, string>) =>
    running.call('PATCH', `${PATH}/${audience_id}`, { name }, headers)
  expect((await patch('a', { 'client-id': CLIENT })).body.audience).toMatchObject({ client_id: CLIENT })
  expect((await patch('b', {})).body.audience).toMatchObject({ client_id: null, updated_by: 'demo_user' })
  const commits = running.lines.filter(({ event }) => event === 'commit')
  expect(commits.map(({ records }) => records)).toMatchObject([
    [{ via: 'api' }],
    [{ client: CLIENT, via: 'api' }],
    [{ via: 'api' }],
  ])
})

test.each([
  'import',
  'restore',
  'retention',
  'dispatch',
  'maintenance',
  '',
  'cli_',
  CLIENT.toUpperCase(),
  `${CLIENT}, ${CLIENT}`,
  'aud_01h455vb4pex5vsknk084sn02q',
  `cli_${'x'.repeat(5000)}`,
])('nobody names itself %j: it is 400, on any request, and nothing is stored', async (name) => {
  const running = await audiencesInTest()
  const headers = { 'client-id': name }
  const { audience_id } = await saved(running)
  const requests = [
    ['POST', PATH, anAudience()],
    ['GET', PATH],
    ['GET', `${PATH}/${audience_id}`],
    ['DELETE', `${PATH}/${audience_id}`],
  ] as const
  for (const [method, path, body] of requests) {
    const { status, body: answer, text } = await running.call(method, path, body, headers)
    expect({ method, status }).toEqual({ method, status: 400 })
    expect(answer.errors).toMatchObject([{ path: 'Client-Id' }])
    expect(text.length).toBeLessThan(1000)
  }
  expect((await running.call('GET', PATH)).body.count).toBe(1)
})
