import { describe, expect, test } from 'vitest'

import { integrityJob } from '#functions/maintenance/jobs/integrity.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { objectName } from '#shared/table/object/partition.ts'
import { aPair, created, DEMO, storeMany } from '#tests/functions/distributions/harness.ts'
import { audiences, JANUARY, lateDependencies, maintained, place, runAlone, type Maintained } from './harness.ts'

const AUDIENCES_OBJECT = objectName(AUDIENCES, DEMO, '202501')
const DISTRIBUTIONS_OBJECT = objectName(DISTRIBUTIONS, DEMO, '202501')
const INDEX = `indexes/user_id=${DEMO}/legacy_ids.json`

/** Records of every kind, some of them changed and deleted. */
async function withRecords(): Promise<Maintained> {
  const world = await maintained()
  const { running } = world
  const [gone] = await audiences(running.audiences, {}, {}, { status: 'draft' })
  await running.audiences.call('DELETE', `/api/audiences/${gone}`)
  await created(running.distributions, await aPair(running))
  await audiences(running.as('another user').audiences, {})
  return world
}

/** A store whose methods stand alone. */
function storeOf(store: ObjectStore): ObjectStore {
  return {
    read: (...call) => store.read(...call),
    readRange: (...call) => store.readRange(...call),
    write: (...call) => store.write(...call),
    list: (...call) => store.list(...call),
  }
}

function linesOf({ running }: Maintained, name: string) {
  return running.lines.filter(({ event }) => event === name)
}

describe('integrity', () => {
  test('reads every object once and finds nothing where nothing is wrong', async () => {
    const world = await withRecords()
    const { result, ...cost } = await world.running.counted(() => world.callFresh('integrity'))
    expect(result.body).toMatchObject({ state: 'done', users: 2, objects: 4, records: 7, findings: 0, report: [] })
    // Progress and four objects; claim and progress; three tables and the indexes.
    expect(cost).toEqual({ reads: 5, writes: 2, lists: 4 })
  })

  test('names an object that cannot be read as the table does, and goes on', async () => {
    const world = await withRecords()
    const { running, call } = world
    await place(running, AUDIENCES_OBJECT, Buffer.from('PAR1 no more PAR1'))
    const { body, text } = await call('integrity')
    expect(body).toMatchObject({ state: 'done', objects: 4, findings: 1, unreadable: 1, orphans: 0, failed_users: 0 })
    const object = expect.stringMatching(
      /^audiences\/user_hash=[0-9a-f]+\/year=2025\/month=01\/audiences_202501\.parquet$/,
    ) as string
    expect(body['report']).toMatchObject([{ object, check: 'unreadable', records: 0 }])
    expect(linesOf(world, 'corrupt_object')).toMatchObject([{ severity: 'CRITICAL', object }])
    expect(linesOf(world, 'integrity_finding')).toEqual([])
    expect(text).not.toContain(DEMO)
  })

  test("names an object that was copied from elsewhere, and not the other user's folder", async () => {
    const world = await withRecords()
    const { running, call } = world
    const theirs = await lateDependencies(world).store.read(objectName(AUDIENCES, 'another user', '202501'))
    await place(running, AUDIENCES_OBJECT, theirs.kind === 'found' ? theirs.bytes : new Uint8Array())
    const { body, text } = await call('integrity')
    expect(body).toMatchObject({ unreadable: 1 })
    expect(JSON.stringify([text, running.lines])).not.toMatch(/demo_user|another(%20| )user/)
  })

  test('tells of distributions whose audience or platform is not there', async () => {
    const world = await withRecords()
    const { running, call } = world
    const pair = await aPair(running)
    const created_at = JANUARY.replace('Z', '.000Z')
    await storeMany(running, [
      { created_at, audience_id: 'aud_01jgzzzzzzzzzzzzzzzzzzzzzz', platform_id: pair.platform_id },
      { created_at, audience_id: pair.audience_id, platform_id: 'plat_old' },
    ])
    expect((await call('integrity')).body).toMatchObject({ findings: 2, orphans: 2, unreadable: 0 })
    const lines = linesOf(world, 'integrity_finding')
    expect(lines).toMatchObject([
      { severity: 'WARNING', check: 'orphan', detail: expect.stringContaining('aud_01jgzzzz') as string, records: 1 },
      { severity: 'WARNING', check: 'orphan', detail: expect.stringContaining('plat_old') as string },
    ])
    for (const { object } of lines) expect(object).toMatch(/^distributions\/user_hash=/)
  })

  test('takes nothing for missing that was created while it looked', async () => {
    const world = await withRecords()
    const { running, clock } = world
    const base = lateDependencies(world)
    const job = integrityJob({
      ...base,
      audiences: running.table(AUDIENCES),
      platforms: running.table(PLATFORMS),
      store: {
        ...storeOf(base.store),
        // A new month, of which the listing did not know, before the distributions are read that name it.
        read: async (name, options) => {
          if (name === DISTRIBUTIONS_OBJECT) {
            clock.set('2025-02-10T12:00:00Z')
            const pair = await aPair(running)
            const created_at = JANUARY.replace('Z', '.000Z')
            await storeMany(running, [{ created_at, ...pair }])
          }
          return await base.store.read(name, options)
        },
      },
    })
    expect((await runAlone(job, world)).sums).toMatchObject({ orphans: 0, findings: 0 })
  })

  test('tells of what nobody of this system put there', async () => {
    const world = await withRecords()
    const { running, call } = world
    const strays = [
      `audiences/user_id=${DEMO}/copy of audiences.parquet`,
      'platforms/notes.txt',
      `distributions/user_id=nobody/year=2025/month=01/distributions_202502.parquet`,
    ]
    for (const name of strays) await place(running, name, Buffer.from('x'))
    const { body } = await call('integrity')
    expect(body).toMatchObject({ users: 2, findings: 3, strays: 3 })
    expect(linesOf(world, 'integrity_finding').map(({ severity, check }) => [severity, check])).toEqual([
      ['WARNING', 'stray'],
      ['WARNING', 'stray'],
      ['WARNING', 'stray'],
    ])
  })

  test('looks old ids up in the index, and tells of one that cannot be read', async () => {
    const world = await withRecords()
    const { running, call } = world
    const index = { format: 1, tables: { audiences: { aud_ab12cd34: ['aud_ab12cd34', '202501'] } } }
    await place(running, INDEX, Buffer.from(JSON.stringify(index)))
    expect((await call('integrity?cursor=')).body).toMatchObject({ findings: 0 })
    await place(running, INDEX, Buffer.from('{'))
    const { body } = await call('integrity?cursor=')
    expect(body).toMatchObject({ findings: 1, unreadable: 1 })
    expect(body['report']).toMatchObject([
      { check: 'unreadable', object: expect.stringContaining('legacy_ids.json') as string },
    ])
  })

  test('stops where it is while the store is unavailable, and goes on with the next call', async () => {
    const world = await withRecords()
    const { running, call } = world
    running.gcs.faults.add({ fault: 'unavailable', operations: ['read'], prefix: 'audiences/' })
    expect((await call('integrity')).status).toBe(503)
    running.gcs.faults.reset()
    expect((await call('integrity')).body).toMatchObject({ state: 'done', objects: 4, run: { calls: 2, objects: 4 } })
  })
})
