import { expect, test } from 'vitest'

import { KINDS } from '#infra/operate/bigquery/tables.ts'
import { emptyTable } from '#infra/generate/terraform/empty-tables.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { pageOf, tableHarness, rowOf } from '#tests/table/harness.ts'
import { WRITER } from '#tests/table/notes.ts'

test.each(KINDS)('the first object of $name is one as the functions make them, without a record', async (kind) => {
  const { name, bytes } = emptyTable(kind)
  const { store, run, instance } = tableHarness({ schema: kind })
  const options = { if_generation: NO_OBJECT, crc32c: crc32c(bytes), content_type: 'application/vnd.apache.parquet' }
  await run(() => store.write(name, bytes, options))
  expect(wholeSnapshot(name, '1', bytes).file.groups).toEqual([])
  const ids = async () => (await pageOf(instance(), 'nobody')).rows.map((stored) => stored[kind.id_column])
  expect(await run(ids)).toEqual([])
  const id = newId(kind.id_prefix, 0, systemRandom)
  const row = { [kind.id_column]: id, created_at: 0, deleted: false }
  const outcome = await run(() =>
    instance().mutate('nobody', {
      id,
      writer: WRITER,
      size_bytes: 0,
      decide: () => ({ kind: 'write', row, status: 201 }),
    }),
  )
  expect(rowOf(outcome)[kind.id_column]).toBe(id)
  expect(await run(ids)).toEqual([id])
})
