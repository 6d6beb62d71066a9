import type { Edit } from './build.ts'

/**
 * The code with limits so small that histories of a few notes reach them: records, objects, batches, queues and ledgers
 * that are full, several row groups, merges, commit ids that are forgotten, a cache that holds next to nothing, objects
 * read by ranges. Nothing is compressed, which takes time only.
 */
export const SMALL_LIMITS: readonly Edit[] = [
  { file: 'shared/table/object/layout.ts', from: 'FULL_ROWS = 256', to: 'FULL_ROWS = 8' },
  { file: 'shared/table/object/layout.ts', from: 'OPEN_TAIL_ROWS = 8', to: 'OPEN_TAIL_ROWS = 2' },
  { file: 'shared/table/object/layout.ts', from: 'SMALL_GROUPS_KEPT = 8', to: 'SMALL_GROUPS_KEPT = 2' },
  { file: 'shared/table/object/row-history.ts', from: 'HISTORY_ENTRIES_MAX = 50', to: 'HISTORY_ENTRIES_MAX = 4' },
  { file: 'shared/table/object/limits.ts', from: 'record_bytes: 256 * 1024', to: 'record_bytes: 3 * 1024' },
  { file: 'shared/table/object/limits.ts', from: 'object_bytes: 64 * 1024 * 1024', to: 'object_bytes: 10 * 1024' },
  {
    file: 'shared/table/object/limits.ts',
    from: 'object_reserve_bytes: 1024 * 1024',
    to: 'object_reserve_bytes: 2048',
  },
  { file: 'shared/table/object/limits.ts', from: 'object_rows: 50_000', to: 'object_rows: 14' },
  { file: 'shared/table/object/ledger.ts', from: 'LEDGER_ENTRIES_MAX = 20_000', to: 'LEDGER_ENTRIES_MAX = 12' },
  { file: 'shared/table/object/footer.ts', from: 'COMMITS_KEPT = 600', to: 'COMMITS_KEPT = 12' },
  { file: 'shared/table/object/footer.ts', from: 'COMMITS_KEPT_MS = MINUTE_MS', to: 'COMMITS_KEPT_MS = 0' },
  { file: 'shared/table/object/limits.ts', from: 'batch_operations: 2000', to: 'batch_operations: 3' },
  { file: 'shared/table/object/limits.ts', from: 'queue_operations: 5000', to: 'queue_operations: 6' },
  {
    file: 'shared/table/object/snapshot-cache.ts',
    from: 'RANGED_ABOVE_BYTES = 8 * 1024 * 1024',
    to: 'RANGED_ABOVE_BYTES = 2048',
  },
  { file: 'shared/table/object/snapshot-cache.ts', from: 'TAIL_BYTES = 256 * 1024', to: 'TAIL_BYTES = 1024' },
  { file: 'tests/simulation/instance.ts', from: 'cache_bytes_max: 64 * 1024', to: 'cache_bytes_max: 4 * 1024' },
  { file: 'shared/parquet/row-group.ts', from: "codec: 'ZSTD'", to: "codec: 'UNCOMPRESSED'" },
]
