import { onTestFinished, describe, expect, test, vi } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { RowGroup } from '#shared/parquet/row-group.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { RecordOf } from '#shared/records/record-kind.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { storedObject } from '#tests/table/stored.ts'
import { effort } from '#tests/support/effort.ts'
import { virtualSync } from './virtual-sync.ts'

/** Pulls of large months: what they fetch and decode is near what they send. */

const MONTH_MS = Date.UTC(2025, 4, 2)
const OBJECT = 'audiences/user_id=u/year=2025/month=05/audiences_202505.parquet'

/** A month with a commit for each row. */
async function withMonth(count: number, fieldsOf: (at: number) => Partial<RecordOf<typeof AUDIENCES>>) {
  const virtual = virtualSync()
  const random = seededRandom(count)
  const rows = Array.from({ length: count }, (_, at) => {
    const time_ms = MONTH_MS + at * 1000
    const created_at = new Date(time_ms).toISOString()
    const audience_id = newId('aud', time_ms, random)
    const system = { version: 1, rev: at + 1, deleted: false, client_id: null, segment_count: 0 }
    const record = {
      ...AUDIENCES.defaults,
      ...system,
      audience_id,
      name: `A ${at}`,
      created_at,
      updated_at: created_at,
    }
    return rowOf(AUDIENCES, { ...record, ...fieldsOf(at) })
  })
  const bytes = await storedObject(AUDIENCES, OBJECT, rows, { rev: count })
  virtual.store.place(OBJECT, bytes)
  return { ...virtual, size_bytes: bytes.length, ids: rows.map(({ audience_id }) => audience_id) }
}

/** How often groups are decoded with their names. */
function countDecoding(): () => number {
  const spy = vi.spyOn(RowGroup.prototype, 'columns')
  onTestFinished(() => spy.mockRestore())
  return () => spy.mock.calls.filter(([names]) => names.includes('name')).length
}

/** 9000 characters that do not compress. */
const dense = (seed: number) => Buffer.from(seededRandom(seed).bytes(6750)).toString('base64')

const COUNT = effort(3000, 10_000)

describe(`a pull of a month of ${COUNT} records`, () => {
  test('brings each once, page by page, and decodes for a page no more than it sends', async () => {
    const { run, pull, ids } = await withMonth(COUNT, () => ({ description: 'x'.repeat(200) }))
    const decodings = countDecoding()
    await run(async () => {
      await pull(null, 1024)
      // Of six groups or more.
      expect(decodings()).toBe(1)
      const found: unknown[] = []
      let cursor: string | null = null
      for (let more = true; more;) {
        const page = await pull(cursor, 4 * 1024 * 1024)
        for (const { rows } of page.partitions) for (const row of rows) found.push(row['audience_id'])
        ;({ cursor, more } = page)
      }
      expect(found).toEqual(ids)
    })
  })
})

describe('a pull from a month of more than 8 MiB, at an instance that does not have it,', () => {
  test('fetches the footer, the ids and the groups of its rows by ranges, not the object', async () => {
    const month = await withMonth(700, (at) => ({ original_query: dense(at), metadata: { text: dense(-at) } }))
    const { run, pull, store, size_bytes, ids } = month
    expect(size_bytes).toBeGreaterThan(8 * 1024 * 1024)
    await run(async () => {
      store.resetCounts()
      const page = await pull(null, 1024)
      expect(page.partitions).toMatchObject([{ reset: true, last: false, rows: [{ audience_id: ids[0] }] }])
      expect(store.counts.body_bytes).toBeLessThan(size_bytes / 4)
      store.resetCounts()
      const next = await pull(page.cursor, 1024)
      expect(next.partitions).toMatchObject([{ reset: false, last: false, rows: [{ audience_id: ids[1] }] }])
      expect(store.counts.body_bytes).toBeLessThan(size_bytes / 4)
    })
  })
})
