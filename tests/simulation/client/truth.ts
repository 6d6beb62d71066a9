import type { RecordKind } from '#shared/records/record-kind.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { fromRow } from '#shared/records/rows.ts'
import type { RecordNoun } from '#shared/client/store/entries.ts'
import { isObject } from '#shared/base/is-object.ts'
import { rowAt, wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { userOfObject } from '#shared/table/object/partition.ts'
import type { Landing } from '../memory-object-store.ts'

/** What the server has, read from the bytes that landed. */

export const KINDS: Readonly<Record<RecordNoun, RecordKind>> = {
  audience: AUDIENCES,
  platform: PLATFORMS,
  distribution: DISTRIBUTIONS,
}

export interface StoredRecord {
  readonly noun: RecordNoun
  readonly id: string
  readonly user_id: string
  readonly version: number
  readonly deleted: boolean
  readonly name: unknown
  readonly status: unknown
  readonly marks: readonly string[]
}

const COLUMNS = new Set(['version', 'deleted', 'name', 'status', 'metadata'])
const MARK = /^m\d+$/

const known = new WeakMap<Landing, Promise<readonly StoredRecord[]>>()

/** Each generation is read once, however often a history is checked. */
export async function recordsOf(landing: Landing): Promise<readonly StoredRecord[]> {
  const read = known.get(landing) ?? readRecords(landing)
  known.set(landing, read)
  return await read
}

async function readRecords({ name, generation, bytes }: Landing): Promise<readonly StoredRecord[]> {
  const found = Object.entries(KINDS).find(([, { name: kind }]) => name.startsWith(`${kind}/`))
  if (!found) return []
  const [noun, kind] = found as [RecordNoun, RecordKind]
  const { file } = wholeSnapshot(name, generation, bytes)
  const names = new Set([kind.id_column, ...COLUMNS])
  const columns = kind.columns.filter((column) => names.has(column.name))
  const records: StoredRecord[] = []
  for (const group of file.groups) {
    const values = await group.columns(columns.map((column) => column.name))
    for (let at = 0; at < group.row_count; at++) {
      const record = fromRow(columns, rowAt(kind, values, at, names))
      records.push({
        noun,
        id: String(record[kind.id_column]),
        user_id: userOfObject(kind, name)!,
        version: Number(record['version']),
        deleted: record['deleted'] === true,
        name: record['name'],
        status: record['status'],
        marks: marksOf(record),
      })
    }
  }
  return records
}

/** The marks that changes have left in a record. */
export function marksOf(record: Readonly<Record<string, unknown>>): string[] {
  const { metadata } = record
  return isObject(metadata) ? Object.keys(metadata).filter((member) => MARK.test(member)) : []
}
