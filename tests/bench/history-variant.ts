import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import { decidePatch, decideSave } from '#shared/records/decisions.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { Table } from '#shared/table/table.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { pageOf } from '#tests/table/pages.ts'
import { WRITER } from '#tests/table/notes.ts'
import { sampleAudience } from './sample-audience.ts'

/** A table of audiences with a past, and what a user does with it. */
export interface Variant {
  save(round: number): Promise<unknown>
  get(round: number): Promise<unknown>
  page(round: number): Promise<unknown>
  /** Size of the object. */
  bytes(): number
}

const USER = 'u'
const MONTH = '202505'
const START_MS = Date.UTC(2025, 4, 1)
const EDITS = 5

export async function openVariant(count: number): Promise<Variant> {
  const random = seededRandom(1)
  const store = new MemoryObjectStore({ clock: systemClock })
  const events = { committed() {}, corrupt() {}, storeFailed() {}, nearLimit() {} }
  const table = new Table(AUDIENCES, { store, clock: systemClock, random, events, cache_bytes_max: 512 * 1024 * 1024 })
  const ids = Array.from({ length: count }, (_, at) => newId('aud', START_MS + at * 1000, random))
  const asking = { kind: AUDIENCES, user_id: USER }
  const change = (id: string, decide: Mutation<AudienceRow>['decide']): Mutation<AudienceRow> => ({
    id,
    writer: WRITER,
    size_bytes: 1000,
    decide,
  })
  const all = async (
    decide: (at: number, row: AudienceRow | undefined) => ReturnType<typeof decidePatch<typeof AUDIENCES>>,
  ) => {
    for (let from = 0; from < count; from += 1000) {
      const lot = ids.slice(from, from + 1000).map((id, at) => change(id, (row) => decide(from + at, row)))
      await table.mutateAll(USER, MONTH, lot)
    }
  }
  const created = new Date(START_MS).getTime()
  await all((at, row) =>
    decideSave(
      asking,
      ids[at]!,
      new Date(created + at * 1000).toISOString(),
      row,
      sampleAudience(at) as { name: string },
    ),
  )
  for (let edit = 0; edit < EDITS; edit++) {
    await all((at, row) => decidePatch(asking, row, { name: `Audience ${at}, edit ${edit}` }))
  }
  const some = (round: number) => ids[(round * 7919) % count]!
  return {
    save: (round) =>
      table.mutate(
        USER,
        change(some(round), (row) => decidePatch(asking, row, { name: `Renamed ${round}` })),
      ),
    get: (round) => table.get(USER, some(round)),
    page: () => pageOf(table, USER, { limit: 50 }),
    bytes: () => store.bytesOf(store.names()[0]!)!.length,
  }
}
