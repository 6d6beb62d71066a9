import type { Edit } from '../build.ts'
import { SMALL_SYNC_LIMITS } from '../sync/sync-limits.ts'

/** Limits so small that histories of a few records reach them. */
export const SMALL_CLIENT_LIMITS: readonly Edit[] = [
  ...SMALL_SYNC_LIMITS,
  { file: 'shared/client/store/outbox.ts', from: 'PUSH_CHANGES_MAX = 1000', to: 'PUSH_CHANGES_MAX = 4' },
]
