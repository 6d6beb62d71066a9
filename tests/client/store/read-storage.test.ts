import { expect, test, vi } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { MemoryStorages } from '#shared/client/memory/memory-storages.ts'
import { type LocalContents, READER, type StagedRow } from '#shared/client/store/entries.ts'
import { isRowOrBlock, rowsOfEntry } from '#shared/client/store/known-row.ts'
import { readStorage } from '#shared/client/store/read-storage.ts'
import type { StoredEntry } from '#shared/client/storage.ts'
import { EntryTable } from '#shared/client/transactions/entry-table.ts'

const PARTITION = 'audiences/2025-05'
const FRESH = { storage_id: 'sto_1', identity: null, client_id: 'cli_1', at: '2026-11-01T00:00:00.000Z' }

function rowOf(number: number): StagedRow {
  const id = `aud_${String(number).padStart(6, '0')}`
  return { id, version: 1, deleted: false, text: JSON.stringify({ audience_id: id, version: 1, deleted: false }) }
}

test.each([
  { how: 'that came whole', together: 64 },
  { how: 'that lie one by one', together: 1 },
])('rows $how are read some at a time, all of them, in few readings', async ({ together }) => {
  const storages = new MemoryStorages({ clock: systemClock }).forTab()
  const storage = await storages.open<LocalContents>('am_s_1', { reader: READER })
  await readStorage(storage, FRESH)
  const all = Array.from({ length: 3000 }, (_none, number) => rowOf(number))
  await storage.transact(['rows'], 'write', async ({ rows }) => {
    for (let at = 0; at < all.length; at += together) {
      const [row] = all.slice(at)
      if (together === 1) rows.put([PARTITION, row!.id], row!)
      else rows.put([PARTITION, at], { rows: all.slice(at, at + together) })
    }
    await Promise.resolve()
  })

  const readings = vi.spyOn(EntryTable.prototype, 'getAll')
  const { data } = await readStorage(storage, FRESH)

  expect(data.list('audience').map(({ id }) => id)).toEqual(all.map(({ id }) => id))
  const counts = readings.mock.results
    .map(({ value }) => (value as StoredEntry<StagedRow>[]).filter(({ entry }) => isRowOrBlock(entry)))
    .map((stored) => stored.flatMap(rowsOfEntry).length)
    .filter((count) => count > 0)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length)
  expect(Math.max(...counts)).toBeLessThanOrEqual(1024)
  expect(counts.length).toBeLessThan(12)
  readings.mockRestore()
})
