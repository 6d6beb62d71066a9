import { isObject } from '../../base/is-object.ts'
import type { JsonRecord, OutboxEntry, RecordNoun } from './entries.ts'
import { localKind, NOUNS } from './kinds.ts'

/** Everything of one account on a device: its records as they are shown, and the changes that the service does not have. */
export interface DataFile {
  readonly made_at: string
  readonly audiences: readonly JsonRecord[]
  readonly platforms: readonly JsonRecord[]
  readonly distributions: readonly JsonRecord[]
  readonly unsent: readonly OutboxEntry[]
}

export function dataFileOf(
  listOf: (noun: RecordNoun) => readonly JsonRecord[],
  unsent: readonly OutboxEntry[],
  made_at: string,
): DataFile {
  return {
    made_at,
    audiences: listOf('audience'),
    platforms: listOf('platform'),
    distributions: listOf('distribution'),
    unsent,
  }
}

/** A record in a file. */
export interface FileRecord {
  readonly noun: RecordNoun
  readonly id: string | undefined
  readonly value: JsonRecord
}

/** The records of a file of this client, or of an export: `{"audiences": […]}`. What else is in it is left alone. */
export function recordsIn(file: unknown): readonly FileRecord[] {
  if (!isObject(file)) return []
  return NOUNS.flatMap((noun) => {
    const { kind } = localKind(noun)
    const list = file[kind.name]
    const records: readonly unknown[] = Array.isArray(list) ? list : []
    return records.filter(isObject).map((record) => {
      const id = record[kind.id_column]
      const fields = Object.entries(record).filter(([name]) => Object.hasOwn(kind.fields.shape, name))
      return { noun, id: typeof id === 'string' ? id : undefined, value: Object.fromEntries(fields) }
    })
  })
}
