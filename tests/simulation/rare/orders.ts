import { isDeepStrictEqual } from 'node:util'

import { Problem } from '#shared/base/problem.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { RowFilter } from '#shared/table/read/listing.ts'
import type { RowOrder, SortedPosition } from '#shared/table/read/sorted-listing.ts'
import { EVERY_ROW } from '#tests/table/pages.ts'
import { between, oneOf } from '../seeded-random.ts'
import { answerOf, expectThat, type AskerWorld } from './asking.ts'

/** Of titles, which stay: some notes have no key in it. */
const orderOf = (is_descending: boolean): RowOrder => ({
  name: `titles ${is_descending ? 'down' : 'up'}`,
  is_descending,
  columns: ['title'],
  keyOf: (cell) => (cell('title') === 'other' ? null : String(cell('title'))),
})
const NOT_ONE: RowFilter = { columns: ['title'], matches: (cell) => cell('title') !== 'one' }
const IDS_COUNTER = new RowGroupCounter<Row, readonly string[]>(
  ['note_id'],
  () => [],
  (ids, cell) => void (ids as string[]).push(String(cell('note_id'))),
)

/** Looks in orders with keys that are null, slowly, so that notes change meanwhile; counts twice and folds. */
export async function lookNowAndThen(world: AskerWorld): Promise<void> {
  const { random, history } = world
  const ways = [lookInOrder, lookInOrder, count, foldIds, readTwice]
  for (let rounds = between(random, 4, 10); rounds > 0; rounds--) {
    await history.clock.sleep(between(random, 0, 3000))
    await oneOf(random, ways)(world)
  }
}

async function lookInOrder({ user_id, history, fleet, random }: AskerWorld): Promise<void> {
  const instance = fleet.any()
  const order = orderOf(random.uniform() < 0.5)
  const filter = random.uniform() < 0.4 ? NOT_ONE : EVERY_ROW
  const known = history.knownOf(user_id)
  const pause_ms = oneOf(random, [0, 500, 4000])
  const columns = instance.table.schema.columns.map(({ name }) => name)
  const look = async (): Promise<Row[]> => {
    const rows: Row[] = []
    let before: SortedPosition | undefined
    for await (const { row, position } of instance.table.sorted(user_id, { order, filter, columns, rows_wanted: 4 })) {
      const id = String(row['note_id'])
      expectThat(position.id === id, `${id} is shown at the place of ${position.id}`)
      expectThat(!before || isInOrder(order.is_descending, before, position), `${id} is out of its order`)
      const is_wanted = filter === EVERY_ROW || row['title'] !== 'one'
      expectThat(is_wanted, `${id} is shown although the filter leaves it out`)
      rows.push(row)
      before = position
      if (pause_ms > 0) await history.clock.sleep(pause_ms)
    }
    return rows
  }
  const answer = await answerOf(history, instance, look())
  if (answer === 'gone' || answer instanceof Problem) return
  for (const row of answer) history.learn(user_id, row)
  const deleted = new Set(history.operations.filter(({ kind }) => kind === 'delete').map(({ note_id }) => note_id))
  const title = filter === EVERY_ROW ? undefined : 'one'
  const left_out = title === undefined ? new Map<string, number>() : history.knownWith(user_id, title)
  const wanted = new Map([...known].filter(([id]) => !deleted.has(id) && !left_out.has(id)))
  const seen = answer.map((row) => ({ id: String(row['note_id']), version: Number(row['version']) }))
  history.sights.push({ user_id, known: wanted, seen, asked: undefined })
}

/** Without a key last whichever way the order runs; of the same key the newest first. */
function isInOrder(is_descending: boolean, a: SortedPosition, b: SortedPosition): boolean {
  if (a.key === b.key) return a.id > b.id
  if (a.key === null || b.key === null) return b.key === null
  return is_descending ? a.key > b.key : a.key < b.key
}

/** One note by several readers of one moment. */
async function readTwice({ user_id, history, fleet, random }: AskerWorld): Promise<void> {
  const known = history.knownOf(user_id)
  if (known.size === 0) return
  const [id, version] = oneOf(random, [...known])
  const instance = fleet.any()
  const read = instance.table.reader(user_id)
  const answer = await answerOf(history, instance, Promise.all([read(id), read(id), read(id)]))
  if (!Array.isArray(answer)) return
  const [first, ...others] = answer as readonly (Row | undefined)[]
  expectThat(
    others.every((row) => isDeepStrictEqual(row, first)),
    `${id} is another for another reader of the same moment`,
  )
  const is_current = first ? Number(first['version']) >= version : history.purgeable.has(id)
  expectThat(is_current, `${id} was known at version ${version} and read as ${String(first?.['version'])}`)
}

/** By row groups, of which the second time none is new; also of objects that were listed before. */
async function count({ user_id, history, fleet, random }: AskerWorld): Promise<void> {
  const instance = fleet.any()
  const { table } = instance
  const known = [...history.knownOf(user_id).keys()]
  const counting = async (): Promise<void> => {
    for (let times = 2; times > 0; times--) {
      const listed = random.uniform() < 0.5 ? { listed: await table.listed(user_id) } : {}
      const ids = (await table.count(user_id, IDS_COUNTER, listed)).flat()
      expectWhole(ids, known, history.purgeable, 'counted')
    }
  }
  await answerOf(history, instance, counting())
}

async function foldIds({ user_id, history, fleet }: AskerWorld): Promise<void> {
  const instance = fleet.any()
  const known = [...history.knownOf(user_id).keys()]
  const folding = instance.table.fold<string[]>(user_id, {
    columns: ['note_id'],
    start: () => [],
    add: (ids, cell) => void ids.push(String(cell('note_id'))),
  })
  const ids = await answerOf(history, instance, folding)
  if (Array.isArray(ids)) expectWhole(ids, known, history.purgeable, 'folded')
}

function expectWhole(ids: readonly string[], known: readonly string[], purged: ReadonlySet<string>, how: string): void {
  expectThat(new Set(ids).size === ids.length, `a note is ${how} twice`)
  const missing = known.find((id) => !ids.includes(id) && !purged.has(id))
  expectThat(missing === undefined, `${missing} was known and is not ${how}`)
}
