import { exactInteger, INEXACT_NUMBER, isExactNumber, keptNumber, numberAsText } from '#shared/base/exact-number.ts'
import { ExactDecimal } from '#shared/parquet/exact-decimal.ts'
import { RoundedFloat } from '#shared/parquet/rounded-float.ts'
import type { ColumnType } from '#shared/records/columns.ts'
import { parseJson } from './json-text.ts'
import { readTime } from './times.ts'

/**
 * Converts values of pandas, spreadsheets and JSON to those of our columns. A value that cannot be converted is noted, or
 * stays, and then the schema of the record refuses it.
 */

/** Gets the fault of a value. */
export type Note = (message: string) => void

/** Records are refused from 16 levels on; this limit stops the recursion into a hostile file. */
const LEVELS_MAX = 64

/**
 * A cell for a column of `type`; null for values without information (NaN, empty numbers, JSON `null`).
 * @param onDigitsKept called when JSON gets a number beyond 2^53 as text
 */
export function columnValue(type: ColumnType, value: unknown, note: Note, onDigitsKept?: () => void): unknown {
  if (value === null || value === undefined) return null
  switch (type) {
    case 'string':
      return text(value, note)
    case 'int64':
    case 'double':
      return numeric(value, note)
    case 'boolean':
      return truth(value)
    case 'timestamp':
      return time(isWithNearest(value) ? value.nearest : value, note)
    case 'string_list': {
      const list = typeof value === 'string' ? fromJson(value, note) : value
      return Array.isArray(list) ? list.map((element) => text(element, note)) : plain(list, note)
    }
    case 'json':
      return typeof value === 'string' ? fromJson(value, note, onDigitsKept) : plain(value, note, onDigitsKept)
  }
}

/**
 * A value where text is meant, such as an id: the digits of a number, and nothing ('') for NaN. Any other value stays.
 * @returns `undefined` for a number whose last digits are lost
 */
export function idText(value: unknown): unknown {
  if (value instanceof ExactDecimal) return value.digits
  if (value instanceof RoundedFloat) return undefined
  if (typeof value !== 'number' && typeof value !== 'bigint') return value
  return Number.isNaN(value) ? '' : numberAsText(value)
}

function text(value: unknown, note: Note): unknown {
  if (value instanceof ExactDecimal) return value.digits
  if (value instanceof RoundedFloat) note(LOST_DIGITS)
  if (value instanceof Uint8Array) note('is bytes and no text')
  if (typeof value !== 'number' && typeof value !== 'bigint')
    return typeof value === 'object' ? plain(value, note) : value
  const digits = numberAsText(value)
  if (digits === undefined && Number.isFinite(value)) note(LOST_DIGITS)
  return digits ?? null
}

/** A double of the source, with an id in it: its last digits may be anything. */
export const LOST_DIGITS =
  'is a floating-point number so large that its last digits are lost: export it as text or as an integer'

function isWithNearest(value: unknown): value is ExactDecimal | RoundedFloat {
  return value instanceof ExactDecimal || value instanceof RoundedFloat
}

function numeric(value: unknown, note: Note): unknown {
  if (isWithNearest(value)) return exactly(value.nearest, note)
  if (typeof value === 'string') return numericText(value, note)
  if (typeof value === 'bigint') return exactly(Number(value), note)
  if (typeof value !== 'number') return value
  return Number.isFinite(value) ? exactly(value, note) : null
}

function numericText(value: string, note: Note): unknown {
  const trimmed = value.trim()
  if (trimmed === '' || trimmed.toLowerCase() === 'nan') return null
  return NUMBER.test(trimmed) ? exactly(Number(trimmed), note) : value
}

function exactly(number: number, note: Note): number | null {
  if (isExactNumber(number)) return keptNumber(number)
  note(INEXACT_NUMBER)
  return null
}

/** Hexadecimal and the like, which `Number` reads too, are no numbers of a table. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

function truth(value: unknown): unknown {
  const spelled = String(value).trim().toLowerCase()
  if (spelled === 'true' || spelled === '1') return true
  if (spelled === 'false' || spelled === '0') return false
  return spelled === '' ? null : value
}

function time(value: unknown, note: Note): number | null {
  if (value === '' || (typeof value === 'number' && Number.isNaN(value))) return null
  const read = readTime(value)
  if (typeof read === 'number') return read
  note(`${read}: ${shown(value)}`)
  return null
}

function fromJson(value: string, note: Note, onDigitsKept?: () => void): unknown {
  if (value.trim() === '') return null
  const json = parseJson(value)
  if (json) return plain(json.parsed, note, onDigitsKept)
  // The value is not quoted: what cannot be read cannot be searched for secrets.
  note(PYTHON_NOTATION.test(value) ? 'is Python notation, not JSON' : 'is not JSON')
  return null
}

const PYTHON_NOTATION = /^\s*[[({].*(?:'|\bNone\b|\bTrue\b|\bFalse\b)/s

/**
 * The value as JSON can hold it: bytes as base64, NaN and Infinity as null, and the digits of integers beyond 2^53 as text.
 * @param onDigitsKept called for each of these integers
 */
export function plain(value: unknown, note: Note, onDigitsKept?: () => void, levels_left = LEVELS_MAX): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'bigint') return plainNumber(value, onDigitsKept)
  if (typeof value !== 'object') return value
  if (value instanceof RoundedFloat) return plainNumber(value.nearest, onDigitsKept)
  if (value instanceof ExactDecimal)
    return isExactNumber(value.nearest) ? value.nearest : kept(value.digits, onDigitsKept)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (levels_left === 0) {
    note(`is nested deeper than ${LEVELS_MAX} levels`)
    return null
  }
  if (ArrayBuffer.isView(value)) return plain([...(value as Float64Array)], note, onDigitsKept, levels_left)
  const below = (child: unknown) => plain(child, note, onDigitsKept, levels_left - 1)
  if (Array.isArray(value)) return value.map(below)
  if (Object.hasOwn(value, FORBIDDEN_NAME)) note(`has a member ${FORBIDDEN_NAME}, which is not allowed`)
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, below(child)]))
}

/** A copy of an object by assignment would lose it and get another prototype; the API refuses it too. */
export const FORBIDDEN_NAME = '__proto__'

/** A double beyond the range is an integer: the digits that it stands for, as text. */
function plainNumber(value: number | bigint, onDigitsKept?: () => void): number | string | null {
  if (typeof value === 'bigint') return exactInteger(value) ?? kept(String(value), onDigitsKept)
  if (!Number.isFinite(value)) return null
  return isExactNumber(value) ? keptNumber(value) : kept(String(BigInt(value)), onDigitsKept)
}

function kept(digits: string, onDigitsKept?: () => void): string {
  onDigitsKept?.()
  return digits
}

/** A value for a message, cut to 60 characters. */
export function shown(value: unknown): string {
  const spelled = typeof value === 'string' ? value : (JSON.stringify(value, bigintAsText) ?? String(value))
  return spelled.length > 60 ? `${spelled.slice(0, 60)}…` : spelled
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
