import { expect, test } from 'vitest'

import { AUDIENCES } from '#shared/records/audience.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { storedObject } from '#tests/table/stored.ts'
import { virtualSync } from './virtual-sync.ts'

/** Records of the old system, whose ids have two spellings and carry no time. */

const OBJECT = 'audiences/user_id=u/year=2024/month=03/audiences_202403.parquet'
const [STORED, OTHER] = ['aud-ab12cd34', 'aud_ab12cd34'] as const

async function withOldAudience() {
  const virtual = virtualSync()
  const created_at = '2024-03-04T05:06:07.000Z'
  const system = { version: 1, rev: 1, deleted: false, client_id: null, segment_count: 0, updated_at: created_at }
  const record = { ...AUDIENCES.defaults, ...system, audience_id: STORED, name: 'A', created_at }
  const tables = { audiences: { [OTHER]: [STORED, '202403'] } }
  virtual.store.place(OBJECT, await storedObject(AUDIENCES, OBJECT, [rowOf(AUDIENCES, record)]))
  virtual.store.place('indexes/user_id=u/legacy_ids.json', Buffer.from(JSON.stringify({ format: 1, tables })))
  return virtual
}

const statuses = (results: readonly { readonly status: string }[]) => results.map(({ status }) => status)

test('an old record is one under either spelling of its id, within one push and in what is handed over', async () => {
  const { run, push, pull, rename, change, newId } = await withOldAudience()
  await run(async () => {
    const platform_id = newId('plat')
    const sent = [
      change('create', 'platform', platform_id, { value: { platform_type: 'tiktok', name: 'Seat' } }),
      rename(STORED, 'A', 'B', 1),
      rename(OTHER, 'B', 'C', 1),
      change('create', 'distribution', newId('dist'), { value: { audience_id: OTHER, platform_id } }),
      change('create', 'distribution', newId('dist'), { value: { audience_id: STORED, platform_id } }),
    ]
    expect(statuses(await push(sent))).toEqual(['applied', 'applied', 'merged', 'applied', 'applied'])
    expect(statuses(await push(sent))).toEqual(Array(5).fill('duplicate'))
    const { partitions } = await pull(null)
    const [audience, , ...distributions] = partitions.flatMap(({ rows }) => rows)
    expect(audience).toMatchObject({ audience_id: STORED, name: 'C', version: 3 })
    expect(distributions.map((row) => row['audience_id'])).toEqual([STORED, STORED])
  })
})

test('what a refused change of an old record holds back, it holds back under either spelling', async () => {
  const { run, push, rename } = await withOldAudience()
  await run(async () => {
    const results = await push([rename(STORED, 'wrong', 'B', 1), rename(OTHER, 'A', 'C', 1)])
    expect(results).toMatchObject([{ status: 'conflict' }, { status: 'invalid', problem: { code: 'depends-on' } }])
  })
})

test('an old distribution that is created again compares its references in either spelling', async () => {
  const { run, push, change, newId } = await withOldAudience()
  await run(async () => {
    const [platform_id, id] = [newId('plat'), newId('dist')]
    const made = change('create', 'distribution', id, { value: { audience_id: OTHER, platform_id } })
    await push([change('create', 'platform', platform_id, { value: { platform_type: 'tiktok', name: 'Seat' } }), made])
    for (const audience_id of [STORED, OTHER]) {
      const again = change('create', 'distribution', id, { value: { audience_id, platform_id } })
      expect(await push([again], { client: 'cli_other' })).toMatchObject([{ status: 'duplicate' }])
    }
  })
})

test('an old id that nobody has is a record that cannot be: nothing is written for it', async () => {
  const { run, push, rename, create, change, store } = await withOldAudience()
  await run(async () => {
    store.resetCounts()
    const [created, renamed, deleted, restored] = ['aud-ffffffff', 'aud-eeeeeeee', 'aud-dddddddd', 'aud-cccccccc']
    const results = await push([
      create(created),
      rename(renamed, 'A', 'B', 1),
      change('delete', 'audience', deleted, { base_version: 1 }),
      change('restore', 'audience', restored, { base_version: 1 }),
    ])
    expect(statuses(results)).toEqual(['invalid', 'conflict', 'applied', 'conflict'])
    expect(store.counts.write).toBe(0)
  })
})
