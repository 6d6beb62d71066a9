import { newId } from '#shared/base/ids.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { encodeRowGroup, type RowGroup } from '#shared/parquet/row-group.ts'
import { topLevelColumns, schemaOf, parquetSchemaOf } from '#shared/parquet/schema.ts'
import { encodeFooter, type Footer } from '#shared/table/object/footer.ts'
import { Ledger } from '#shared/table/object/ledger.ts'
import { monthOfObject, userOfObject, type Month } from '#shared/table/object/partition.ts'
import { rowCount, wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import { inspectObject, type IntegrityCheck } from '#shared/table/recovery/integrity.ts'
import type { History } from '../history.ts'
import { expectThat } from './asking.ts'

type Cells = Map<string, unknown[]>

/** One way in which an object can be wrong, and what an inspection is to find then. */
interface Wrong {
  readonly found_as: IntegrityCheck
  /** It needs so many rows. */
  readonly rows_min?: number
  /** It can be found only where notes lie by months. */
  readonly is_by_month?: true
  readonly rows?: (cells: Cells, month: Month) => void
  readonly footer?: (snapshot: Snapshot) => Partial<Footer>
  readonly column?: 'missing' | 'another type'
  /** What the group says of its rows. */
  readonly bounds?: { readonly min_value?: bigint; readonly max_value?: bigint }
  readonly is_twice?: true
}

const set = (name: string, value: unknown, at = 0) => ({
  rows: (cells: Cells): void => void (cells.get(name)![at] = value),
})
const swapped = (cells: Cells): void => {
  for (const column of cells.values()) [column[0], column[1]] = [column[1], column[0]]
}
const entry = { request_hash: '11'.repeat(16), body_hash: '22'.repeat(16), status: 201, id: 'note-x', time_ms: 1 }
const ledgerOf = (entries: readonly (typeof entry)[]) => ({ footer: () => ({ ledger: new Ledger(entries) }) })
const LONG_AGO_MS = Date.parse('2001-05-05')
const random = { uniform: () => 0.5, bytes: (count: number) => new Uint8Array(count) }

const WRONGS: readonly Wrong[] = [
  { found_as: 'order', rows_min: 2, rows: swapped },
  {
    found_as: 'order',
    rows_min: 2,
    rows: (cells) => {
      cells.get('created_at')![1] = cells.get('created_at')![0]
      const ids = cells.get('note_id')!
      if (String(ids[0]) < String(ids[1])) [ids[0], ids[1]] = [ids[1], ids[0]]
    },
  },
  { found_as: 'order', bounds: { min_value: 1n, max_value: 2n } },
  { found_as: 'order', bounds: { min_value: BigInt(Date.parse('2999-01-01')) } },
  { found_as: 'ids', is_twice: true },
  { found_as: 'ids', ...set('note_id', '') },
  { found_as: 'ids', ...set('note_id', null) },
  {
    found_as: 'ids',
    footer: ({ footer }) => ({ purged: footer.purged.with(new Map([['note-marked', true]])) }),
    ...set('note_id', 'note-marked'),
  },
  { found_as: 'home', is_by_month: true, ...set('note_id', 'note-nobody') },
  { found_as: 'home', ...set('note_id', newId('note', LONG_AGO_MS, random)) },
  { found_as: 'home', is_by_month: true, ...set('created_at', BigInt(LONG_AGO_MS)) },
  { found_as: 'cells', ...set('updated_at', null) },
  { found_as: 'cells', ...set('deleted', null) },
  { found_as: 'cells', ...set('version', 0n) },
  { found_as: 'cells', ...set('rev', 0n) },
  { found_as: 'cells', ...set('rev', 1_000_000n) },
  { found_as: 'cells', ...set('body', Buffer.from('{')) },
  { found_as: 'cells', rows_min: 2, rows: (cells) => cells.get('version')!.fill(-1n) },
  { found_as: 'schema', column: 'missing' },
  { found_as: 'schema', column: 'another type' },
  { found_as: 'footer', ...ledgerOf([entry, { ...entry, id: 'note-y' }]) },
  { found_as: 'footer', ...ledgerOf([{ ...entry, id: '' }]) },
  { found_as: 'footer', ...ledgerOf([{ ...entry, status: 100 }]) },
  { found_as: 'footer', ...ledgerOf([{ ...entry, status: 404 }]) },
  { found_as: 'footer', footer: ({ footer: { commits } }) => ({ commits: [commits[0]!, commits[0]!], rev: 9 }) },
  { found_as: 'footer', footer: () => ({ commits: [] }) },
  { found_as: 'footer', footer: ({ footer: { commits } }) => ({ rev: commits.length - 1 }) },
  { found_as: 'footer', footer: ({ footer: { rev } }) => ({ floor: rev + 1 }) },
  { found_as: 'footer', footer: () => ({ epoch: '' }) },
]

/** Makes each of these mistakes in copies of what a history has left behind: every one is found, as what it is. */
export async function inspectMistakes(history: History): Promise<void> {
  const { schema, store } = history
  const names = store.names().filter((name) => userOfObject(schema, name) !== undefined)
  for (const [at, name] of names.entries()) {
    const snapshot = wholeSnapshot(name, 'live', store.bytesOf(name)!)
    const month = monthOfObject(schema, userOfObject(schema, name)!, name)!
    for (const [n, wrong] of WRONGS.entries()) {
      // All of them in a few objects: each takes a whole inspection.
      if (n % names.length !== at) continue
      if (rowCount(snapshot) < (wrong.rows_min ?? 1) || (wrong.is_by_month && month === '')) continue
      const bytes = await mistaken(history, snapshot, wrong, month)
      // Half of them while the index of old ids cannot be read.
      const monthOfLegacyId = (id: string): Month | undefined => (id === 'note_nobody' ? undefined : month)
      const { findings } = await inspectObject(schema, {
        name,
        bytes,
        month,
        monthOfLegacyId: wrong.is_by_month || n % 2 ? monthOfLegacyId : undefined,
      })
      const checks = findings.map(({ check }) => check)
      expectThat(checks.includes(wrong.found_as), `mistake ${n}, of ${wrong.found_as}, is found as ${checks.join()}`)
    }
  }
}

async function mistaken(
  { schema }: History,
  snapshot: Snapshot,
  { rows, footer, column, bounds, is_twice }: Wrong,
  month: Month,
): Promise<Uint8Array> {
  const cells = await cellsOf(snapshot)
  rows?.(cells, month)
  const columns = [...topLevelColumns(snapshot.file.schema)]
  const [, text] = [...topLevelColumns(parquetSchemaOf([{ name: 'size', type: 'string' }]))][0]!
  const file_schema = schemaOf(
    columns.flatMap(([name, elements]) => {
      if (column === 'missing' && name === 'version') return []
      return [column === 'another type' && name === 'size' ? text : elements]
    }),
  )
  if (column === 'another type') cells.set('size', cells.get('size')!.map(String))
  const names = schema.columns.filter(({ statistics }) => statistics).map(({ name }) => name)
  const group = encodeRowGroup(file_schema, cells, { statistics: new Set(names) })
  if (bounds) setBounds(group, bounds)
  return assembleFile({
    schema: file_schema,
    groups: is_twice ? [group, group] : [group],
    key_values: encodeFooter({ ...snapshot.footer, ...footer?.(snapshot) }),
  }).bytes
}

/** Those of all groups, oldest first. */
async function cellsOf({ file }: Snapshot): Promise<Cells> {
  const names = [...topLevelColumns(file.schema).keys()]
  const groups = await Promise.all(file.groups.map((group) => group.columns(names)))
  const cells = new Map(names.map((name) => [name, groups.flatMap((values) => values.get(name)!)]))
  const order = cells
    .get('created_at')!
    .map((created, at) => ({ created: created as bigint, at, id: String(cells.get('note_id')![at]) }))
  order.sort((a, b) => (a.created === b.created ? (a.id < b.id ? -1 : 1) : a.created < b.created ? -1 : 1))
  return new Map([...cells].map(([name, column]) => [name, order.map(({ at }) => column[at])]))
}

function setBounds({ metadata }: RowGroup, bounds: NonNullable<Wrong['bounds']>): void {
  const chunk = metadata.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === 'created_at')!
  Object.assign(chunk.meta_data!.statistics!, bounds)
}
