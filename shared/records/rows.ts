import type * as z from 'zod/mini'

import { isSameCell, type Cell, type SystemCells } from '../base/cell.ts'
import type { Column } from './columns.ts'

/**
 * Records as clients see them (ISO times, parsed JSON) to rows as tables keep them (milliseconds, JSON text), and back.
 * JSON is parsed here and nowhere below, for the rows somebody asked for.
 */
export type { Cell } from '../base/cell.ts'

/** A row of any kind: besides what every table has, where its machine stands. */
export type Cells = SystemCells & { readonly status: string } & Readonly<Record<string, Cell>>

export type RecordValue = Readonly<Record<string, unknown>>

/** The cells that columns of these schemas have, as `columnsOf` chooses their types. */
export type CellsOf<S> = { readonly [Name in keyof S]: CellOf<S[Name]> }

type CellOf<Schema> =
  Schema extends z.ZodMiniNullable<infer Inner>
    ? CellOf<Inner> | null
    : Schema extends z.ZodMiniISODateTime
      ? number
      : Schema extends z.ZodMiniUnion
        ? Uint8Array
        : Schema extends z.core.$ZodType<infer Value>
          ? PlainCell<Value>
          : never

type PlainCell<Value> = Value extends string | number | boolean
  ? Value
  : Value extends readonly string[]
    ? readonly string[]
    : Uint8Array

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The cells of `columns`; a field the record lacks is null. */
export function toRow(columns: readonly Column[], record: RecordValue): Readonly<Record<string, Cell>> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, toCell(type, record[name])]))
}

function toCell(type: Column['type'], value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (type === 'json') return encoder.encode(JSON.stringify(value))
  if (type === 'timestamp') return Date.parse(value as string)
  return value as Cell
}

/**
 * The values of `columns` in a row, or of as many of them as it has.
 * @param fromJson the value of a JSON cell; parsed without it
 */
export function fromRow(
  columns: readonly Column[],
  row: Readonly<Record<string, Cell>>,
  fromJson: (cell: Uint8Array) => unknown = parsed,
): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const { name, type } of columns) {
    const cell = row[name]
    if (cell !== undefined) record[name] = fromCell(type, cell, fromJson)
  }
  return record
}

function parsed(cell: Uint8Array): unknown {
  return JSON.parse(decoder.decode(cell))
}

function fromCell(type: Column['type'], cell: Cell, fromJson: (cell: Uint8Array) => unknown): unknown {
  if (cell === null) return null
  if (type === 'json') return fromJson(cell as Uint8Array)
  if (type === 'timestamp') return new Date(cell as number).toISOString()
  return cell
}

/** Whether two rows say the same in `names`. */
export function sameCells(
  a: Readonly<Record<string, Cell>>,
  b: Readonly<Record<string, Cell>>,
  names: Iterable<string>,
): boolean {
  for (const name of names) if (!isSameCell(a[name] ?? null, b[name] ?? null)) return false
  return true
}
