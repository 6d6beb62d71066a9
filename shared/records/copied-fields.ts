import { metadata } from './fields.ts'
import type { RecordKind } from './record-kind.ts'
import type { RecordValue } from './rows.ts'

/** Member of the metadata of a copy: which record it was made of, as of which version. */
const COPIED_FROM = 'copied_from'

/**
 * The fields that a copy of a record begins with: all that users set, with the status of a beginning (a draft; a platform
 * that waits for its credentials), and a mark in its metadata where that has room for one. Nothing of the server.
 * @param source the record as answers show it
 */
export function copiedFields(kind: RecordKind, source: RecordValue, name: string): RecordValue {
  const fields = Object.entries(source).filter(([field]) => Object.hasOwn(kind.fields.shape, field))
  const marked = {
    ...(source['metadata'] as RecordValue | null),
    [COPIED_FROM]: { [kind.id_column]: source[kind.id_column], version: source['version'] },
  }
  return {
    ...Object.fromEntries(fields),
    name,
    status: firstStatus(kind),
    ...(metadata.safeParse(marked).success && { metadata: marked }),
  }
}

/** Whether a record is marked as a copy of the record with that id. */
export function isCopyOf(kind: RecordKind, record: RecordValue, id: unknown): boolean {
  const { [COPIED_FROM]: mark } = (record['metadata'] ?? {}) as RecordValue
  return typeof mark === 'object' && mark !== null && (mark as RecordValue)[kind.id_column] === id
}

function firstStatus({ history, defaults }: RecordKind): unknown {
  return history.draft?.value ?? defaults['status']
}
