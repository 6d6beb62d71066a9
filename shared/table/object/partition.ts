import { idTimeMs } from '../../base/ids.ts'
import type { TableSchema } from './schema.ts'

/**
 * Which object holds what. The names are fixed: they are the customer's own layout, and Hive partitions that BigQuery,
 * DuckDB and pandas read as they lie.
 */

/** A UTC month as `202505`; the empty string for tables with one object per user. */
export type Month = string

export function monthOf(time_ms: number): Month {
  const time = new Date(time_ms)
  return `${String(time.getUTCFullYear()).padStart(4, '0')}${String(time.getUTCMonth() + 1).padStart(2, '0')}`
}

/** First millisecond of a month. */
export function startOfMonthMs(month: Month): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - 1)
}

/** `audiences/user_id=u1/`: every object of a user's table starts with it, and no other user's does. */
export function userPrefix(schema: TableSchema, user_id: string): string {
  return `${schema.name}/user_id=${escapePartitionValue(user_id)}/`
}

export function objectName(schema: TableSchema, user_id: string, month: Month): string {
  const prefix = userPrefix(schema, user_id)
  if (schema.partitioned_by === 'user') return `${prefix}${schema.name}.parquet`
  return `${prefix}year=${month.slice(0, 4)}/month=${month.slice(4)}/${schema.name}_${month}.parquet`
}

/** The month of a listed object name, or `undefined` when it is not one of this table's objects. */
export function monthOfObject(schema: TableSchema, user_id: string, name: string): Month | undefined {
  if (schema.partitioned_by === 'user') return name === objectName(schema, user_id, '') ? '' : undefined
  const month = /_(\d{6})\.parquet$/.exec(name)?.[1]
  return month !== undefined && name === objectName(schema, user_id, month) ? month : undefined
}

/** The user whose object a listed name is, or `undefined` when it is not one of this table's objects. */
export function userOfObject(schema: TableSchema, name: string): string | undefined {
  const folder = /^[^/]+\/user_id=([^/]+)\//.exec(name)?.[1]
  const user_id = folder === undefined ? undefined : unescapePartitionValue(folder)
  return user_id !== undefined && monthOfObject(schema, user_id, name) !== undefined ? user_id : undefined
}

/** Beyond it a year has five digits, and no partition's name has room for them. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The month that a TypeID's own time puts it in, or `undefined` when it is not a TypeID of this table. */
export function monthOfId(schema: TableSchema, id: string): Month | undefined {
  const time_ms = idTimeMs(schema.id_prefix, id)
  if (time_ms === undefined || time_ms > LATEST_MS) return undefined
  return schema.partitioned_by === 'user' ? '' : monthOf(time_ms)
}

/**
 * Percent-encodes what Hive's own writer does (FileUtils.escapePathName), and beyond it everything that is not
 * printable ASCII, so that no file system's Unicode normalisation can ever make one folder of two users.
 */
export function escapePartitionValue(value: string): string {
  let escaped = ''
  for (const byte of new TextEncoder().encode(value)) {
    const character = String.fromCharCode(byte)
    if (byte <= 0x20 || byte >= 0x7f || HIVE_SPECIAL.has(character)) {
      escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    } else {
      escaped += character
    }
  }
  return escaped
}

/** @returns undefined for what no writer of ours escaped */
export function unescapePartitionValue(escaped: string): string | undefined {
  try {
    return decodeURIComponent(escaped)
  } catch {
    return undefined
  }
}

const HIVE_SPECIAL = new Set('"#%\'*/:=?\\{[]^')
