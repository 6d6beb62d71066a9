import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { Position, RowFilter } from '#shared/table/read/listing.ts'
import type { Table } from '#shared/table/table.ts'
import type { RowOrder } from '#shared/table/read/sorted-listing.ts'
import { batchesOf, EVERY_ROW, pageOf } from '#tests/table/pages.ts'
import type { History } from './history.ts'
import type { Instance } from './instance.ts'
import { oneOf } from './seeded-random.ts'

const PAGE_ROWS = 2
const TITLES = ['one', 'other'] as const

/** Who looks, and how long one waits. */
export interface Seer {
  readonly user_id: string
  readonly history: History
  readonly random: Random
  waitFor<T>(instance: Instance, work: Promise<T>): Promise<T | 'gone'>
}

/** A title that its note keeps: some filters ask for it. */
export function titleOf(mark: string): string {
  return TITLES[mark.length % 2]!
}

/** Reads a note, or lists or counts notes in one of the ways there are. @returns why nothing was shown */
export async function look(seer: Seer, instance: Instance): Promise<Problem | undefined> {
  const { user_id, history, random } = seer
  const way = oneOf(random, WAYS)
  const known = history.knownOf(user_id)
  if (way === 'count') return await countNotes(seer, instance, known)
  const title = way === 'filter' ? oneOf(random, TITLES) : undefined
  const wanted = title === undefined ? known : history.knownWith(user_id, title)
  const is_single = (way === 'get' || way === 'reader') && known.size > 0
  const asked = is_single ? oneOf(random, [...known.keys()]) : undefined
  const spelled = asked?.startsWith('note-') && random.uniform() < 0.5 ? asked.replace('-', '_') : asked
  const looking = rowsOf(instance.table, user_id, { way, asked: spelled, title })
  const answer = await seer.waitFor(
    instance,
    looking.catch((error: unknown) => problemOf(error)),
  )
  if (answer === 'gone') return undefined
  if (answer instanceof Problem) return answer
  for (const row of answer) history.learn(user_id, row)
  const seen = answer.map((row) => ({ id: String(row['note_id']), version: Number(row['version']) }))
  const expected = way === 'sorted' ? withoutDeleted(history, wanted) : wanted
  history.sights.push({ user_id, known: expected, seen, asked })
  const others = answer.filter((row) => title !== undefined && row['title'] !== title)
  if (others.length > 0) throw new Error(`${user_id} was shown ${others.length} notes that the filter leaves out`)
  return undefined
}

const WAYS = [
  'get',
  'get',
  'reader',
  'list',
  'pages',
  'pages',
  'filter',
  'details',
  'batches',
  'sorted',
  'count',
] as const
type Way = (typeof WAYS)[number]

interface Looked {
  readonly way: Way
  readonly asked: string | undefined
  readonly title: string | undefined
}

async function rowsOf(table: Table, user_id: string, { way, asked, title }: Looked): Promise<readonly Row[]> {
  if (asked !== undefined) {
    const row = await (way === 'reader' ? table.reader(user_id)(asked) : table.get(user_id, asked))
    return row ? [withMarks(row)] : []
  }
  if (way === 'batches') {
    const rows: Row[] = []
    for await (const batch of batchesOf(table, user_id)) rows.push(...batch.map(withMarks))
    return rows
  }
  if (way === 'sorted') return await sortedRows(table, user_id)
  if (way === 'details') return (await pageOf(table, user_id, { with_details: true })).rows.map(withMarks)
  const filter = title === undefined ? EVERY_ROW : titled(title)
  return await allPages(table, user_id, way === 'pages' ? PAGE_ROWS : 1000, filter)
}

/** In the order of what never changes, as of all that may: a note that is deleted meanwhile may be left out. */
const BY_TITLE: RowOrder = {
  name: 'title',
  is_descending: false,
  columns: ['title'],
  keyOf: (cell) => String(cell('title')),
}

function withoutDeleted({ operations }: History, known: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const deleted = new Set(operations.filter(({ kind }) => kind === 'delete').map(({ note_id }) => note_id))
  return new Map([...known].filter(([id]) => !deleted.has(id)))
}

async function sortedRows(table: Table, user_id: string): Promise<readonly Row[]> {
  const columns = table.schema.columns.map(({ name }) => name)
  const request = { order: BY_TITLE, after: undefined, filter: EVERY_ROW, columns, rows_wanted: PAGE_ROWS }
  const rows: Row[] = []
  for await (const { row } of table.sorted(user_id, request)) rows.push(withMarks(row))
  return rows
}

function titled(title: string): RowFilter {
  return { columns: ['title'], matches: (cell) => cell('title') === title }
}

/** Details and summary of a note are of one moment. */
function withMarks(row: Row): Row {
  const marks = bodyMarks(row)
  if (marks.join() !== String(row['tags'])) throw new Error(`${String(row['note_id'])} is shown with other details`)
  return row
}

export function bodyMarks(row: Row): readonly string[] {
  const { marks } = JSON.parse(Buffer.from(row['body'] as Uint8Array).toString('utf8')) as { marks: string[] }
  return marks
}

export async function allPages(
  table: Table,
  user_id: string,
  limit: number,
  filter: RowFilter = EVERY_ROW,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: Position | undefined
  do {
    const page = await pageOf(table, user_id, { limit, after, filter })
    rows.push(...page.rows)
    after = page.next
  } while (after)
  return rows
}

const NOTES_COUNTER = new RowGroupCounter<Row, Set<string>>(
  ['note_id'],
  () => new Set(),
  (ids, cell) => void ids.add(String(cell('note_id'))),
)

/** Everything known is counted, and once. */
async function countNotes(
  { user_id, history, waitFor }: Seer,
  instance: Instance,
  known: ReadonlyMap<string, number>,
): Promise<Problem | undefined> {
  const counting = instance.table.count(user_id, NOTES_COUNTER).catch((error: unknown) => problemOf(error))
  const counts = await waitFor(instance, counting)
  if (counts === 'gone') return undefined
  if (counts instanceof Problem) return counts
  const ids = counts.flatMap((group) => [...group])
  if (new Set(ids).size < ids.length) throw new Error(`${user_id} has a note that is counted twice`)
  const missing = [...known.keys()].find((id) => !ids.includes(id) && !history.purgeable.has(id))
  if (missing !== undefined) throw new Error(`${missing} was known and is not counted`)
  return undefined
}

/** Only problems are answers; anything else is a fault that the history found. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem && error.kind !== 'internal') return error
  throw error
}
