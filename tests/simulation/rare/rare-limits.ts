import type { Edit } from '../build.ts'
import { SMALL_LIMITS } from '../small-limits.ts'

/** What `SMALL_LIMITS` leaves large, small too: what a few notes of a rare history reach. */
export const RARE_LIMITS: readonly Edit[] = [
  // A cache that holds a little: what was read once is met again.
  ...SMALL_LIMITS.filter(({ from }) => !/^(cache_bytes_max|object_reserve_bytes|COMMITS_KEPT =)/.test(from)),
  {
    file: 'shared/table/object/limits.ts',
    from: 'object_reserve_bytes: 1024 * 1024',
    to: 'object_reserve_bytes: 100',
  },
  { file: 'shared/table/object/footer.ts', from: 'COMMITS_KEPT = 600', to: 'COMMITS_KEPT = 2' },
  { file: 'shared/table/object/layout.ts', from: 'FULL_BYTES = 1536 * 1024', to: 'FULL_BYTES = 4 * 1024' },
  { file: 'shared/table/object/client-ledgers.ts', from: 'CLIENTS_MAX = 1000', to: 'CLIENTS_MAX = 2' },
  {
    file: 'shared/table/object/client-ledgers.ts',
    from: 'LEDGERS_BYTES_MAX = 1024 * 1024',
    to: 'LEDGERS_BYTES_MAX = 160',
  },
  { file: 'shared/table/object/row-history.ts', from: 'BEFORE_BYTES_MAX = 8 * 1024', to: 'BEFORE_BYTES_MAX = 500' },
  { file: 'shared/table/read/change-feed.ts', from: 'FIRST_CHUNK_ROWS = 32', to: 'FIRST_CHUNK_ROWS = 2' },
  { file: 'shared/table/read/change-feed.ts', from: 'CHUNK_ROWS_MAX = 512', to: 'CHUNK_ROWS_MAX = 3' },
  {
    file: 'shared/table/read/change-feed.ts',
    from: 'const CHUNK_BYTES = 8 * 1024 * 1024',
    to: 'const CHUNK_BYTES = 1600',
  },
  {
    file: 'shared/table/read/change-feed.ts',
    from: 'DECODED_BYTES_MAX = 8 * 1024 * 1024',
    to: 'DECODED_BYTES_MAX = 1',
  },
  { file: 'shared/table/read/kept-rows.ts', from: 'ROWS_KEPT = 2000', to: 'ROWS_KEPT = 6' },
  {
    file: 'shared/table/read/lookups.ts',
    from: 'READ_ROWS_BYTES_MAX = 2 * 1024 * 1024',
    to: 'READ_ROWS_BYTES_MAX = 4 * 1024',
  },
  { file: 'shared/table/read/legacy-ids.ts', from: 'ADD_ATTEMPTS = 8', to: 'ADD_ATTEMPTS = 2' },
  {
    file: 'shared/table/read/user-objects.ts',
    from: 'SIDE_BY_SIDE_BYTES = 8 * 1024 * 1024',
    to: 'SIDE_BY_SIDE_BYTES = 4 * 1024',
  },
  { file: 'shared/table/read/user-rows.ts', from: 'BATCH_ROWS = 256', to: 'BATCH_ROWS = 6' },
  { file: 'shared/table/read/user-rows.ts', from: 'BATCH_BYTES = 1024 * 1024', to: 'BATCH_BYTES = 6000' },
  { file: 'shared/table/read/user-folders.ts', from: 'PAGE_OBJECTS = 1000', to: 'PAGE_OBJECTS = 2' },
]
