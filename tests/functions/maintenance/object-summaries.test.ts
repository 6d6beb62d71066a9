import { expect, test } from 'vitest'

import { type Completed, mergedSummaries, ObjectSummaries } from '#functions/maintenance/jobs/dispatch-summary.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import { storedObject } from '#tests/table/stored.ts'
import { tableHarness } from '#tests/table/harness.ts'
import { noteRow, NOTES } from '#tests/table/notes.ts'

test('beyond what is kept only the objects beyond are read again: a run meets them all in the same order', async () => {
  const { run, store, instance } = tableHarness()
  for (const month of ['01', '02', '03', '04', '05', '06']) {
    const name = `notes/user_id=u/year=2025/month=${month}/notes_2025${month}.parquet`
    store.place(name, await storedObject(NOTES, name, [noteRow(`note_01jv2t8000e0080000000000${month}`)]))
  }
  const rows = new RowGroupCounter<Row, { count: number }>(
    ['note_id'],
    () => ({ count: 0 }),
    (sum) => void sum.count++,
  )
  const added = (parts: readonly { count: number }[]) => ({ count: parts.reduce((sum, { count }) => sum + count, 0) })
  // Without a cache below: what is not kept is read.
  const summaries = new ObjectSummaries(instance({ cache_bytes_max: 0 }), rows, added, 4)
  const pass = async () => {
    store.resetCounts()
    const listed = await run(() => store.list('notes/user_id=u/'))
    const counts = await run(async () => {
      const found: number[] = []
      for (const object of listed) found.push((await summaries.of('u', [object])).count)
      return found
    })
    return [counts.length, store.counts.read]
  }
  expect(await pass()).toEqual([6, 6])
  for (let again = 0; again < 3; again++) expect(await pass()).toEqual([6, 2])
})

test('of what was completed for one pair the latest counts, and of the same millisecond that of the greatest id, in whichever order they are met', () => {
  const completed = (distribution_id: string, completed_ms: number): Completed => ({
    distribution_id,
    completed_ms,
    platform_id: 'plat_1',
    audience_id: 'aud_1',
  })
  const latest = (...all: readonly Completed[]) => {
    const parts = all.map((one) => ({
      scheduled: new Map(),
      open: new Set<string>(),
      last_completed: new Map([['pair', one]]),
    }))
    return [parts, parts.toReversed()].map((some) => mergedSummaries(some).last_completed.get('pair')?.distribution_id)
  }
  expect(latest(completed('dist_2', 5), completed('dist_1', 6))).toEqual(['dist_1', 'dist_1'])
  expect(latest(completed('dist_1', 5), completed('dist_2', 5))).toEqual(['dist_2', 'dist_2'])
  expect(latest(completed('dist_3', 5), completed('dist_1', 6), completed('dist_2', 6))).toEqual(['dist_2', 'dist_2'])
})
