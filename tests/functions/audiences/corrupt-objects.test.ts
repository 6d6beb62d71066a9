import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Storage } from '@google-cloud/storage'
import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { clockAt } from '#tests/support/clock.ts'
import { someOf } from '#tests/support/effort.ts'
import { audiencesInTest } from './fixture.ts'
import { anAudience, BUCKET, saved, type Client, type RunningAudiences } from './harness.ts'

const PATH = '/api/audiences'
const MAY = 'audiences/user_id=demo_user/year=2025/month=05/audiences_202505.parquet'
const APRIL = 'audiences/user_id=demo_user/year=2025/month=04/audiences_202504.parquet'
const OF_ZOE = 'audiences/user_id=zoe/year=2025/month=05/audiences_202505.parquet'
const APRIL_MS = Date.UTC(2025, 3, 10)

interface Months {
  running: RunningAudiences
  may_id: string
  april_id: string
}

/** An audience in May, one in April and one of another user. */
async function twoMonths(): Promise<Months> {
  const running = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const may = await saved(running, { name: 'of May' })
  const april = await saved(running, { name: 'of April', audience_id: newId('aud', APRIL_MS, systemRandom) })
  await saved(running.as('zoe'), { name: 'secret of zoe' })
  return { running, may_id: may.audience_id, april_id: april.audience_id }
}

const bytesOf = ({ bucket_dir }: RunningAudiences, name: string) => readFile(join(bucket_dir, name))

/** Puts other bytes in an object's place, as an accident outside of our walls would. */
async function overwrite({ gcs }: RunningAudiences, name: string, bytes: Buffer): Promise<void> {
  const storage = new Storage({ apiEndpoint: gcs.url, projectId: 'local', retryOptions: { autoRetry: false } })
  await storage.bucket(BUCKET).file(name).save(bytes, { resumable: false, validation: false })
}

type Damage = (original: Buffer, running: RunningAudiences) => Buffer | Promise<Buffer>

/** Everything before the footer: the row groups. */
function footerStart(bytes: Buffer): number {
  return bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
}

const DAMAGES: Record<string, Damage> = {
  'cut in the middle': (bytes) => bytes.subarray(0, bytes.length / 2),
  'without its last byte': (bytes) => bytes.subarray(0, -1),
  'without its first byte': (bytes) => bytes.subarray(1),
  'cut to nothing': () => Buffer.alloc(0),
  'with only the magic bytes': () => Buffer.from('PAR1PAR1'),
  'with a footer length beyond the file': (bytes) => {
    const changed = Buffer.from(bytes)
    changed.writeUInt32LE(0xffff_fff0, bytes.length - 8)
    return changed
  },
  'with rows overwritten by zeros': (bytes) => Buffer.from(bytes).fill(0, 4, footerStart(bytes)),
  'with a footer of random bytes': (bytes) => {
    const changed = Buffer.from(bytes)
    Buffer.from(systemRandom.bytes(bytes.length - 8 - footerStart(bytes))).copy(changed, footerStart(bytes))
    return changed
  },
  'that is a page of HTML': () => Buffer.from('<html><body>503 Service Unavailable</body></html>'),
  'that is another user’s object': (_, running) => bytesOf(running, OF_ZOE),
  'that is another month’s object': (_, running) => bytesOf(running, APRIL),
}

/** What each route answers about the damaged month. */
function askEverything(client: Client, id: string) {
  return Promise.all([
    client.call('GET', `${PATH}/${id}`),
    client.call('GET', PATH),
    client.call('GET', `${PATH}?status=archived&view=full`),
    client.call('GET', `${PATH}/export?format=csv`),
    client.call('GET', `${PATH}/export?format=parquet`),
    client.call('GET', `${PATH}/${id}/export`),
    client.call('POST', PATH, anAudience()),
    client.call('POST', PATH, { audience_id: id, name: 'x' }),
    client.call('PATCH', `${PATH}/${id}`, { name: 'x' }),
    client.call('PUT', `${PATH}/${id}/status`, { status: 'archived' }),
    client.call('DELETE', `${PATH}/${id}`),
    client.call('POST', `${PATH}/${id}/restore`),
  ])
}

/** Too little, other rows, and a whole object that is not this one. */
const FEW_DAMAGES = ['cut in the middle', 'with rows overwritten by zeros', 'that is another month’s object']

test.each(someOf(Object.keys(DAMAGES), (damage) => FEW_DAMAGES.includes(damage)))(
  'an object %s is a 503 for its user on every route, an alert to the operator, and is never overwritten',
  async (kind) => {
    const { running, may_id, april_id } = await twoMonths()
    const damaged = await DAMAGES[kind]!(await bytesOf(running, MAY), running)
    await overwrite(running, MAY, damaged)
    const cold = await running.anotherInstance()
    for (const client of [running, cold]) {
      running.lines.length = 0
      const replies = await askEverything(client, may_id)
      for (const { status, body, headers, text } of replies) {
        expect(status).toBe(503)
        expect(body.type).toBe('/problems/unavailable')
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
        expect(text).not.toMatch(/parquet|user_id|zoe|of April|\.ts\b|footer|home/i)
      }
      const alerts = running.lines.filter(({ event }) => event === 'corrupt_object')
      expect(alerts.length).toBeGreaterThan(0)
      for (const alert of alerts) {
        expect(alert).toMatchObject({
          severity: 'CRITICAL',
          object: expect.stringMatching(
            /^audiences\/user_hash=[\w-]+\/year=2025\/month=05\/audiences_202505\.parquet$/,
          ) as string,
        })
        expect(JSON.stringify(alert)).not.toMatch(/demo_user|user_id=|zoe/)
      }
      expect(running.lines.filter(({ severity }) => severity === 'ERROR')).toEqual([])
    }
    expect(await bytesOf(running, MAY)).toEqual(damaged)

    // Other months and other users go on as if nothing had happened.
    for (const client of [running, cold]) {
      expect((await client.call('GET', `${PATH}/${april_id}`)).body.audience.name).toBe('of April')
      const patch = await client.call('PATCH', `${PATH}/${april_id}`, { description: `${client === cold}` })
      expect(patch.status).toBe(200)
      const audience_id = newId('aud', APRIL_MS, systemRandom)
      expect((await client.call('POST', PATH, { audience_id, name: 'new in April' })).status).toBe(201)
    }
    expect((await running.as('zoe').call('GET', PATH)).body.count).toBe(1)
    expect((await running.as('zoe').call('POST', PATH, anAudience())).status).toBe(201)
    expect(await bytesOf(running, MAY)).toEqual(damaged)
  },
)

test('once the operator has put the object back, everything works again by itself', async () => {
  const { running, may_id } = await twoMonths()
  const good = await bytesOf(running, MAY)
  await overwrite(running, MAY, good.subarray(0, 100))
  expect((await running.call('GET', `${PATH}/${may_id}`)).status).toBe(503)
  await overwrite(running, MAY, good)
  expect((await running.call('GET', `${PATH}/${may_id}`)).body.audience.name).toBe('of May')
  expect((await running.call('POST', PATH, anAudience())).status).toBe(201)
  expect((await running.call('GET', PATH)).body.count).toBe(3)
})

test('a damaged index of old ids is a 503 for old ids only', async () => {
  const { running, may_id } = await twoMonths()
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{"format":1}',
    '{"format":2,"tables":{}}',
    '{"format":1,"tables":{"audiences":7}}',
    '{"format":1,"tables":{"audiences":{"aud_ab12cd34":["x","../.."]}}}',
  ]) {
    await overwrite(running, 'indexes/user_id=demo_user/legacy_ids.json', Buffer.from(text))
    const old_id = await running.call('GET', `${PATH}/aud_ab12cd34`)
    expect({ text, status: old_id.status }).toEqual({ text, status: 503 })
    expect((await running.call('GET', `${PATH}/${may_id}`)).status).toBe(200)
    expect((await running.call('POST', PATH, anAudience())).status).toBe(201)
  }
  expect(running.lines.filter(({ event }) => event === 'corrupt_object').length).toBeGreaterThan(0)
  expect(running.lines.filter(({ severity }) => severity === 'ERROR')).toEqual([])
})

test('objects that are not ours in a user’s folder are neither read nor touched', async () => {
  const { running } = await twoMonths()
  const folder = 'audiences/user_id=demo_user'
  const strangers = [
    `${folder}/notes.txt`,
    `${folder}/year=2025/month=05/audiences_202504.parquet`,
    `${folder}/year=2025/month=05/audiences_202505.parquet.bak`,
    `${folder}/year=2025/month=13/audiences_202513.parquet.tmp`,
    `${folder}/_SUCCESS`,
  ]
  for (const name of strangers) await overwrite(running, name, Buffer.from('not ours'))
  expect((await running.call('GET', PATH)).body.count).toBe(2)
  expect((await running.call('POST', PATH, anAudience())).status).toBe(201)
  expect(await readdir(join(running.bucket_dir, folder))).toEqual(expect.arrayContaining(['notes.txt', '_SUCCESS']))
})
