import { canonicalSpelling } from '#shared/base/ids.ts'
import type { Random } from '#shared/base/random.ts'
import type { Cells } from '#shared/records/rows.ts'
import type { Table } from '#shared/table/table.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import type { CompletionTools } from './kinds/import-kind.ts'
import { NO_KEY } from './kinds/platforms.ts'
import { withRetries } from './retries.ts'
import type { ImportMode } from './import-mode.ts'
import type { NewestCopies } from './newest-copies.ts'

/** Size of the cache of looked-up records: many distributions name the same few. */
const FOUND_MAX = 1000

/** The tools with which the kinds complete their rows, for one run. */
export function completionTools(
  mode: ImportMode,
  tools: Pick<CompletionTools, 'bucket' | 'vault' | 'clock'> & { readonly random: Random },
  tables: ReadonlyMap<string, Table<Cells>>,
  newest_copies: NewestCopies,
): CompletionTools {
  const { bucket, vault, clock } = tools
  const found = new Map<string, Promise<Cells | undefined>>()
  let primary: Promise<string> | undefined
  return {
    mode,
    bucket,
    vault,
    clock,
    opening: {},
    primaryVersion: () => {
      if (!vault) throw new OperatorError(NO_KEY)
      return (primary ??= vault.primaryVersion())
    },
    find: (kind, user_id, id) => {
      const table = tables.get(kind.name)!
      const key = JSON.stringify([kind.name, user_id, canonicalSpelling(kind, id)])
      let finding = found.get(key)
      if (!finding) {
        if (found.size >= FOUND_MAX) found.clear()
        found.set(key, (finding = withRetries(tools, () => table.get(user_id, id))))
      }
      return finding
    },
    isInSource: (kind_name, user_id, id) => {
      const table = tables.get(kind_name)!
      return newest_copies.users(kind_name).get(user_id)?.has(canonicalSpelling(table.schema, id)) === true
    },
  }
}
