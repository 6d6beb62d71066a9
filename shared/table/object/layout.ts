import type { ColumnValues, RowGroup } from '../../parquet/row-group.ts'
import { encodeRowGroup } from '../../parquet/row-group.ts'
import { mergeSchemas, parquetSchemaOf, toParquet, topLevelColumns } from '../../parquet/schema.ts'
import type { ParquetFile } from '../../parquet/file.ts'
import type { RowPlace, Snapshot } from './snapshot.ts'
import type { Row, TableSchema } from './schema.ts'

/**
 * How rows are laid out in row groups, so that a change costs what it touches: groups without a changed row keep their
 * bytes, and only the groups with one are encoded again.
 *
 * New rows go to the last group while it is small (the open tail), else into a group of their own; when several small
 * groups have gathered they become full ones. So a save encodes a few rows, a commit merges at most once, and the
 * number of groups stays near rows / FULL_ROWS.
 */
export const FULL_ROWS = 256
export const FULL_BYTES = 1536 * 1024
const OPEN_TAIL_ROWS = 8
const OPEN_TAIL_BYTES = 128 * 1024
const SMALL_GROUPS_KEPT = 8

/** A row to store and the place of the one it replaces, or the place of a row to take out. */
export type RowWrite<R extends Row = Row> =
  | { readonly row: R; readonly replaces: RowPlace | undefined }
  | { readonly row: undefined; readonly replaces: RowPlace }

/** Columns of groups that were decoded already, so that evaluation and layout decode each once. */
export type DecodedGroups = ReadonlyMap<RowGroup, ColumnValues>

/**
 * What the open tail was encoded from: the next save encodes it again, and need not decode it first. Only the last group
 * of a snapshot is here, and only while it is small.
 */
const open_tails = new WeakMap<RowGroup, ColumnValues>()

/** Roughly what a group takes in memory besides its bytes. */
export function openTailBytes(group: RowGroup): number {
  return open_tails.has(group) ? TAIL_GROWTH * group.uncompressed_bytes : 0
}

const TAIL_GROWTH = 2

/** The schema and groups of the object after `writes`. Pure but for decoding, which happens in memory. */
export async function layOut(
  schema: TableSchema,
  base: Snapshot,
  writes: readonly RowWrite[],
  decoded: DecodedGroups,
): Promise<Pick<ParquetFile, 'schema' | 'groups'>> {
  const file_schema = mergeSchemas(base.file.schema, parquetSchemaOf(schema.columns))
  const encoder = new GroupEncoder(schema, file_schema)
  const valuesOf = async (group: RowGroup): Promise<ColumnValues> =>
    decoded.get(group) ?? open_tails.get(group) ?? (await group.allColumns())

  const replacements = Map.groupBy(
    writes.filter(({ replaces }) => replaces),
    ({ replaces }) => replaces!.group,
  )
  const groups: RowGroup[] = []
  for (const group of base.file.groups) {
    const replaced = replacements.get(group)
    if (replaced) groups.push(...encoder.encode(encoder.replace(group, await valuesOf(group), replaced)))
    else groups.push(group.withSchema(file_schema))
  }

  const appended = writes.flatMap(({ row, replaces }) => (row && !replaces ? [row] : []))
  if (appended.length > 0) {
    const tail = groups.at(-1)
    const joins_tail = tail && isOpen(tail)
    if (joins_tail) groups.pop()
    const before = joins_tail ? [await valuesOf(tail)] : []
    groups.push(...encoder.encode(encoder.concatenate([...before, encoder.columnsOf(appended)])))
  }

  const first_small = groups.findLastIndex((group) => !isSmall(group)) + 1
  if (groups.length - first_small > SMALL_GROUPS_KEPT) {
    const small = groups.splice(first_small)
    groups.push(...encoder.encode(encoder.concatenate(await Promise.all(small.map(valuesOf)))))
  }
  const last = groups.at(-1)
  const encoded = last && encoder.encodedFrom(last)
  if (encoded && isOpen(last)) open_tails.set(last, encoded)
  return { schema: file_schema, groups }
}

function isOpen(group: RowGroup): boolean {
  return group.row_count < OPEN_TAIL_ROWS && group.uncompressed_bytes < OPEN_TAIL_BYTES
}

function isSmall(group: RowGroup): boolean {
  return group.row_count < FULL_ROWS / 2 && group.uncompressed_bytes < FULL_BYTES / 2
}

/** Makes groups of columns, for one file schema. */
class GroupEncoder {
  readonly #schema: TableSchema
  readonly #file_schema: ParquetFile['schema']
  readonly #names: readonly string[]
  readonly #statistics: ReadonlySet<string>
  readonly #encoded = new Map<RowGroup, ColumnValues>()

  constructor(schema: TableSchema, file_schema: ParquetFile['schema']) {
    this.#schema = schema
    this.#file_schema = file_schema
    this.#names = [...topLevelColumns(file_schema).keys()]
    this.#statistics = new Set(schema.columns.filter(({ statistics }) => statistics).map(({ name }) => name))
  }

  /** Rows as columns of the file; columns of later releases are null in them. */
  columnsOf(rows: readonly Row[]): ColumnValues {
    const types = new Map(this.#schema.columns.map(({ name, type }) => [name, type]))
    return new Map(
      this.#names.map((name) => {
        const type = types.get(name)
        return [name, rows.map((row) => (type ? toParquet(type, row[name] ?? null) : null))]
      }),
    )
  }

  /** The columns with some rows replaced or taken out; values in columns of later releases stay with their row. */
  replace({ row_count }: RowGroup, values: ColumnValues, writes: readonly RowWrite[]): ColumnValues {
    const removed = new Set(writes.flatMap(({ row, replaces }) => (row ? [] : [replaces.index])))
    return new Map(
      this.#names.map((name) => {
        const column = [...(values.get(name) ?? new Array<null>(row_count).fill(null))]
        const type = this.#schema.columns.find((known) => known.name === name)?.type
        for (const { row, replaces } of writes) {
          if (type && row) column[replaces!.index] = toParquet(type, row[name] ?? null)
        }
        return [name, removed.size === 0 ? column : column.filter((_, at) => !removed.has(at))]
      }),
    )
  }

  /** @param parts of groups that have every column of the file */
  concatenate(parts: readonly ColumnValues[]): ColumnValues {
    return new Map(this.#names.map((name) => [name, parts.flatMap((part) => part.get(name)!)]))
  }

  /** Row groups within the limits, rows in order of creation. */
  encode(values: ColumnValues): RowGroup[] {
    const order = this.#creationOrder(values)
    return this.#cut(values, order).map((rows) => {
      const part: ColumnValues = new Map(
        this.#names.map((name) => [name, rows.map((at) => values.get(name)?.[at] ?? null)]),
      )
      const group = encodeRowGroup(this.#file_schema, part, { statistics: this.#statistics })
      this.#encoded.set(group, part)
      return group
    })
  }

  /** The columns that a group was made of, if it was made here. */
  encodedFrom(group: RowGroup): ColumnValues | undefined {
    return this.#encoded.get(group)
  }

  #creationOrder(values: ColumnValues): number[] {
    const created = values.get('created_at') as readonly bigint[]
    const ids = values.get(this.#schema.id_column) as readonly string[]
    return Array.from(created, (_, at) => at).toSorted((a, b) => {
      if (created[a] !== created[b]) return created[a]! < created[b]! ? -1 : 1
      return ids[a]! < ids[b]! ? -1 : 1
    })
  }

  #cut(values: ColumnValues, order: readonly number[]): number[][] {
    const sizes = order.map((at) => this.#names.reduce((sum, name) => sum + valueSize(values.get(name)?.[at]), 0))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    // Equal parts rather than full ones and a rest: a group that outgrew the limit becomes two that can grow.
    const parts = Math.max(Math.ceil(order.length / FULL_ROWS), Math.ceil(total / FULL_BYTES))
    const rows_each = Math.ceil(order.length / parts)
    const cuts: number[][] = []
    let current: number[] = []
    let current_bytes = 0
    order.forEach((at, i) => {
      const full = current.length >= rows_each || current_bytes + sizes[i]! > FULL_BYTES
      if (full && current.length > 0) {
        cuts.push(current)
        current = []
        current_bytes = 0
      }
      current.push(at)
      current_bytes += sizes[i]!
    })
    if (current.length > 0) cuts.push(current)
    return cuts
  }
}

/** Bytes a value takes before compression, closely enough to bound a group. */
function valueSize(value: unknown): number {
  if (value === null || value === undefined) return 0
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value instanceof Uint8Array) return value.length
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + valueSize(element), 0)
  return 8
}
