import type { Snapshot } from '#shared/table/object/snapshot.ts'
import { rowAt } from '#shared/table/object/snapshot.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { fromRow } from '#shared/records/rows.ts'
import { fieldsOf, marksOf, type Change, type Fields } from './change.ts'

/** A record as a generation of its object has it, and which changes made it so. */
export interface RecordTruth {
  readonly id: string
  readonly version: number
  readonly rev: number
  readonly deleted: boolean
  readonly client_id: string | null
  readonly last_sync_at: unknown
  readonly fields: Fields
  readonly marks: ReadonlySet<string>
  /** In the order of their commits. */
  readonly effects: readonly Effect[]
  /** Events at which it came back, and at which it went. */
  readonly restored_at: number
  readonly deleted_at: number
}

/** A change that has been made. */
export interface Effect {
  /** Undefined: the object was put back. */
  readonly change: Change | undefined
  /** Fields that it gave another value. */
  readonly changed: ReadonlySet<string>
  /** The versions that its commit found and left; which of those between them is its own is not known. */
  readonly from_version: number
  readonly version: number
  /** The event of its commit, and the time. */
  readonly at: number
  readonly time_ms: number
  /** Another change could have made it as well. */
  readonly is_certain: boolean
  /** It had been made before: its ledger was forgotten. */
  readonly is_repeated: boolean
}

/** One object at a generation. */
export interface ObjectTruth {
  readonly epoch: string
  readonly rev: number
  readonly floor: number
  readonly records: ReadonlyMap<string, RecordTruth>
  readonly purged: ReadonlySet<string>
  readonly bytes?: Uint8Array
}

export const NO_OBJECT_YET: ObjectTruth = { epoch: '', rev: 0, floor: 0, records: new Map(), purged: new Set() }

export type StoredRecord = Omit<RecordTruth, 'effects' | 'restored_at' | 'deleted_at'>

const COLUMNS = [
  'version',
  'rev',
  'deleted',
  'client_id',
  'name',
  'description',
  'status',
  'settings',
  'metadata',
  'last_sync_at',
]

/** The records of a generation, as its bytes have them. */
export async function storedRecords(kind: RecordKind, { file }: Snapshot): Promise<readonly StoredRecord[]> {
  const names = new Set([kind.id_column, ...COLUMNS])
  const columns = kind.columns.filter(({ name }) => names.has(name))
  const records: StoredRecord[] = []
  for (const group of file.groups) {
    const values = await group.columns(columns.map(({ name }) => name))
    for (let at = 0; at < group.row_count; at++) {
      const record = fromRow(columns, rowAt(kind, values, at, names))
      records.push({
        id: String(record[kind.id_column]),
        version: Number(record['version']),
        rev: Number(record['rev']),
        deleted: record['deleted'] === true,
        client_id: record['client_id'] as string | null,
        last_sync_at: record['last_sync_at'],
        fields: fieldsOf(record),
        marks: new Set(marksOf(record)),
      })
    }
  }
  return records
}
