import type { Edit } from '../build.ts'

/** Limits so small that histories of a few records reach them, as in `SMALL_LIMITS`. Nothing is compressed, which takes time only. */
export const SMALL_SYNC_LIMITS: readonly Edit[] = [
  { file: 'shared/table/object/layout.ts', from: 'FULL_ROWS = 256', to: 'FULL_ROWS = 4' },
  { file: 'shared/table/object/layout.ts', from: 'OPEN_TAIL_ROWS = 8', to: 'OPEN_TAIL_ROWS = 2' },
  { file: 'shared/table/object/layout.ts', from: 'SMALL_GROUPS_KEPT = 8', to: 'SMALL_GROUPS_KEPT = 2' },
  {
    file: 'shared/table/object/snapshot-cache.ts',
    from: 'RANGED_ABOVE_BYTES = 8 * 1024 * 1024',
    to: 'RANGED_ABOVE_BYTES = 8 * 1024',
  },
  { file: 'shared/table/object/snapshot-cache.ts', from: 'TAIL_BYTES = 256 * 1024', to: 'TAIL_BYTES = 6 * 1024' },
  { file: 'shared/table/read/change-feed.ts', from: 'FIRST_CHUNK_ROWS = 32', to: 'FIRST_CHUNK_ROWS = 1' },
  { file: 'shared/table/read/change-feed.ts', from: 'CHUNK_ROWS_MAX = 512', to: 'CHUNK_ROWS_MAX = 2' },
  { file: 'shared/parquet/row-group.ts', from: "codec: 'ZSTD'", to: "codec: 'UNCOMPRESSED'" },
]
