import type { Random } from '#shared/base/random.ts'
import type { RecordKind, RowOf } from '#shared/records/record-kind.ts'
import { canonicalSpelling } from '#shared/table/read/legacy-ids.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { Table } from '#shared/table/table.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import type { CompletionTools } from './kinds/import-kind.ts'
import { NO_KEY } from './kinds/platforms.ts'
import { patiently } from './retries.ts'
import type { ImportMode } from './import-mode.ts'
import type { Survey } from './survey.ts'

/** Records looked up for others that are remembered: many distributions name the same few. */
const FOUND_MAX = 1000

/** What a kind needs to complete its rows, for one run. */
export function completionTools(
  mode: ImportMode,
  tools: Pick<CompletionTools, 'bucket' | 'vault' | 'clock'> & { readonly random: Random },
  tables: ReadonlyMap<string, Table>,
  survey: Survey,
): CompletionTools {
  const { bucket, vault, clock } = tools
  const found = new Map<string, Promise<Row | undefined>>()
  let primary: Promise<string> | undefined
  return {
    mode,
    bucket,
    vault,
    clock,
    primaryVersion: () => {
      if (!vault) throw new OperatorError(NO_KEY)
      return (primary ??= vault.primaryVersion())
    },
    find: <K extends RecordKind>(kind: K, user_id: string, id: string) => {
      const table = tables.get(kind.name)!
      const key = JSON.stringify([kind.name, user_id, canonicalSpelling(kind, id)])
      let finding = found.get(key)
      if (!finding) {
        if (found.size >= FOUND_MAX) found.clear()
        found.set(key, (finding = patiently(tools, () => table.get(user_id, id))))
      }
      return finding as Promise<RowOf<K> | undefined>
    },
    isInSource: (kind_name, user_id, id) => {
      const table = tables.get(kind_name)!
      return survey.users(kind_name).get(user_id)?.has(canonicalSpelling(table.schema, id)) === true
    },
  }
}
