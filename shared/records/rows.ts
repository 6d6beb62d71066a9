import type * as z from 'zod/mini'

import type { Column } from './columns.ts'

/**
 * Records as clients see them (ISO times, parsed JSON) to rows as tables keep them (milliseconds, JSON text), and back.
 * JSON is parsed here and nowhere below, for the rows somebody asked for.
 */
export type Cell = string | number | boolean | readonly string[] | Uint8Array | null

/** A row of any kind. */
export type Cells = SystemCells & Readonly<Record<string, Cell>>

/** What every row has. */
export interface SystemCells {
  /** Milliseconds, as in every cell that is a time. */
  readonly created_at: number
  readonly updated_at: number
  readonly version: number
  readonly rev: number
  readonly deleted: boolean
  readonly client_id: string | null
  readonly updated_by: string | null
  /** Where its machine stands. */
  readonly status: string
}

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
  for (const name of names) if (!sameCell(a[name] ?? null, b[name] ?? null)) return false
  return true
}

function sameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b)
  }
  return a.length === b.length && a.every((element, at) => element === b[at])
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
