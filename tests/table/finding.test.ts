import { expect, test } from 'vitest'

import { newId } from '#shared/base/ids.ts'
import { findRow, wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { noteRow, NOTES } from './notes.ts'
import { storedObject } from './stored.ts'

const START_MS = Date.parse('2025-02-03T00:00:00Z')
const NAME = 'notes/user_id=u/notes.parquet'

test('a record is found by decoding the ids of the one group whose bounds have it, up to both bounds; one outside of all bounds by none', async () => {
  const random = seededRandom(4)
  const ids = Array.from({ length: 1500 }, (_, at) => newId('note', START_MS + at, random))
  const snapshot = wholeSnapshot(
    NAME,
    'live',
    await storedObject(
      NOTES,
      NAME,
      ids.map((id) => noteRow(id)),
    ),
  )
  const { groups } = snapshot.file
  expect(groups.length).toBeGreaterThan(3)
  const decoded: string[] = []
  for (const [at, group] of groups.entries()) {
    const columns = group.columns.bind(group)
    group.columns = (names) => (decoded.push(`${at}: ${names.join(', ')}`), columns(names))
  }
  let first = ids.length
  // The last one first: ids that are decoded once are known from then on.
  for (const [at, group] of [...groups.entries()].toReversed()) {
    first -= group.row_count
    for (const index of [0, group.row_count - 1]) {
      expect(await findRow(snapshot, NOTES, ids[first + index]!)).toEqual({ group, index })
    }
    // The second time it is known where each stands.
    expect(decoded.splice(0)).toEqual([`${at}: ${NOTES.id_column}`])
  }
  for (const outside of [newId('note', START_MS - 1, random), newId('note', START_MS + 1500, random)])
    expect(await findRow(snapshot, NOTES, outside)).toBeUndefined()
  expect(decoded).toEqual([])
})
