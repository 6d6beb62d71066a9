import {
  decideDelete,
  decideFields,
  decideRestore,
  decideStatus,
  notFound,
  type Asking,
  type Decision,
} from './decisions.ts'
import type { RowOf, RecordKind } from './record-kind.ts'
import { fromRow, type RecordValue } from './rows.ts'
import { withoutTags, withTags } from './tags.ts'

/** One action for many records: each keeps a record that already is as wanted, so it may be asked again. */
export type ManyAction =
  | { readonly action: 'archive' | 'restore' | 'delete' | 'undelete' }
  | { readonly action: 'tag' | 'untag'; readonly tags: readonly string[] }

export function decideAction(asking: Asking, current: RowOf<RecordKind> | undefined, wanted: ManyAction): Decision {
  if (!current) return { kind: 'refuse', problem: notFound(asking.kind) }
  const kept = { kind: 'keep', row: current, status: 200 } as const
  switch (wanted.action) {
    case 'archive':
      return decideStatus(asking, current, 'archived')
    case 'restore':
      if (current.deleted) return { kind: 'refuse', problem: notFound(asking.kind) }
      return current.status === 'active' ? kept : decideRestore(asking, current)
    case 'delete':
      return current.deleted ? kept : decideDelete(asking, current)
    case 'undelete':
      return current.deleted ? decideRestore(asking, current) : kept
    case 'tag':
      return decideFields(asking, current, { metadata: withTags(metadataOf(asking, current), wanted.tags) })
    case 'untag':
      return decideFields(asking, current, { metadata: withoutTags(metadataOf(asking, current), wanted.tags) })
  }
}

function metadataOf({ kind }: Asking, row: RowOf<RecordKind>): RecordValue {
  const columns = kind.columns.filter(({ name }) => name === 'metadata')
  return (fromRow(columns, row)['metadata'] ?? {}) as RecordValue
}
