import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { storedObject } from '#tests/table/stored.ts'
import { virtualSync } from './virtual-sync.ts'

/** A month with as many records as there may be. */

const OBJECT = 'audiences/user_id=u/year=2025/month=05/audiences_202505.parquet'

test('what a full month has no room for is invalid with the limit; changes and other months are made', async () => {
  const { run, push, create, rename, change, newId: newRecordId, store } = virtualSync()
  const random = seededRandom(1)
  const time_ms = Date.UTC(2025, 4, 2)
  const created_at = new Date(time_ms).toISOString()
  const system = { version: 1, rev: 1, deleted: false, client_id: null, segment_count: 0, updated_at: created_at }
  const row = rowOf(AUDIENCES, { ...AUDIENCES.defaults, ...system, audience_id: '', name: 'A', created_at })
  const rows = Array.from({ length: LIMITS.object_rows - 1 }, (_, at) => ({
    ...row,
    audience_id: newId('aud', time_ms + at, random),
  }))
  store.place(OBJECT, await storedObject(AUDIENCES, OBJECT, rows))
  await run(async () => {
    const [first, second, third] = [newRecordId('aud'), newRecordId('aud'), newRecordId('aud', '2025-04')]
    const sent = [
      create(first),
      create(second),
      rename(second, 'A', 'B'),
      create(third),
      rename(rows[7]!.audience_id, 'A', 'B', 1),
      change('delete', 'audience', rows[8]!.audience_id, { base_version: 1 }),
    ]
    const results = await push(sent)
    expect(results.map(({ status }) => status).join(' ')).toBe('applied invalid invalid applied applied applied')
    expect(results[1]!.problem).toMatchObject({ status: 422, limit: 'object_rows', month: '2025-05' })
    expect(results[2]!.problem).toMatchObject({ code: 'depends-on', seq: sent[1]!.seq })
  })
})
